import type { Unified } from '@agon/contract';
import { PILLARS, type Pillar, type Weights } from './weights.ts';

type UnifiedModel = Unified['models'][number];

/** A model's value in each of the three sources, 0..100; null where nobody measured it. */
export type PillarValues = Readonly<Record<Pillar, number | null>>;
export type ModelPillars = { readonly model: string; readonly values: PillarValues };

/** Benchmarks count as the mean of the measured ones, as the composite takes them. */
export function pillarsOf({ model, cells }: UnifiedModel): ModelPillars {
  const measured = Object.values(cells).flatMap(({ kind, value }) =>
    kind === 'benchmark' && value !== null ? [value] : [],
  );
  return {
    model,
    values: {
      people: cells.people?.value ?? null,
      judges: cells.judges?.value ?? null,
      benchmarks:
        measured.length === 0 ? null : measured.reduce((sum, value) => sum + value, 0) / measured.length,
    },
  };
}

/** The weighted mean over the sources that were measured and have weight; null where there is none. */
export function compositeScore(values: PillarValues, weights: Weights): number | null {
  let sum = 0;
  let total = 0;
  for (const pillar of PILLARS) {
    const value = values[pillar];
    if (value === null || !(weights[pillar] > 0)) continue;
    sum += weights[pillar] * value;
    total += weights[pillar];
  }
  return total === 0 ? null : sum / total;
}

/** Models with a score by falling score; equals by name, so that the order is always the same. */
export function compositeOrder(models: readonly ModelPillars[], weights: Weights): string[] {
  return models
    .flatMap(({ model, values }) => {
      const score = compositeScore(values, weights);
      return score === null ? [] : [{ model, score }];
    })
    .sort((x, y) => y.score - x.score || (x.model < y.model ? -1 : 1))
    .map(({ model }) => model);
}
