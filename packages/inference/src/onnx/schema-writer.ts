import { ArenaError } from '@agon/domain';
import { isInString, isWhole, type JsonState, jsonStateOf, readJson } from './json-grammar.ts';
import type { ModelTokenizer } from './read-tokenizer.ts';

/** Every token as the text that it adds to a reply; of special ones, none. */
export type TokenTexts = {
  readonly texts: readonly string[];
  /** Tokens that fit anywhere within a JSON string. */
  readonly plain: Uint8Array;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold them
const NOT_PLAIN = /["\\\u0000-\u001f]/;

export function readTokenTexts(tokenizer: ModelTokenizer, vocabulary: number): TokenTexts {
  // some tokenizers leave out the space in front of a text's first token
  const anchor = tokenizer.encode('a');
  const before = tokenizer.decode(anchor).length;
  const texts = Array.from({ length: vocabulary }, (_, id) =>
    id < tokenizer.size ? tokenizer.decode([...anchor, id]).slice(before) : '',
  );
  return { texts, plain: Uint8Array.from(texts, (text) => (text !== '' && !NOT_PLAIN.test(text) ? 1 : 0)) };
}

/** Holds a reply to a JSON schema: of the next tokens, only those are left that the text can go on with. */
export class SchemaWriter {
  readonly #tokens: TokenTexts;
  #state: JsonState;

  /** @throws ArenaError('invalid_request') as `jsonStateOf` */
  constructor(schema: Readonly<Record<string, unknown>>, tokens: TokenTexts) {
    this.#tokens = tokens;
    this.#state = jsonStateOf(schema);
  }

  /** Nothing fits behind it any more. */
  get isDone(): boolean {
    return this.#state === null;
  }

  /**
   * @param endTokens fit where the text is whole
   * @returns log-probabilities with minus infinity for what does not fit; they sum to less than 1
   * @throws ArenaError('internal') where nothing is left, as in a vocabulary that lacks some characters
   */
  only(logprobs: Float64Array, endTokens: readonly number[]): Float64Array {
    const { texts, plain } = this.#tokens;
    const inString = isInString(this.#state);
    const mayEnd = isWhole(this.#state);
    const left = logprobs.map((logprob, id) => {
      if (inString && plain[id] === 1) return logprob;
      if (mayEnd && endTokens.includes(id)) return logprob;
      const text = texts[id]!;
      const fits = text !== '' && readJson(this.#state, text) !== undefined;
      return fits ? logprob : Number.NEGATIVE_INFINITY;
    });
    if (left.some((logprob) => logprob !== Number.NEGATIVE_INFINITY)) return left;
    throw new ArenaError('internal', 'No token of the model goes on with the JSON that it has begun.');
  }

  /** @param id one that was left by `only` */
  take(id: number): void {
    this.#state = readJson(this.#state, this.#tokens.texts[id]!) ?? null;
  }
}
