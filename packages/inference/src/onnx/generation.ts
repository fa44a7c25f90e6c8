import type { ModelTokenizer } from './read-tokenizer.ts';

/** A token with the natural logarithm of its probability, before temperature. */
type TokenProbability = { readonly token: string; readonly logprob: number };
export type PlaceProbabilities = TokenProbability & { readonly top: readonly TokenProbability[] };

const HALF_A_CHARACTER = '\u{fffd}';

/**
 * Text of a reply as its tokens come: what may still change is held back, that is half a character at the end, and what
 * may be the beginning of a stop text.
 */
export class GrowingText {
  readonly #tokenizer: ModelTokenizer;
  readonly #stops: readonly string[];
  readonly #ids: number[] = [];
  #sent = 0;
  #text = '';
  /** A stop text was met; it is not part of the text. */
  isStopped = false;

  constructor(tokenizer: ModelTokenizer, stops: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#stops = stops;
  }

  get text(): string {
    return this.#text;
  }

  /** @returns the text that is sure now and was not before */
  add(id: number): string {
    this.#ids.push(id);
    this.#text = this.#tokenizer.decode(this.#ids);
    const stop = Math.min(
      ...this.#stops.map((each) => {
        const at = this.#text.indexOf(each);
        return at < 0 ? Number.POSITIVE_INFINITY : at;
      }),
    );
    if (stop !== Number.POSITIVE_INFINITY) {
      this.#text = this.#text.slice(0, stop);
      this.isStopped = true;
      return this.#send(this.#text.length);
    }
    const open = Math.max(0, ...this.#stops.map((each) => openEnd(this.#text, each)));
    const half = this.#text.endsWith(HALF_A_CHARACTER) ? 1 : 0;
    return this.#send(this.#text.length - Math.max(open, half));
  }

  /** @returns what was held back */
  end(): string {
    return this.#send(this.#text.length);
  }

  #send(to: number): string {
    const piece = this.#text.slice(this.#sent, Math.max(this.#sent, to));
    this.#sent = Math.max(this.#sent, to);
    return piece;
  }
}

/** Length of the longest end of `text` with which `stop` begins. */
function openEnd(text: string, stop: string): number {
  for (let length = Math.min(stop.length - 1, text.length); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
