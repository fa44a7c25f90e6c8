import type { Decoder, Past } from './decoder.ts';

/** How a model reads prompts. Another way rounds otherwise, so it is part of what the model's replies are known by. */
export type Reading = {
  /** Tokens of a prompt that are read at once. */
  readonly pieceTokens: number;
  /** Where attention is worked out: where everything else is, or on the processor. */
  readonly attention: 'provider' | 'cpu';
  /** Whether the same bits come out wherever a prompt is cut and whatever is read or written beside it. @see keepsBits */
  readonly keepsBits: boolean;
};

export const USUAL_READING: Reading = { pieceTokens: 64, attention: 'provider', keepsBits: false };
/** Larger pieces fill the processor better; between two of them a call can be given up. */
export const FREE_READING: Reading = { pieceTokens: 256, attention: 'provider', keepsBits: true };

/** A piece of a prompt that was read. */
export type ReadPiece = {
  /** Place of its first token in the prompt. */
  readonly from: number;
  readonly isLast: boolean;
  /** For each place that was wanted of it: a logit for every token of the vocabulary. */
  readonly logits: readonly Float32Array[];
  /** What the model keeps of all tokens up to its end; null: the last one's, where it was not asked for. */
  readonly past: Past | null;
};

/**
 * Attention works on blocks of tokens whose size is a multiple of 16 (onnxruntime's flash attention: twice the size of a
 * head, or what fits into a cache), and on a last block of one token by another kernel: no piece may end in one.
 */
const BLOCK_TOKENS = 16;
const MIN_TOKENS = 2;
export const endsInSingle = (tokens: number) => tokens % BLOCK_TOKENS === 1;

/** A shorter beginning is not worth its copy. */
const WORTH_TOKENS = 16;

/**
 * How much of a prompt's beginning another prompt's past can stand for without another bit coming out: whole pieces of those
 * that every prompt is cut into, as products of other shapes may be rounded otherwise; where the bits stay the same wherever
 * it is cut, all but its last tokens.
 * @param shared tokens that the two prompts begin with @param length of the prompt
 */
export function knownTokens({ pieceTokens, keepsBits }: Reading, shared: number, length: number): number {
  if (!keepsBits) {
    const most = Math.min(shared, length - 1);
    return most - (most % pieceTokens);
  }
  const most = Math.min(shared, length - MIN_TOKENS);
  const known = endsInSingle(length - most) ? most - 1 : most;
  return known < WORTH_TOKENS ? 0 : known;
}

/**
 * Reads a prompt behind what is known of it, piece by piece.
 * @param ids tokens of the whole prompt, more than `known` holds
 * @param options.reading how the model is read; `known` has as many tokens as `knownTokens` says
 * @param options.keepsPast whether the last piece's past is wanted
 * @param options.placesOf places within a piece of `length` tokens whose logits are wanted; default: its last
 */
export async function* readInPieces(
  decoder: Decoder,
  ids: readonly number[],
  options: {
    readonly reading: Reading;
    readonly known?: Past | null;
    readonly keepsPast: boolean;
    readonly placesOf?: (length: number) => readonly number[];
  },
): AsyncGenerator<ReadPiece, void, void> {
  const { reading, keepsPast, placesOf = (length: number) => [length - 1] } = options;
  const { pieceTokens, keepsBits } = reading;
  let past = options.known ?? null;
  for (let from = past?.lengths[0] ?? 0; from < ids.length; ) {
    const left = ids.length - from;
    const size = Math.min(left, pieceTokens);
    // what is left behind a whole piece, and a last piece
    const single = keepsBits && left > 1 && (endsInSingle(size) || left - size === 1);
    const part = ids.slice(from, from + (single ? size - MIN_TOKENS : size));
    const isLast = part.length === left;
    const read = await decoder.read(
      [{ ids: part, places: placesOf(part.length) }],
      past,
      keepsPast || !isLast,
    );
    past = read.past;
    yield { from, isLast, logits: read.logits[0]!, past };
    from += part.length;
  }
}
