import {
  type BySlot,
  type ComparisonColumns,
  type CountColumn,
  modelFamily,
  type RatingSettings,
  STYLE_RULES,
  type StyleCount,
  type StyleFeature,
  styleDifference,
} from '@agon/domain';
import type { ReadFeatures } from './counted-features.ts';

/** Features of comparisons, from slot a's side, before scaling; NaN where the counts are not known. */
export type StyleFeatures = {
  readonly features: readonly StyleFeature[];
  readonly read: ReadFeatures;
  /** The counts that each is made of; null where some is made of none. */
  readonly counted: readonly BySlot<CountColumn>[] | null;
};

/** What the style settings ask for: the four usual features where none is named. */
export function chosenFeatures(settings: Pick<RatingSettings, 'style'>): readonly StyleFeature[] {
  return settings.style.length === 0 ? ['length', 'headers', 'lists', 'bold'] : [...new Set(settings.style)];
}

/** Which count of the answers a feature is made of; null: of none. */
export function countOf(
  feature: StyleFeature,
  { styleDefinition }: Pick<RatingSettings, 'styleDefinition'>,
): StyleCount | null {
  if (isFlag(feature)) return null;
  return feature === 'length' ? STYLE_RULES[styleDefinition].lengthCount : feature;
}

/** Reads the features from the columns whenever they are asked for: nothing is kept row by row. */
export function styleFeatures(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'style' | 'styleDefinition'>,
): StyleFeatures {
  const features = chosenFeatures(settings);
  const readers = features.map((feature) => readerOf(feature, columns, settings));
  const counts = readers.map((reader) => reader.counts);
  return {
    features,
    counted: counts.some((own) => own === null) ? null : (counts as readonly BySlot<CountColumn>[]),
    read: (row, length, x, stride) => {
      readers.forEach(({ read }, f) => {
        read(row, length, x.subarray(f), stride);
      });
    },
  };
}

/** One feature: to `x[0]`, `x[stride]`, and so on. */
type Reader = {
  readonly read: ReadFeatures;
  /** What it is made of, where it is made of counts. */
  readonly counts: BySlot<CountColumn> | null;
};

function readerOf(
  feature: StyleFeature,
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'styleDefinition'>,
): Reader {
  if (feature === 'position') return { read: fill(1), counts: null };
  if (feature === 'same-family') return { read: readKinship(columns), counts: null };
  const count = countOf(feature, settings)!;
  const a = columns.style?.a[count];
  const b = columns.style?.b[count];
  if (a === undefined || b === undefined) return { read: fill(Number.NaN), counts: null };
  const rule = STYLE_RULES[settings.styleDefinition];
  return {
    read: (row, length, x, stride) => {
      for (let k = 0; k < length; k += 1) x[k * stride] = styleDifference(rule, a[row[k]!]!, b[row[k]!]!);
    },
    counts: { a, b },
  };
}

function fill(value: number): ReadFeatures {
  return (_row, length, x, stride) => {
    for (let k = 0; k < length; k += 1) x[k * stride] = value;
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
export function isFlag(feature: StyleFeature): feature is 'position' | 'same-family' {
  return feature === 'position' || feature === 'same-family';
}
