import {
  type BySlot,
  type ComparisonColumns,
  type CountColumn,
  type RatingSettings,
  STYLE_RULES,
  type StyleFeature,
  styleDifference,
} from '@agon/domain';
import { featureSteps } from '../kernels/style-kernel.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { ReadFeatures } from './counted-features.ts';
import { FEATURES, STRETCH } from './counted-features.ts';
import { MANY_ROWS } from './maximise-contextual.ts';
import { BLOCK_ROWS, type ContextualColumns } from './scan-contextual-rows.ts';
import { isFlag, type StyleFeatures } from './style-features.ts';

export type ScaledFeatures = {
  readonly features: readonly StyleFeature[];
  /** By which each was scaled; 0 and 1 for flags; a standard deviation of 0: the feature says nothing. */
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Numbers of those that say something; `scaled` has these alone. */
  readonly used: readonly number[];
  readonly scaled: ContextualColumns['features'];
};

/**
 * To mean 0 and variance 1 over the comparisons that are fitted. Of many comparisons with four features at most, those are
 * made in 32 bits as the kernel reads them: ratings differ by less than 1e-6 Elo points, which is what such a fit leaves.
 * @param used how many comparisons the tie policies let into the fit
 */
export function scaleFeatures(
  columns: ComparisonColumns,
  settings: RatingSettings,
  style: StyleFeatures,
  used: number,
): ScaledFeatures {
  const { features, read, counted } = style;
  if (columns.length >= MANY_ROWS && counted !== null && counted.length <= FEATURES)
    return scaleCounted(columns, settings, features, counted, used);
  const width = features.length;
  const moments = features.map(() => new Moments());
  const row = new Int32Array(BLOCK_ROWS);
  const x = new Float64Array(BLOCK_ROWS * width);
  let filled = 0;
  const add = (): void => {
    read(row, filled, x, width);
    moments.forEach((own, f) => {
      for (let k = 0; k < filled; k += 1) own.add(x[k * width + f]!);
    });
    filled = 0;
  };
  scanComparisons(columns, settings, (at) => {
    row[filled] = at;
    filled += 1;
    if (filled === BLOCK_ROWS) add();
  });
  if (filled > 0) add();
  const scales = scalesOf(features, moments);
  return { ...scales, scaled: readScaled(read, width, scales) };
}

function scaleCounted(
  columns: ComparisonColumns,
  settings: RatingSettings,
  features: readonly StyleFeature[],
  counted: readonly BySlot<CountColumn>[],
  used: number,
): ScaledFeatures {
  const { length } = columns;
  const { added } = STYLE_RULES[settings.styleDefinition];
  const isUsed = used === length ? null : usedRows(columns, settings);
  const first = isUsed === null ? 0 : isUsed.indexOf(1);
  const steps = featureSteps();
  const origins = counted.map(({ a, b }) =>
    styleDifference(STYLE_RULES[settings.styleDefinition], a[first]!, b[first]!),
  );
  const sums = counted.map(() => new Float64Array(6));
  for (let from = 0; from < length; from += STRETCH) {
    const rows = Math.min(STRETCH, length - from);
    const those = isUsed === null ? null : isUsed.subarray(from, from + rows);
    counted.forEach((counts, f) => {
      steps.differences(counts, from, rows, added);
      steps.addMoments(those, rows, origins[f]!, sums[f]!);
    });
  }
  const moments = sums.map(
    (of, f) => new Moments(used, origins[f]!, of[0]! + of[1]!, of[2]! + of[3]!, Math.max(of[4]!, of[5]!)),
  );
  const scales = scalesOf(features, moments);
  const { used: kept, mean, sd } = scales;
  return {
    ...scales,
    scaled: {
      counts: kept.map((f) => counted[f]!),
      added,
      mean: kept.map((f) => mean[f]!),
      unit: kept.map((f) => 1 / sd[f]!),
    },
  };
}

/** 1 for each row that the tie policies let into the fit. */
function usedRows(columns: ComparisonColumns, settings: RatingSettings): Uint8Array {
  const isUsed = new Uint8Array(columns.length);
  scanComparisons(columns, settings, (row) => {
    isUsed[row] = 1;
  });
  return isUsed;
}

/** Of one feature, from its first value on, so that what is alike in all rows leaves exactly nothing. */
class Moments {
  #rows: number;
  #origin: number;
  #sum: number;
  #squares: number;
  #largest: number;

  constructor(rows = 0, origin = 0, sum = 0, squares = 0, largest = 0) {
    this.#rows = rows;
    this.#origin = origin;
    this.#sum = sum;
    this.#squares = squares;
    this.#largest = largest;
  }

  add(value: number): void {
    if (this.#rows === 0) this.#origin = value;
    const gap = value - this.#origin;
    this.#rows += 1;
    this.#sum += gap;
    this.#squares += gap * gap;
    this.#largest = Math.max(this.#largest, Math.abs(value));
  }

  get largest(): number {
    return this.#largest;
  }

  get mean(): number {
    return this.#origin + this.#sum / this.#rows;
  }

  get variance(): number {
    return Math.max(0, this.#squares / this.#rows - (this.#sum / this.#rows) ** 2);
  }
}

function scalesOf(
  features: readonly StyleFeature[],
  moments: readonly Moments[],
): Omit<ScaledFeatures, 'scaled'> {
  const mean = features.map((feature, f) => (isFlag(feature) ? 0 : moments[f]!.mean));
  const sd = features.map((feature, f) => {
    const { variance, largest } = moments[f]!;
    if (isFlag(feature)) return largest > 0 ? 1 : 0;
    const spread = Math.sqrt(variance);
    return spread > 1e-9 * largest ? spread : 0;
  });
  const used = features.map((_, f) => f).filter((f) => sd[f]! > 0);
  return { features, mean, sd, used };
}

function readScaled(
  read: ReadFeatures,
  width: number,
  { used, mean, sd }: Pick<ScaledFeatures, 'used' | 'mean' | 'sd'>,
): ReadFeatures {
  let raw = new Float64Array(BLOCK_ROWS * width);
  return (row, length, x, stride) => {
    if (raw.length < length * width) raw = new Float64Array(length * width);
    read(row, length, raw, width);
    used.forEach((f, to) => {
      const middle = mean[f]!;
      const unit = sd[f]!;
      for (let k = 0; k < length; k += 1) x[k * stride + to] = (raw[k * width + f]! - middle) / unit;
    });
  };
}
