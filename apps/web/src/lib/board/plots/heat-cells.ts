import type { GroupInsightsJson } from '@agon/contract';
import { type PairCells, shadeOf } from '#lib/board/tables/pair-cells.ts';
import { m } from '#paraglide/messages.js';

/** What stands in one cell of a heat map. */
type HeatCell = {
  readonly text: string;
  /** 0 the lowest, 8 the highest, 4 the middle; null: nothing is known. */
  readonly shade: number | null;
  /** The cell in words, with its exact figures. */
  readonly say: string;
};
export type CellOf = (row: string, column: string) => HeatCell;

const EMPTY = '—';

/** Head to head: wins in 100 of the row, or how many comparisons there are. */
export function pairHeat(cells: PairCells, show: 'wins' | 'votes'): CellOf {
  return (row, column) => {
    const cell = cells.get(row, column);
    if (cell === undefined) return { text: EMPTY, shade: null, say: m.board_cell_never({ row, column }) };
    const [wins, ties, losses, n] = [cell.wins, cell.ties, cell.losses, cell.n].map((value) =>
      String(Math.round(value * 10) / 10),
    ) as [string, string, string, string];
    return {
      text: String(Math.round(show === 'wins' ? 100 * cell.share : cell.n)),
      shade: shadeOf(show === 'wins' ? cell.share : 0.5 + cell.n / cells.most / 2),
      say: m.board_cell({ row, column, share: (100 * cell.share).toFixed(1), n, wins, ties, losses }),
    };
  };
}

/** How likely the row is truly above the column, from the whole covariance of the ratings; unknown between two groups. */
export function aboveHeat(groups: readonly Pick<GroupInsightsJson, 'models' | 'pairwise'>[]): CellOf {
  const places = new Map(
    groups.flatMap(({ models, pairwise }) => models.map((model, i) => [model, { pairwise, i }] as const)),
  );
  return (row, column) => {
    const [above, below] = [places.get(row), places.get(column)];
    const chance =
      above === undefined || below === undefined || above.pairwise !== below.pairwise
        ? null
        : (above.pairwise[above.i]?.[below.i] ?? null);
    if (chance === null) return { text: EMPTY, shade: null, say: m.board_above_unknown({ row, column }) };
    const text = chance > 0.995 ? '>99' : chance < 0.005 ? '<1' : String(Math.round(100 * chance));
    return { text, shade: shadeOf(chance), say: m.board_above({ row, column, chance: text }) };
  };
}
