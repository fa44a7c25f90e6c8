import { ArenaError } from '@agon/domain';
import type { ModelSize } from './prepare-model.ts';

/** What takes memory beside a model's files, in bytes. Not counted: activations, and a second copy in the moment in which room for replies grows. */
type MemoryParts = {
  /** The ONNX file and those beside it, once for each kernel that is loaded. */
  readonly files: number;
  /** Float32 copies of quantised weights: as they are, and packed for the kernel. */
  readonly floatWeights: number;
  /** Keys and values of a full context for each reply that is written at once, and for a prompt that is read meanwhile. */
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

/** Replies that are written at once where memory allows. */
export const MAX_ROWS = 8;
/** A lone reply is written beside an empty row. */
const MIN_ROWS = 2;
const CACHE_BYTES = 384 * 2 ** 20;
/** Of all that the model may take. */
const CACHE_SHARE = 1 / 8;
/** A shorter context is of no use: the model is refused instead. */
const MIN_CONTEXT = 2048;
/** Float32 weights stand in memory once as they are and once packed for the kernel. */
const FLOAT_COPIES = 2;

/**
 * Shares out what a model may take, before anything of it is loaded. First come the files, a short context and two replies;
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
  const least = Math.min(MIN_CONTEXT, wish.contextTokens);
  const files = size.fileBytes * wish.kernels;
  const fixed = files + prefixCache + logits;
  const floats = FLOAT_COPIES * size.floatBytes;
  const isWanted = wish.mostFloatBytes > 0 && floats > 0;
  const mostFloats = Math.min(wish.mostFloatBytes, mostBytes - fixed - statesOf(MIN_ROWS, least));
  const hasFloatWeights = isWanted && floats <= mostFloats;
  if (isWanted && !hasFloatWeights) {
    notes.push(
      `float32 weights: ${mebibytes(floats)} are more than the ${mebibytes(Math.max(0, mostFloats))} that they may take.`,
    );
  }
  const room = mostBytes - fixed - (hasFloatWeights ? floats : 0);
  let contextTokens = wish.contextTokens;
  if (statesOf(MIN_ROWS, contextTokens) > room) {
    const fitting = (room / (MIN_ROWS + 1) - size.stateBytesPerRow) / Math.max(1, size.stateBytesPerToken);
    contextTokens = Math.max(least, Math.floor(fitting / pieceTokens) * pieceTokens);
    notes.push(
      `The context is ${contextTokens} tokens, not ${wish.contextTokens}: keys and values of more do not fit into ${mebibytes(mostBytes)}.`,
    );
  }
  let rows = MAX_ROWS;
  while (rows > MIN_ROWS && statesOf(rows, contextTokens) > room) rows -= 1;
  if (rows < MAX_ROWS) {
    notes.push(
      `${rows} replies are written at once, not ${MAX_ROWS}: keys and values of more do not fit into ${mebibytes(mostBytes)}.`,
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
    [parts.files, 'its files'],
    [parts.keysAndValues, `keys and values of ${contextTokens} tokens`],
    [parts.prefixCache, 'prompts that were read lately'],
    [parts.logits, 'logits'],
  ] as const;
  const counted = said.filter(([each]) => each > 0).map(([each, what]) => `${mebibytes(each)} for ${what}`);
  return new ArenaError(
    'too_large',
    `The model in ${modelFile} takes ${mebibytes(bytes)} at least (${counted.join(', ')}), and it may take ${mebibytes(mostBytes)}.`,
    {
      hint: 'Take a smaller model or one of fewer bits, or allow more: --memory of judge serve, AGON_MODEL_MEMORY of an arena.',
      at: { file: modelFile },
    },
  );
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
