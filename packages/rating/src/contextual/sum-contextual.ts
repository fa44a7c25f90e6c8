import { isSharedMemory } from '../threads/is-shared-memory.ts';
import {
  finishParts,
  helpWithParts,
  isAnyLeft,
  SHORT_PATIENCE_MS,
  type SharedParts,
  SpareMemory,
  shareParts,
} from '../threads/share-parts.ts';
import type { Threads } from '../threads/threads.ts';
import { contextualKernel } from './contextual-kernel.ts';
import { ContextualSums, type SumsAtPoint } from './contextual-sums.ts';
import {
  CHUNK,
  type ContextualPass,
  KernelSums,
  readKernelSums,
  sizeOfKernelSums,
} from './contextual-sums-fast.ts';
import { plainBlock, type RowRange, scanContextualRows } from './scan-contextual-rows.ts';

/** A pass that any thread can help with, a block of rows a part; its columns are shared memory. */
export type SharedPass = {
  readonly kind: 'contextual';
  readonly parts: SharedParts;
  readonly pass: ContextualPass;
  /** The sums of one block after the other, `size` numbers each. */
  readonly results: SharedArrayBuffer;
  readonly size: number;
};

/** Blocks enough that several threads end at nearly the same time, and few enough that adding them up costs nothing. */
const MAX_BLOCKS = 24;
const FEWEST_ROWS = 65_536;
/** Bytes of all blocks' sums together. */
const MAX_BYTES = 2 ** 25;
/** Of one thread. */
const MS_PER_ROW = 2e-5;

/**
 * Sums over all rows at one point. In the kernel they are sums of blocks, whose number depends on the rows and models
 * alone, added in their order: the same bits whatever threads did them.
 */
export function sumContextual(pass: ContextualPass, threads?: Threads): SumsAtPoint {
  const size = sizeOfKernelSums(pass);
  const kernel = size === 0 ? null : contextualKernel();
  if (kernel === null) return sumReference(pass);
  const total = new Float64Array(size);
  const blocks = countBlocks(pass, size);
  const sums = new KernelSums(kernel, pass);
  const isLong = threads !== undefined && pass.columns.length * MS_PER_ROW >= threads.paysFromMs;
  if (blocks > 1 && isLong && isShared(pass)) {
    const work = sharePass(pass, size);
    threads.start(work);
    finishParts(work.parts, (block) => doBlock(work, sums, block), SHORT_PATIENCE_MS);
    for (let block = 0; block < blocks; block += 1) addTo(total, resultOf(work, block));
    spare.giveBack(work.results, work.parts);
  } else {
    for (let block = 0; block < blocks; block += 1) {
      const { from, to } = rowsOf(pass, blocks, block);
      addTo(total, sums.sum(from, to));
    }
  }
  return readKernelSums(pass, total);
}

export function helpWithPass(work: SharedPass): void {
  const kernel = contextualKernel();
  if (kernel === null || !isAnyLeft(work.parts)) return;
  const sums = new KernelSums(kernel, work.pass);
  helpWithParts(work.parts, (block) => doBlock(work, sums, block));
}

function sumReference({ columns, settings, place, theta, beta }: ContextualPass): SumsAtPoint {
  const sums = new ContextualSums(theta, beta);
  scanContextualRows(columns, settings, place, plainBlock(columns.width), (block) => sums.add(block));
  return sums;
}

function countBlocks({ columns }: ContextualPass, size: number): number {
  const most = Math.min(Math.floor(columns.length / FEWEST_ROWS), Math.floor(MAX_BYTES / (8 * size)));
  return Math.max(1, Math.min(MAX_BLOCKS, most));
}

/** Whole chunks, but for the last block; the last ones may be empty. */
function rowsOf({ columns: { length } }: ContextualPass, blocks: number, block: number): RowRange {
  const rows = CHUNK * Math.ceil(length / blocks / CHUNK);
  return { from: Math.min(length, rows * block), to: Math.min(length, rows * (block + 1)) };
}

function isShared({ columns }: ContextualPass): boolean {
  const { a, b, outcome, weight, shareA, features } = columns;
  if (typeof features === 'function') return false;
  const read = 'counts' in features ? features.counts.flatMap((sides) => [sides.a, sides.b]) : [features];
  return [a, b, outcome, weight, shareA, ...read].every(isSharedMemory);
}

function sharePass({ columns, ...pass }: ContextualPass, size: number): SharedPass {
  const { length, a, b, outcome, weight, shareA, width, features } = columns;
  const needed = { length, a, b, outcome, weight, shareA, width, features };
  const blocks = countBlocks({ columns, ...pass }, size);
  return {
    kind: 'contextual',
    parts: shareParts(blocks),
    pass: { columns: needed, ...pass },
    results: spare.take(8 * size * blocks),
    size,
  };
}

const spare = new SpareMemory();

function doBlock(work: SharedPass, sums: KernelSums, block: number): void {
  const { from, to } = rowsOf(work.pass, work.parts.count, block);
  resultOf(work, block).set(sums.sum(from, to));
}

function resultOf({ results, size }: SharedPass, block: number): Float64Array {
  return new Float64Array(results, 8 * size * block, size);
}

function addTo(total: Float64Array, sums: Float64Array): void {
  for (let k = 0; k < total.length; k += 1) total[k]! += sums[k]!;
}
