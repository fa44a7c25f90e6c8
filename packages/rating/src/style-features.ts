import {
  type ComparisonColumns,
  modelFamily,
  type RatingSettings,
  STYLE_COUNTS,
  STYLE_RULES,
  type StyleFeature,
  styleDifference,
} from '@agon/domain';
import type { ReadFeatures } from './scan-contextual-rows.ts';

/** Features of comparisons, from slot a's side, before scaling; NaN where the counts are not known. */
export type StyleFeatures = { readonly features: readonly StyleFeature[]; readonly read: ReadFeatures };

/** What the style settings ask for: the four usual features where none is named. */
export function chosenFeatures(settings: Pick<RatingSettings, 'style'>): readonly StyleFeature[] {
  return settings.style.length === 0 ? ['length', 'headers', 'lists', 'bold'] : [...new Set(settings.style)];
}

/** Reads the features from the columns whenever they are asked for: nothing is kept row by row. */
export function styleFeatures(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'style' | 'styleDefinition'>,
): StyleFeatures {
  const features = chosenFeatures(settings);
  const readers = features.map((feature) => readerOf(feature, columns, settings));
  return {
    features,
    read: (row, length, x, stride) => {
      readers.forEach((read, f) => {
        read(row, length, x.subarray(f), stride);
      });
    },
  };
}

/** One feature: to `x[0]`, `x[stride]`, and so on. */
function readerOf(
  feature: StyleFeature,
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'styleDefinition'>,
): ReadFeatures {
  if (feature === 'position') {
    return (_row, length, x, stride) => {
      for (let k = 0; k < length; k += 1) x[k * stride] = 1;
    };
  }
  if (feature === 'same-family') return readKinship(columns);
  const { style } = columns;
  if (style === undefined) {
    return (_row, length, x, stride) => {
      for (let k = 0; k < length; k += 1) x[k * stride] = Number.NaN;
    };
  }
  const rule = STYLE_RULES[settings.styleDefinition];
  const count = STYLE_COUNTS.indexOf(feature === 'length' ? rule.lengthCount : feature);
  const counts = STYLE_COUNTS.length;
  const { a, b } = style;
  return (row, length, x, stride) => {
    for (let k = 0; k < length; k += 1) {
      const at = row[k]! * counts + count;
      x[k * stride] = styleDifference(rule, a[at]!, b[at]!);
    }
  };
}

/** 1 where only a is of the judge's family, −1 where only b is. */
function readKinship(columns: ComparisonColumns): ReadFeatures {
  const { a, b, rater } = columns;
  const numbers = new Map<string, number>();
  // nobody's family is like nobody else's
  const numberOf = (name: string, none: number): number => {
    const family = modelFamily(name);
    if (family === null) return none;
    if (!numbers.has(family)) numbers.set(family, numbers.size);
    return numbers.get(family)!;
  };
  const families = Int32Array.from(columns.models, (name) => numberOf(name, -1));
  const raters = Int32Array.from(columns.raters ?? [], (name) => numberOf(name, -2));
  return (row, length, x, stride) => {
    for (let k = 0; k < length; k += 1) {
      const at = row[k]!;
      const own = raters[rater?.[at] ?? -1] ?? -2;
      x[k * stride] = Number(families[a[at]!] === own) - Number(families[b[at]!] === own);
    }
  };
}

/** Features that say that something holds, and keep their scale. */
export function isFlag(feature: StyleFeature): boolean {
  return feature === 'position' || feature === 'same-family';
}
