import type { Board, ModelRatingJson } from '@agon/contract';
import { type ComparisonSource, METHOD_FACTS, type RatingMethod } from '@agon/domain';

/** A number with the ends of its interval: Elo points, or per cent for win rates. */
export type Estimate = {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
};

/** One model in the table of a source. */
export type RatingRow = {
  readonly model: string;
  readonly title: string;
  readonly retired: boolean;
  readonly rank: number | null;
  readonly rankLow: number | null;
  readonly rankHigh: number | null;
  readonly own: Estimate;
  /** The other source's estimate: judges beside people, people beside judges. */
  readonly peer: Estimate;
  /** Score 0..1 by benchmark; none where nobody measured it. */
  readonly scores: ReadonlyMap<string, number>;
  readonly comparisons: number;
};

const Z = 1.959963984540054;
const NONE: Estimate = { value: null, low: null, high: null };

/** Methods whose estimates are per cent, not points. */
export const isPerCent = (method: RatingMethod): boolean => METHOD_FACTS[method].scale === 'share';

/** Win rates of older snapshots carry a standard error alone; everything else carries its interval. */
export function estimateOf(row: ModelRatingJson | undefined): Estimate {
  if (row === undefined) return NONE;
  if (row.lc_win_rate !== undefined) {
    return { value: row.lc_win_rate, low: row.lc_win_rate_low ?? null, high: row.lc_win_rate_high ?? null };
  }
  if (row.win_rate === undefined) return { value: row.rating, low: row.low, high: row.high };
  const { win_rate: value, win_rate_se: error, win_rate_low: low, win_rate_high: high } = row;
  if (low != null && high != null) return { value, low, high };
  if (value === null || error === null || error === undefined) return { ...NONE, value };
  return { value, low: Math.max(0, value - Z * error), high: Math.min(100, value + Z * error) };
}

/** Every model of the board by falling rating; those that no comparison of this source counts for come last. */
export function ratingRows(board: Board, source: ComparisonSource): RatingRow[] {
  const own = board[source]?.models ?? [];
  const peers = new Map((board[source === 'people' ? 'judges' : 'people']?.models ?? []).map(byModel));
  const about = new Map(board.models.map((model) => [model.name, model]));
  const scores = new Map<string, Map<string, number>>();
  for (const { model, benchmark, score } of board.scores) {
    const known = scores.get(model) ?? new Map<string, number>();
    if (!known.has(benchmark)) known.set(benchmark, score);
    scores.set(model, known);
  }
  const row = (model: string, rated: ModelRatingJson | undefined): RatingRow => ({
    model,
    title: about.get(model)?.title ?? model,
    retired: about.get(model)?.retired ?? false,
    rank: rated?.rank ?? null,
    rankLow: rated?.rank_low ?? null,
    rankHigh: rated?.rank_high ?? null,
    own: estimateOf(rated),
    peer: estimateOf(peers.get(model)),
    scores: scores.get(model) ?? new Map(),
    comparisons: rated?.comparisons ?? 0,
  });
  const seen = new Set(own.map(({ model }) => model));
  return [
    ...own.map((rated) => row(rated.model, rated)),
    ...board.models.filter(({ name }) => !seen.has(name)).map(({ name }) => row(name, undefined)),
  ];
}

const byModel = (row: ModelRatingJson): [string, ModelRatingJson] => [row.model, row];

/** What a row has under a column of the table of ratings. */
export function ratingValue(row: RatingRow, key: string): number | string | null {
  switch (key) {
    case 'rank':
      return row.rank;
    case 'model':
      return row.model;
    case 'rating':
      return row.own.value;
    case 'peer':
      return row.peer.value;
    case 'votes':
      return row.comparisons;
    default:
      return row.scores.get(key) ?? null;
  }
}
