import { type PairTable, PairTableBuilder } from '../pairs/pair-table.ts';
import type { RatedVote } from './fit-noisy-bradley-terry.ts';

/**
 * Everybody else's votes on each pair of models, for one rater after the other: all votes are counted once, and a
 * rater's own taken off again. Counts are whole numbers, so nothing is lost on the way.
 * `othersOf` takes the votes of one rater, all of them among `votes`.
 */
export function votesOfOthers(
  votes: readonly RatedVote[],
  models: number,
): { readonly all: PairTable; othersOf(own: readonly RatedVote[]): PairTable } {
  const builder = new PairTableBuilder(models);
  const cellOf = ({ a, b, outcome }: RatedVote, weight: 0 | 1) =>
    builder.add(a, b, POINTS[outcome], weight, outcome);
  for (const vote of votes) cellOf(vote, 1);
  const all = builder.build();
  const othersOf = (own: readonly RatedVote[]): PairTable => {
    const [wins, ties, losses] = [all.wins, all.ties, all.losses].map((counts) => Float64Array.from(counts));
    for (const vote of own) {
      // a vote without weight says where its cell is, and counts for nothing
      const cell = cellOf(vote, 0);
      const kind = vote.outcome === 2 ? ties! : (vote.outcome === 0) === vote.a < vote.b ? wins! : losses!;
      kind[cell]! -= 1;
    }
    return plainTable(all, wins!, ties!, losses!);
  };
  return { all, othersOf };
}

const POINTS = [1, 0, 0.5] as const;

/** The cells that still have votes. */
function plainTable(
  { models, low, high }: PairTable,
  wins: Float64Array,
  ties: Float64Array,
  losses: Float64Array,
): PairTable {
  const kept = new Int32Array(low.length);
  let cells = 0;
  for (let cell = 0; cell < low.length; cell += 1) {
    kept[cells] = cell;
    if (wins[cell]! + ties[cell]! + losses[cell]! > 0) cells += 1;
  }
  const table = {
    low: new Int32Array(cells),
    high: new Int32Array(cells),
    wins: new Float64Array(cells),
    ties: new Float64Array(cells),
    losses: new Float64Array(cells),
    weight: new Float64Array(cells),
    points: new Float64Array(cells),
    squarePoints2: new Float64Array(cells),
  };
  for (let at = 0; at < cells; at += 1) {
    const cell = kept[at]!;
    const win = wins[cell]!;
    const tie = ties[cell]!;
    const loss = losses[cell]!;
    table.low[at] = low[cell]!;
    table.high[at] = high[cell]!;
    table.wins[at] = win;
    table.ties[at] = tie;
    table.losses[at] = loss;
    table.weight[at] = win + tie + loss;
    table.points[at] = win + tie / 2;
    table.squarePoints2[at] = win + tie / 4;
  }
  const { weight, points } = table;
  return { ...table, models, cells, count: weight, square: weight, squarePoints: points, plain: true };
}
