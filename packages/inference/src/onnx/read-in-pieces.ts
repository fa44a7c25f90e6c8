import type { Decoder, Past } from './decoder.ts';

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
 * Reads a prompt behind what is known of it, in the pieces that every prompt is cut into: products of other shapes are
 * rounded otherwise, so a beginning that was read before counts only where it was read in the same pieces.
 * @param ids tokens of the whole prompt, more than `known` holds
 * @param options.pieceTokens tokens that are read at once; `known` ends at the end of such a piece
 * @param options.keepsPast whether the last piece's past is wanted
 * @param options.placesOf places within a piece of `length` tokens whose logits are wanted; default: its last
 */
export async function* readInPieces(
  decoder: Decoder,
  ids: readonly number[],
  options: {
    readonly pieceTokens: number;
    readonly known?: Past | null;
    readonly keepsPast: boolean;
    readonly placesOf?: (length: number) => readonly number[];
  },
): AsyncGenerator<ReadPiece, void, void> {
  const { pieceTokens, keepsPast, placesOf = (length: number) => [length - 1] } = options;
  let past = options.known ?? null;
  for (let from = past?.tokens ?? 0; from < ids.length; from += pieceTokens) {
    const part = ids.slice(from, from + pieceTokens);
    const isLast = from + part.length === ids.length;
    const read = await decoder.read(
      [{ ids: part, places: placesOf(part.length) }],
      past,
      keepsPast || !isLast,
    );
    past = read.past;
    yield { from, isLast, logits: read.logits[0]!, past };
  }
}
