import { ArenaError, type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { type PairTable, PairTableBuilder } from './pair-table.ts';
import { type ExcludedCount, scanComparisons } from './scan-comparisons.ts';

/** One pass over the comparisons: pair counts, and how often each model won, lost and tied (unweighted). */
export type Tally = {
  readonly table: PairTable;
  readonly used: number;
  readonly excluded: readonly ExcludedCount[];
  readonly wins: Int32Array;
  readonly losses: Int32Array;
  readonly ties: Int32Array;
};

/** @throws ArenaError('no_comparisons') where the tie policies, or the data, leave none */
export function tallyComparisons(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): Tally {
  const models = columns.models.length;
  const builder = new PairTableBuilder(models);
  const wins = new Int32Array(models);
  const losses = new Int32Array(models);
  const ties = new Int32Array(models);
  const { used, excluded } = scanComparisons(columns, settings, (_row, a, b, points, weight, kind) => {
    builder.add(a, b, points, weight, kind);
    if (kind === OUTCOME_CODES.tie) {
      ties[a]! += 1;
      ties[b]! += 1;
    } else {
      wins[kind === OUTCOME_CODES.a ? a : b]! += 1;
      losses[kind === OUTCOME_CODES.a ? b : a]! += 1;
    }
  });
  if (used === 0) throw noComparisons(columns, excluded);
  return { table: builder.build(), used, excluded, wins, losses, ties };
}

export function noComparisons(columns: ComparisonColumns, excluded: readonly ExcludedCount[]): ArenaError {
  return new ArenaError('no_comparisons', 'There is no comparison to rate from.', {
    hint:
      columns.length === 0
        ? 'Collect votes or verdicts first.'
        : `All ${columns.length} were left out: ${excluded.map(({ reason, count }) => `${reason} ${count}`).join(', ')}.`,
    data: { read: columns.length, excluded },
  });
}
