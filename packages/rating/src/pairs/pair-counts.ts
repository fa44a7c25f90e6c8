import type { ComparisonColumns, PairCount, RatingSettings } from '@agon/domain';
import type { PairCounter } from './pair-counter.ts';
import { PairTableBuilder } from './pair-table.ts';
import { scanComparisons } from './scan-comparisons.ts';

/**
 * The head-to-head table under the tie policies: one cell for each pair that met, in order of first meeting, told from
 * the side of the model that `columns` names first. No comparison: no cell.
 */
export function pairCounts(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): PairCount[] {
  const builder = new PairTableBuilder(columns.models.length);
  scanComparisons(columns, settings, (_row, a, b, points, weight, kind) => {
    builder.add(a, b, points, weight, kind);
  });
  const table = builder.build();
  return Array.from({ length: table.cells }, (_, cell) => ({
    modelA: columns.models[table.low[cell]!]!,
    modelB: columns.models[table.high[cell]!]!,
    wins: table.wins[cell]!,
    ties: table.ties[cell]!,
    losses: table.losses[cell]!,
  }));
}

/**
 * The same table from counts, as columns of codes: by the higher code, then the lower, each told from the lower's side.
 */
export function countedPairs(
  counter: PairCounter,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): Readonly<Record<'a' | 'b', Int32Array> & Record<'wins' | 'ties' | 'losses', Float64Array>> {
  const { table } = counter.tally(settings);
  return {
    a: table.low.slice(),
    b: table.high.slice(),
    wins: table.wins.slice(),
    ties: table.ties.slice(),
    losses: table.losses.slice(),
  };
}
