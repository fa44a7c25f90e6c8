import { ArenaError } from '@agon/domain';
import type { ModelSize } from './prepare-model.ts';

/** What takes memory beside a model's files, in bytes. Activations of a piece are not counted. */
export type MemoryParts = {
  /** The ONNX file and those beside it, once for each kernel that is loaded. */
  readonly files: number;
  /** Float32 copies of quantised weights: as they are, and packed for the kernel. */
  readonly floatWeights: number;
  /** Keys and values of a full context for each reply that is written at once, and a copy of one while it grows. */
  readonly keysAndValues: number;
  /** Keys and values of prompts that were read lately, at most. */
  readonly prefixCache: number;
  /** Of a piece of a prompt in which every place is wanted. */
  readonly logits: number;
};

export type MemoryPlan = {
  readonly parts: MemoryParts;
  /** Of all parts. */
  readonly bytes: number;
  readonly mostBytes: number;
  /** Replies that are written at once. */
  readonly rows: number;
  /** Tokens of prompt and reply together: the model's own, or as many as fit. */
  readonly contextTokens: number;
  /** Whether the float32 copies fit. */
  readonly hasFloatWeights: boolean;
  /** What was made smaller so that it fits, for people. */
  readonly notes: readonly string[];
};

export type MemoryWish = {
  readonly modelFile: string;
  readonly mostBytes: number;
  /** Of the float32 copies; 0: none are wanted. */
  readonly mostFloatBytes: number;
  /** Kernels that are loaded at once. */
  readonly kernels: number;
  readonly contextTokens: number;
  readonly vocabulary: number;
  readonly pieceTokens: number;
};

/** Replies that are written at once where memory allows, one token of each in turn. */
export const MOST_ROWS = 8;
const CACHE_BYTES = 384 * 2 ** 20;
/** Of all that the model may take. */
const CACHE_SHARE = 1 / 8;
/** A shorter context is of no use: the model is refused instead. */
const LEAST_CONTEXT = 2048;
/** Float32 weights stand in memory once as they are and once packed for the kernel. */
const FLOAT_COPIES = 2;

/**
 * Shares out what a model may take, before anything of it is loaded. First come the files, a short context and one reply;
 * then float32 copies, which make prompts 3 to 4 times as quick; then the whole context; then more replies at once.
 * The same model under the same limit is always given the same.
 * @throws ArenaError('too_large') where not even the first of these fit
 */
export function planMemory(size: ModelSize, wish: MemoryWish): MemoryPlan {
  const { mostBytes, vocabulary, pieceTokens } = wish;
  const notes: string[] = [];
  const prefixCache = Math.floor(Math.min(CACHE_BYTES, mostBytes * CACHE_SHARE));
  // float32 for each place, and float64 for the one that is looked at
  const logits = vocabulary * (4 * pieceTokens + 8);
  const statesOf = (rows: number, contextTokens: number) =>
    (rows + 1) * (size.stateBytesPerToken * contextTokens + size.stateBytesPerRow);
  const least = Math.min(LEAST_CONTEXT, wish.contextTokens);
  const files = size.fileBytes * wish.kernels;
  const fixed = files + prefixCache + logits;
  const floats = FLOAT_COPIES * size.floatBytes;
  const isWanted = wish.mostFloatBytes > 0 && floats > 0;
  const mostFloats = Math.min(wish.mostFloatBytes, mostBytes - fixed - statesOf(1, least));
  const hasFloatWeights = isWanted && floats <= mostFloats;
  if (isWanted && !hasFloatWeights) {
    notes.push(
      `float32 weights: ${mebibytes(floats)} are more than the ${mebibytes(Math.max(0, mostFloats))} that they may take.`,
    );
  }
  const room = mostBytes - fixed - (hasFloatWeights ? floats : 0);
  let contextTokens = wish.contextTokens;
  if (statesOf(1, contextTokens) > room) {
    const fitting = (room / 2 - size.stateBytesPerRow) / Math.max(1, size.stateBytesPerToken);
    contextTokens = Math.max(least, Math.floor(fitting / pieceTokens) * pieceTokens);
    notes.push(
      `The context is ${contextTokens} tokens, not ${wish.contextTokens}: keys and values of more do not fit into ${mebibytes(mostBytes)}.`,
    );
  }
  let rows = MOST_ROWS;
  while (rows > 1 && statesOf(rows, contextTokens) > room) rows -= 1;
  if (rows < MOST_ROWS) {
    notes.push(
      `${rows === 1 ? 'One reply is' : `${rows} replies are`} written at once, not ${MOST_ROWS}: keys and values of more do not fit into ${mebibytes(mostBytes)}.`,
    );
  }
  const parts: MemoryParts = {
    files,
    floatWeights: hasFloatWeights ? floats : 0,
    keysAndValues: statesOf(rows, contextTokens),
    prefixCache,
    logits,
  };
  const bytes = Object.values(parts).reduce((sum, each) => sum + each, 0);
  if (bytes > mostBytes) throw tooLarge(wish, parts, bytes, contextTokens);
  return { parts, bytes, mostBytes, rows, contextTokens, hasFloatWeights, notes };
}

/** What a reward model takes, which keeps nothing of what it has read. @throws ArenaError('too_large') */
export function planScorer(
  { fileBytes }: Pick<ModelSize, 'fileBytes'>,
  wish: Pick<MemoryWish, 'modelFile' | 'mostBytes' | 'contextTokens'>,
): MemoryPlan {
  const parts: MemoryParts = {
    files: fileBytes,
    floatWeights: 0,
    keysAndValues: 0,
    prefixCache: 0,
    logits: 0,
  };
  const { mostBytes, contextTokens } = wish;
  if (fileBytes > mostBytes) throw tooLarge(wish, parts, fileBytes, contextTokens);
  return { parts, bytes: fileBytes, mostBytes, rows: 1, contextTokens, hasFloatWeights: false, notes: [] };
}

function tooLarge(
  { modelFile, mostBytes }: Pick<MemoryWish, 'modelFile' | 'mostBytes'>,
  parts: MemoryParts,
  bytes: number,
  contextTokens: number,
): ArenaError {
  const said = [
    `${mebibytes(parts.files)} for its files`,
    `${mebibytes(parts.keysAndValues)} for keys and values of ${contextTokens} tokens`,
    `${mebibytes(parts.prefixCache)} for prompts that were read lately`,
    `${mebibytes(parts.logits)} for logits`,
  ].join(', ');
  return new ArenaError(
    'too_large',
    `The model in ${modelFile} takes ${mebibytes(bytes)} at least (${said}), and it may take ${mebibytes(mostBytes)}.`,
    {
      hint: 'Take a smaller model or one of fewer bits, or allow more: --memory of judge serve, AGON_MODEL_MEMORY of an arena.',
      at: { file: modelFile },
    },
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
