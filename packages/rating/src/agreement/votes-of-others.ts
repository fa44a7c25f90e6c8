import { type PairTable, PairTableBuilder } from '../pair-table.ts';
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
  const kept = Array.from(low, (_, cell) => cell).filter(
    (cell) => wins[cell]! + ties[cell]! + losses[cell]! > 0,
  );
  const each = (value: (cell: number) => number): Float64Array => Float64Array.from(kept, value);
  const weight = each((cell) => wins[cell]! + ties[cell]! + losses[cell]!);
  const points = each((cell) => wins[cell]! + ties[cell]! / 2);
  return {
    models,
    cells: kept.length,
    low: Int32Array.from(kept, (cell) => low[cell]!),
    high: Int32Array.from(kept, (cell) => high[cell]!),
    count: weight,
    wins: each((cell) => wins[cell]!),
    ties: each((cell) => ties[cell]!),
    losses: each((cell) => losses[cell]!),
    weight,
    points,
    square: weight,
    squarePoints: points,
    squarePoints2: each((cell) => wins[cell]! + ties[cell]! / 4),
    plain: true,
  };
}
