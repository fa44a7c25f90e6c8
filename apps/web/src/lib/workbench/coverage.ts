import type { CampaignProgress } from '@agon/contract';

type Pairs = CampaignProgress['pairs'];

/** How votes lie on pairs of models: the whole of it in three figures, and a matrix where a reader can take one in. */
export type Coverage = {
  readonly models: number;
  /** Pairs of models that there are, whether they met or not. */
  readonly pairs: number;
  readonly never: number;
  /** Null below two models. */
  readonly thinnest: { readonly a: string; readonly b: string; readonly votes: number } | null;
  /** Names of the rows; of many models those with the fewest votes. */
  readonly names: readonly string[];
  /** Votes of row and column, the column before the row. */
  readonly votes: readonly (readonly number[])[];
  /** The most votes of a pair of the matrix, at least 1. */
  readonly most: number;
};

/** Rows of the matrix: beyond this it is a wall. */
export const COVERED_MODELS = 40;

export function coverageOf(pairs: Pairs): Coverage {
  const all = [...new Set(pairs.flatMap(({ model_a, model_b }) => [model_a, model_b]))].sort();
  const place = new Map(all.map((name, i) => [name, i]));
  const n = all.length;
  const counts = new Float64Array(n * n);
  const totals = new Float64Array(n);
  for (const { model_a, model_b, votes } of pairs) {
    const [a, b] = [place.get(model_a)!, place.get(model_b)!];
    counts[Math.max(a, b) * n + Math.min(a, b)]! += votes;
    totals[a]! += votes;
    totals[b]! += votes;
  }
  let [pairCount, never] = [0, 0];
  let thinnest: Coverage['thinnest'] = null;
  for (let i = 0; i < n; i += 1) {
    for (let j = i + 1; j < n; j += 1) {
      const votes = counts[j * n + i]!;
      pairCount += 1;
      if (votes === 0) never += 1;
      if (thinnest === null || votes < thinnest.votes) thinnest = { a: all[i]!, b: all[j]!, votes };
    }
  }
  const shown = all
    .map((_, i) => i)
    .sort((x, y) => totals[x]! - totals[y]! || x - y)
    .slice(0, COVERED_MODELS)
    .sort((x, y) => x - y);
  const votes = shown.map((row, at) => shown.slice(0, at).map((column) => counts[row * n + column]!));
  return {
    models: n,
    pairs: pairCount,
    never,
    thinnest,
    names: shown.map((i) => all[i]!),
    votes,
    most: Math.max(1, ...votes.flat()),
  };
}
