import type { Unified } from '@agon/contract';
import { EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import type { Weights } from '#lib/board/switches/weights.ts';

type UnifiedModel = Unified['models'][number];

/** A model's value in each of the three sources, 0..100; null where nobody measured it. */
export type SourceValues = Readonly<Record<EvidenceSource, number | null>>;
export type ModelSources = {
  readonly model: string;
  readonly values: SourceValues;
  /** Sources that measured nothing of the model: their values are predictions. */
  readonly predicted: ReadonlySet<EvidenceSource>;
};

/** Benchmarks count as their mean, as the composite takes them; predictions only where missing cells are predicted. */
export function sourceValuesOf(
  { model, cells }: UnifiedModel,
  missing: Unified['missing'] = 'predict',
): ModelSources {
  const of = (source: EvidenceSource) =>
    Object.values(cells).filter(
      ({ kind, value, imputed }) =>
        kind === (source === 'benchmarks' ? 'benchmark' : source) &&
        value !== null &&
        (missing === 'predict' || !imputed),
    );
  const meanOf = (source: EvidenceSource): number | null => {
    const own = of(source);
    return own.length === 0 ? null : own.reduce((sum, { value }) => sum + (value ?? 0), 0) / own.length;
  };
  return {
    model,
    values: { people: meanOf('people'), judges: meanOf('judges'), benchmarks: meanOf('benchmarks') },
    predicted: new Set(
      EVIDENCE_SOURCES.filter(
        (source) => of(source).length > 0 && of(source).every(({ imputed }) => imputed),
      ),
    ),
  };
}

/** The weighted mean over the sources that were measured and have weight; null where there is none. */
export function compositeScore(values: SourceValues, weights: Weights): number | null {
  let sum = 0;
  let total = 0;
  for (const source of EVIDENCE_SOURCES) {
    const value = values[source];
    if (value === null || !(weights[source] > 0)) continue;
    sum += weights[source] * value;
    total += weights[source];
  }
  return total === 0 ? null : sum / total;
}

/** Models with a score by falling score; equals by name, so that the order is always the same. */
export function compositeOrder(models: readonly ModelSources[], weights: Weights): string[] {
  return models
    .flatMap(({ model, values }) => {
      const score = compositeScore(values, weights);
      return score === null ? [] : [{ model, score }];
    })
    .sort((x, y) => y.score - x.score || (x.model < y.model ? -1 : 1))
    .map(({ model }) => model);
}
