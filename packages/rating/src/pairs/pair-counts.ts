import type { ComparisonColumns, PairCount, RatingSettings } from '@agon/domain';
import { type PairTable, PairTableBuilder } from './pair-table.ts';
import { scanComparisons } from './scan-comparisons.ts';

/**
 * The head-to-head table under the tie policies: one cell for each pair that met, in order of first meeting, told from
 * the side of the model that `columns` names first. No comparison: no cell.
 */
export function pairCounts(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): PairCount[] {
  const table = tabulate(columns, settings);
  return Array.from({ length: table.cells }, (_, cell) => ({
    modelA: columns.models[table.low[cell]!]!,
    modelB: columns.models[table.high[cell]!]!,
    wins: table.wins[cell]!,
    ties: table.ties[cell]!,
    losses: table.losses[cell]!,
  }));
}

/** The pairs that met, under the tie policies, with their weights; in order of first meeting. */
export function tabulate(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): PairTable {
  const builder = new PairTableBuilder(columns.models.length);
  scanComparisons(columns, settings, (_row, a, b, points, weight, kind) => {
    builder.add(a, b, points, weight, kind);
  });
  return builder.build();
}

/** What a table says of outcomes, as columns of its own, each pair told from the side of the lower code, `a`. */
export function pairColumns({
  low,
  high,
  wins,
  ties,
  losses,
}: PairTable): Readonly<Record<'a' | 'b', Int32Array> & Record<'wins' | 'ties' | 'losses', Float64Array>> {
  return {
    a: low.slice(),
    b: high.slice(),
    wins: wins.slice(),
    ties: ties.slice(),
    losses: losses.slice(),
  };
}
