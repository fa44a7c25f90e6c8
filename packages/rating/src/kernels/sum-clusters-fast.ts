import { type KernelExports, loadKernel, type SquareMatrix } from '@agon/stats';
import {
  addDense,
  type ClusteredRows,
  type ClusterSum,
  type ClusterSums,
  closeClusterSum,
  DENSE_ROWS,
} from '../covariance/cluster-sums.ts';
import { suitsStrengths } from '../covariance/row-scores.ts';
import { LARGEST_WEIGHT, SMALLEST_WEIGHT } from '../pairs/scan-comparisons.ts';
import { BYTES } from './clusters-bytes.ts';
import { BLOCK, type ClustersMemory, layOutClusters, planBuckets, type SumPlace } from './clusters-memory.ts';

/** Above so many models the products alone would fill much of the kernel's memory. */
const MAX_MODELS = 4096;

/** A kernel whose memory has grown beyond this is let go after use: ten million votes stay below, and need no new memory. */
const KEPT_BYTES = 2 ** 28;

let loaded: KernelExports | null | undefined;

/** As `sumClustersReference`, in the kernel; null where that one must do: very many models or rows, or no WebAssembly. */
export function sumClustersFast(rows: ClusteredRows): ClusterSums | null {
  const models = rows.theta.length;
  if (models > MAX_MODELS || !suitsStrengths(rows.theta)) return null;
  if (loaded === undefined) loaded = loadKernel(BYTES);
  const kernel = loaded;
  if (kernel === null) return null;
  const buckets = planBuckets(rows.codes);
  const memory = layOutClusters(kernel, rows, buckets);
  if (memory === null) return null;
  memory.next.set(buckets.starts.subarray(0, buckets.count));
  for (let from = 0; from < rows.columns.length; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows.columns.length);
    memory.copy(from, to);
    kernel.partition!(memory.rows, to - from, SMALLEST_WEIGHT, LARGEST_WEIGHT);
  }
  const first = new KernelSum(kernel, memory, memory.sum, models);
  const both = rows.others === null ? null : new KernelSum(kernel, memory, memory.sumOfParts, models);
  let used = 0;
  let unknown = 0;
  for (let bucket = 0; bucket < buckets.count; bucket += 1) {
    const from = buckets.starts[bucket]!;
    const to = memory.next[bucket]!;
    if (from === to) continue;
    used += to - from;
    let size = 1 << buckets.shift;
    if (bucket + 1 < buckets.count) {
      kernel.sortRows!(memory.rows, memory.sorted, from, to, size - 1);
    } else {
      unknown = to - from;
      size = unknown;
      kernel.sortRows!(memory.rows, memory.sorted, from, to, 0);
      kernel.separate!(memory.sorted, size);
    }
    first.add(memory.sorted, size);
    if (both === null) continue;
    const { sorted, parts, keys, spare, counts } = memory;
    both.add(parts, kernel.split!(sorted, parts, size, keys, spare, counts));
  }
  const sum = first.close(used, unknown);
  if (memory.buffer.byteLength > KEPT_BYTES) loaded = undefined;
  if (both === null) return { first: sum, both: null };
  const { meat, clusters } = both.close(used, 0);
  return { first: sum, both: { meat, clusters } };
}

/** Fields of the kernel's record of a sum, in words. */
const [FILLED, CLUSTERS, LARGEST] = [8, 9, 10];

/** One sum over clusters in the kernel's memory, and the dense clusters that leave it block by block. */
class KernelSum {
  readonly #kernel: KernelExports;
  readonly #record: Uint32Array;
  readonly #at: number;
  readonly #meat: Float64Array;
  readonly #block: Float64Array;
  readonly #dense: SquareMatrix;
  readonly #models: number;

  constructor(kernel: KernelExports, { buffer }: ClustersMemory, place: SumPlace, models: number) {
    this.#kernel = kernel;
    this.#at = place.record;
    this.#record = new Uint32Array(buffer, place.record, LARGEST! + 1);
    this.#meat = new Float64Array(buffer, place.meat, models * models);
    this.#block = new Float64Array(buffer, place.dense, DENSE_ROWS * models);
    this.#dense = new Float64Array(models * models);
    this.#models = models;
  }

  add(sorted: number, size: number): void {
    let at = 0;
    while (at < size) {
      at = this.#kernel.addClusters!(this.#at, sorted, at, size);
      if (at < size) this.#flush();
    }
  }

  close(rows: number, unknown: number): ClusterSum {
    this.#flush();
    return closeClusterSum(this.#meat, this.#dense, this.#models, {
      clusters: this.#record[CLUSTERS!]!,
      largest: this.#record[LARGEST!]!,
      unknown,
      rows,
    });
  }

  #flush(): void {
    const filled = this.#record[FILLED!]!;
    if (filled > 0) addDense(this.#dense, this.#block, filled, this.#models);
    this.#record[FILLED!] = 0;
  }
}
