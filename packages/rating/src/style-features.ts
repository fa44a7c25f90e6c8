import {
  type ComparisonColumns,
  modelFamily,
  type RatingSettings,
  STYLE_COUNTS,
  STYLE_RULES,
  type StyleFeature,
  styleDifference,
} from '@agon/domain';

/** Features of every comparison, from slot a's side, before scaling; NaN where the counts are not known. */
export type StyleMatrix = {
  readonly features: readonly StyleFeature[];
  /** `features.length` numbers a row, row after row. */
  readonly values: Float64Array;
};

/** What the style settings ask for: the four usual features where none is named. */
export function chosenFeatures(settings: Pick<RatingSettings, 'style'>): readonly StyleFeature[] {
  return settings.style.length === 0 ? ['length', 'headers', 'lists', 'bold'] : [...new Set(settings.style)];
}

export function styleFeatures(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'style' | 'styleDefinition'>,
): StyleMatrix {
  const features = chosenFeatures(settings);
  const rule = STYLE_RULES[settings.styleDefinition];
  const families = columns.models.map(modelFamily);
  const raterFamilies = (columns.raters ?? []).map(modelFamily);
  const values = new Float64Array(columns.length * features.length);
  const { style, rater } = columns;
  features.forEach((feature, k) => {
    const write = (row: number, value: number): void => {
      values[row * features.length + k] = value;
    };
    if (feature === 'position') {
      for (let row = 0; row < columns.length; row += 1) write(row, 1);
      return;
    }
    if (feature === 'same-family') {
      for (let row = 0; row < columns.length; row += 1) {
        const own = rater === undefined || rater[row]! < 0 ? null : (raterFamilies[rater[row]!] ?? null);
        const kin = (model: number): number => Number(own !== null && families[model] === own);
        write(row, kin(columns.a[row]!) - kin(columns.b[row]!));
      }
      return;
    }
    const count = STYLE_COUNTS.indexOf(feature === 'length' ? rule.lengthCount : feature);
    for (let row = 0; row < columns.length; row += 1) {
      const at = row * STYLE_COUNTS.length + count;
      write(row, style === undefined ? Number.NaN : styleDifference(rule, style.a[at]!, style.b[at]!));
    }
  });
  return { features, values };
}

/** Features that say that something holds, and keep their scale. */
export function isFlag(feature: StyleFeature): boolean {
  return feature === 'position' || feature === 'same-family';
}
