import type { BySlot, CountColumn } from '@agon/domain';

/**
 * Writes the features of the comparisons `row[0 .. length)`, answer a's side, row by row into `x`, each row's from
 * `stride` numbers after the last; NaN where one is not known.
 */
export type ReadFeatures = (row: Int32Array, length: number, x: Float64Array, stride: number) => void;

/**
 * Features made of counts of the two answers whenever they are read, ((a − b) / (a + b + added) − mean) · unit in 32 bits,
 * so that many comparisons need no room for them. Where nothing was counted at all, what is divided by is 1.
 */
export type CountedFeatures = {
  /** Of each feature. */
  readonly counts: readonly BySlot<CountColumn>[];
  readonly added: 0 | 1;
  readonly mean: readonly number[];
  readonly unit: readonly number[];
};

/** Numbers of a stretch of rows, that fits into the nearest cache. */
export const STRETCH = 2048;
/** As many as the kernel of contextual sums takes. */
export const FEATURES = 4;

/** Steps over a stretch of rows, at most `STRETCH`; the kernel and the plain code give the same bits. */
export type FeatureSteps = {
  /** Reads the relative differences of the rows `from`, … that the other steps are about. */
  differences(counts: BySlot<CountColumn>, from: number, length: number, added: 0 | 1): void;
  /** Adds to Σ (x − origin), Σ (x − origin)² and the largest |x|, each of even rows and of odd ones. */
  addMoments(isUsed: Uint8Array | null, length: number, origin: number, sums: Float64Array): void;
  /** Writes (x − mean) · unit into the feature number `f` of `scaled`. */
  scale(length: number, mean: number, unit: number, f: number): void;
  /** `FEATURES` numbers a row. */
  readonly scaled: Float32Array;
};

export function plainSteps(): FeatureSteps {
  const own = new Float64Array(STRETCH);
  const other = new Float64Array(STRETCH);
  const x = new Float64Array(STRETCH);
  const scaled = new Float32Array(FEATURES * STRETCH);
  return {
    scaled,
    differences({ a, b }, from, length, added) {
      // brought to one type first, so that the loop over them is quick whatever the columns are
      own.set(a.subarray(from, from + length));
      other.set(b.subarray(from, from + length));
      for (let k = 0; k < length; k += 1) x[k] = (own[k]! - other[k]!) / (own[k]! + other[k]! + added || 1);
    },
    addMoments(isUsed, length, origin, sums) {
      for (let k = 0; k < length; k += 1) {
        if (isUsed !== null && isUsed[k] === 0) continue;
        const lane = k & 1;
        const gap = x[k]! - origin;
        sums[lane]! += gap;
        sums[2 + lane]! += gap * gap;
        sums[4 + lane] = Math.max(sums[4 + lane]!, Math.abs(x[k]!));
      }
    },
    scale(length, mean, unit, f) {
      for (let k = 0; k < length; k += 1) scaled[FEATURES * k + f] = (x[k]! - mean) * unit;
    },
  };
}

/** Of at most four features, the rows from `from` on to `into`: `FEATURES` numbers a row, those that are none 0. */
export function fillFeatures(
  steps: FeatureSteps,
  { counts, added, mean, unit }: CountedFeatures,
  from: number,
  into: Float32Array,
): void {
  const length = into.length / FEATURES;
  steps.scaled.fill(0);
  for (let start = 0; start < length; start += STRETCH) {
    const rows = Math.min(STRETCH, length - start);
    counts.forEach((column, f) => {
      steps.differences(column, from + start, rows, added);
      steps.scale(rows, mean[f]!, unit[f]!, f);
    });
    into.set(steps.scaled.subarray(0, FEATURES * rows), FEATURES * start);
  }
}

/** The same of rows anywhere. */
export function readCounted({ counts, added, mean, unit }: CountedFeatures): ReadFeatures {
  return (row, length, x, stride) => {
    counts.forEach(({ a, b }, f) => {
      for (let k = 0; k < length; k += 1) {
        const own = a[row[k]!]!;
        const other = b[row[k]!]!;
        const relative = (own - other) / (own + other + added || 1);
        x[k * stride + f] = Math.fround((relative - mean[f]!) * unit[f]!);
      }
    });
  };
}
