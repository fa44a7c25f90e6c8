import type { Board, Unified } from '@agon/contract';
import type { Estimate } from './rating-rows.ts';
import { type ModelSources, type SourceValues, sourceValuesOf } from './sources.ts';

/** One model in the unified table; every figure 0..100. */
export type UnifiedRow = {
  readonly model: string;
  readonly title: string;
  readonly retired: boolean;
  readonly rank: number | null;
  readonly rankLow: number | null;
  readonly rankHigh: number | null;
  readonly tier: number | null;
  readonly score: Estimate;
  readonly sources: SourceValues;
  /** Sources whose value is a prediction. */
  readonly predicted: ModelSources['predicted'];
  /** Value by benchmark; none where nobody measured it. */
  readonly benchmarks: ReadonlyMap<string, { readonly value: number; readonly imputed: boolean }>;
  /** Probability of being first, 0..1. */
  readonly first: number | null;
  readonly measured: { readonly present: number; readonly of: number };
  readonly provisional: boolean;
};

/** The models of a unified ranking in its order. */
export function unifiedRows(unified: Unified, models: Board['models']): UnifiedRow[] {
  const about = new Map(models.map((model) => [model.name, model]));
  return unified.models.map((row) => ({
    ...sourcesOf(row, unified.missing),
    model: row.model,
    title: about.get(row.model)?.title ?? row.model,
    retired: about.get(row.model)?.retired ?? false,
    rank: row.rank,
    rankLow: row.rank_low,
    rankHigh: row.rank_high,
    tier: row.tier,
    score: { value: row.score, low: row.low, high: row.high },
    benchmarks: new Map(
      Object.entries(row.cells).flatMap(([name, { kind, value, imputed }]) =>
        kind === 'benchmark' && value !== null ? [[name, { value, imputed }] as const] : [],
      ),
    ),
    first: row.p_top,
    measured: row.measured,
    provisional: row.provisional,
  }));
}

function sourcesOf(row: Unified['models'][number], missing: Unified['missing']) {
  const { values, predicted } = sourceValuesOf(row, missing);
  return { sources: values, predicted };
}

/** What a row has under a column of the unified table. */
export function unifiedValue(row: UnifiedRow, key: string): number | string | null {
  switch (key) {
    case 'rank':
      return row.rank;
    case 'model':
      return row.model;
    case 'score':
      return row.score.value;
    case 'people':
    case 'judges':
    case 'benchmarks':
      return row.sources[key];
    case 'first':
      return row.first;
    case 'measured':
      return row.measured.present;
    default:
      return row.benchmarks.get(key)?.value ?? null;
  }
}
