import type { KernelExports } from '@agon/stats';
import { pointsByOutcome } from '../contextual/scan-contextual-rows.ts';
import { type ClusteredRows, DENSE_ROWS, denseFrom } from '../covariance/cluster-sums.ts';
import { PLAIN_POINTS } from '../pairs/pair-table.ts';
import { KernelLayout } from './comparisons-kernel.ts';

/** Rows copied into the kernel's memory at a time. */
export const BLOCK = 16_384;
/** Ranges of cluster codes: more would leave the processor's table of pages, fewer its second cache. */
const BUCKETS = 512;
/** Less than the four gigabytes that such a memory can be. */
const MAX_BYTES = 3.5e9;

export type Buckets = {
  /** Those of known codes, and one for rows without. */
  readonly count: number;
  readonly shift: number;
  /** Where the rows of each bucket start if all count, and one more. */
  readonly starts: Uint32Array;
  readonly largest: number;
};

/** Bucket = code >> shift. */
export function planBuckets(codes: Int32Array): Buckets {
  // all bits in use: a bound on the codes that takes no comparison row by row
  let bound = 0;
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row]!;
    bound |= code & ~(code >> 31);
  }
  let shift = 0;
  while (bound >> shift >= BUCKETS) shift += 1;
  const known = (bound >> shift) + 1;
  const starts = new Uint32Array(known + 2);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row]!;
    starts[(code < 0 ? known : code >> shift) + 1]! += 1;
  }
  let largest = 0;
  for (let bucket = 1; bucket < starts.length; bucket += 1) {
    largest = Math.max(largest, starts[bucket]!);
    starts[bucket]! += starts[bucket - 1]!;
  }
  return { count: known + 1, shift, starts, largest };
}

/** Addresses of a kernel's record of a sum, and of what is read from it. */
export type SumPlace = { readonly record: number; readonly meat: number; readonly dense: number };

export type ClustersMemory = {
  readonly buffer: ArrayBuffer;
  /** Addresses of the kernel's records Rows and Sorted: of clusters, and of the parts of them that share a second code. */
  readonly rows: number;
  readonly sorted: number;
  readonly parts: number;
  readonly sum: SumPlace;
  readonly sumOfParts: SumPlace;
  /** Where the next row of each bucket goes. */
  readonly next: Uint32Array;
  readonly keys: number;
  readonly spare: number;
  readonly counts: number;
  /** Brings rows `from` .. `to` - 1 into the block that the kernel reads. */
  readonly copy: (from: number, to: number) => void;
};

/** Places everything in the kernel's memory; null where it would not fit. */
export function layOutClusters(
  kernel: KernelExports,
  { columns, settings, theta, place, codes, others }: ClusteredRows,
  buckets: Buckets,
): ClustersMemory | null {
  const { a, b, outcome, weight, shareA, length } = columns;
  const models = theta.length;
  const layout = new KernelLayout(kernel);
  const words = (count: number): number => layout.place(4 * count);
  const doubles = (count: number): number => layout.place(8 * count);
  const isWide = a.BYTES_PER_ELEMENT > 2 || b.BYTES_PER_ELEMENT > 2;
  const isSplit = others !== null;
  const atA = words(BLOCK);
  const atB = words(BLOCK);
  const atOutcome = layout.place(BLOCK);
  const atWeight = weight === undefined ? 0 : doubles(BLOCK);
  const atShare = shareA === undefined ? 0 : doubles(BLOCK);
  const atCodes = words(BLOCK);
  const atOthers = isSplit ? words(BLOCK) : 0;
  const atPlace = words(place.length);
  const atKinds = layout.place(256);
  const atStrength = doubles(models);
  const atPoints = doubles(PLAIN_POINTS.length);
  const next = words(buckets.count);
  const entries = doubles(length);
  const scores = weight === undefined && shareA === undefined ? 0 : doubles(length);
  const within = isSplit ? words(length) : 0;
  const rows = [
    ...[atA, atB, isWide ? 1 : 0, atOutcome, atWeight, atShare, atCodes, atOthers],
    ...[atPlace, place.length, atKinds, atStrength, atPoints],
    ...[buckets.shift, buckets.count - 1, next, entries, scores, within],
  ];
  const { largest } = buckets;
  const placeSorted = (clusters: number): number[] => [
    words(clusters + 3),
    words(largest),
    scores === 0 ? 0 : doubles(largest),
    words(largest),
  ];
  // rows without a code are sorted too, into as many clusters
  const sorted = placeSorted(Math.max(1 << buckets.shift, largest));
  const parts = isSplit ? placeSorted(largest) : [];
  const placeSum = (): number[] => {
    const meat = doubles(models * models);
    const mark = words(models);
    const bytes = Math.max(65_536, 32 * models);
    const list = layout.place(bytes);
    const dense = doubles(DENSE_ROWS * models);
    return [
      meat,
      models,
      mark,
      list,
      list + bytes,
      dense,
      denseFrom(models),
      DENSE_ROWS,
      0,
      0,
      0,
      atStrength,
      atPoints,
    ];
  };
  const sum = placeSum();
  const sumOfParts = isSplit ? placeSum() : [];
  const keys = isSplit ? doubles(largest) : 0;
  const spare = isSplit ? doubles(largest) : 0;
  const counts = words(257);
  const records = [rows, sorted, parts, sum, sumOfParts];
  const at = records.map((record) => words(record.length));
  if (layout.place(0) > MAX_BYTES) return null;
  const buffer = layout.memory();
  records.forEach((record, k) => {
    new Uint32Array(buffer, at[k]!, record.length).set(record);
  });
  new Int32Array(buffer, atPlace, place.length).set(place);
  const kinds = pointsByOutcome(settings).map((points, kind) =>
    Number.isNaN(points) ? 255 : Math.min(kind, 2),
  );
  new Uint8Array(buffer, atKinds, 256).fill(255).set(kinds);
  new Float64Array(buffer, atStrength, models).set(theta.map(Math.exp));
  new Float64Array(buffer, atPoints, PLAIN_POINTS.length).set(PLAIN_POINTS);
  for (const record of [sum, sumOfParts]) {
    if (record.length > 0) new Float64Array(buffer, record[0]!, models * models).fill(0);
  }
  // a code of -1 is far above all models either way
  const codeBlock = (address: number) =>
    isWide ? new Int32Array(buffer, address, BLOCK) : new Uint16Array(buffer, address, BLOCK);
  const columnsIn = [
    [codeBlock(atA), a],
    [codeBlock(atB), b],
    [new Uint8Array(buffer, atOutcome, BLOCK), outcome],
    [new Float64Array(buffer, atWeight, weight === undefined ? 0 : BLOCK), weight],
    [new Float64Array(buffer, atShare, shareA === undefined ? 0 : BLOCK), shareA],
    [new Int32Array(buffer, atCodes, BLOCK), codes],
    [new Int32Array(buffer, atOthers, isSplit ? BLOCK : 0), others],
  ] as const;
  return {
    buffer,
    rows: at[0]!,
    sorted: at[1]!,
    parts: at[2]!,
    sum: { record: at[3]!, meat: sum[0]!, dense: sum[5]! },
    sumOfParts: { record: at[4]!, meat: sumOfParts[0] ?? 0, dense: sumOfParts[5] ?? 0 },
    next: new Uint32Array(buffer, next, buckets.count),
    keys,
    spare,
    counts,
    copy(from, to) {
      for (const [target, source] of columnsIn) {
        if (source !== undefined && source !== null) target.set(source.subarray(from, to));
      }
    },
  };
}
