import { contextualKernel } from '../kernels/contextual-kernel.ts';
import {
  CHUNK,
  type ContextualPass,
  KernelSums,
  readKernelSums,
  sizeOfKernelSums,
} from '../kernels/contextual-sums-fast.ts';
import { ContextualSums, type SumsAtPoint } from './contextual-sums.ts';
import { plainBlock, type RowRange, scanContextualRows } from './scan-contextual-rows.ts';

/** Few enough that adding them up costs nothing; more of them round less. */
const MAX_BLOCKS = 24;
const FEWEST_ROWS = 65_536;
/** Bytes of all blocks' sums together. */
const MAX_BYTES = 2 ** 25;

/**
 * Sums over all rows at one point. In the kernel they are sums of blocks, whose number depends on the rows and models
 * alone, added in their order.
 */
export function sumContextual(pass: ContextualPass): SumsAtPoint {
  const size = sizeOfKernelSums(pass);
  const kernel = size === 0 ? null : contextualKernel();
  if (kernel === null) return sumReference(pass);
  const total = new Float64Array(size);
  const blocks = countBlocks(pass, size);
  const sums = new KernelSums(kernel, pass);
  for (let block = 0; block < blocks; block += 1) {
    const { from, to } = rowsOf(pass, blocks, block);
    addTo(total, sums.sum(from, to));
  }
  return readKernelSums(pass, total);
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

function addTo(total: Float64Array, sums: Float64Array): void {
  for (let k = 0; k < total.length; k += 1) total[k]! += sums[k]!;
}
