import type { Unified } from '@agon/contract';

/** What version 1 of a kept unified ranking lacks; everything else in it stays as it was kept. */
type UnifiedV1 = Omit<Unified, 'missing' | 'evidence' | 'ability' | 'models' | 'diagnostics'> & {
  readonly models: readonly (Omit<Unified['models'][number], 'observed' | 'cells'> & {
    readonly cells: Readonly<Record<string, Omit<Unified['models'][number]['cells'][string], 'raw'>>>;
  })[];
  readonly diagnostics: Pick<
    Unified['diagnostics'],
    'missing_cells' | 'cells' | 'leave_one_out' | 'anchors' | 'notes'
  >;
};

/**
 * A kept unified ranking in today's shape. Numbers never change: what an old version did not say is null or empty here.
 * Version 1 left missing cells out and predicted none.
 */
export function upgradeUnified(kept: Unified | UnifiedV1): Unified {
  if ('missing' in kept) return kept;
  return {
    ...kept,
    missing: 'leave-out',
    evidence: null,
    ability: null,
    models: kept.models.map((model) => ({
      ...model,
      observed: null,
      cells: Object.fromEntries(
        Object.entries(model.cells).map(([source, cell]) => [source, { ...cell, raw: null }]),
      ),
    })),
    diagnostics: {
      ...kept.diagnostics,
      panel: { models: [], since: null },
      above: [],
      flips: [],
      acceptability: [],
      rules: [],
      correlations: [],
      next: [],
    },
  };
}
