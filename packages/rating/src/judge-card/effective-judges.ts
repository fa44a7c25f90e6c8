import type { CardItem } from './judged-item.ts';
import { meanVote, voteNoise } from './vote-noise.ts';

/** One item as several judges see it: their preferences for a, in the order of the judges; null: unscored. */
export type JuryItem = Pick<CardItem, 'prompt' | 'modelA' | 'modelB' | 'votes'> & {
  readonly preferences: readonly (number | null)[];
};

export type ErrorCorrelations = {
  /** judges × judges; null: too few items in common, or errors that do not vary. */
  readonly correlation: readonly (readonly (number | null)[])[];
  /** Mean over pairs of judges; null: no pair has one. */
  readonly mean: number | null;
  /** K / (1 + (K − 1) ρ̄) with ρ̄ at least 0: judges who err together count for less. */
  readonly effective: number | null;
  readonly judges: number;
};

/** Fewer items in common say nothing of a correlation. */
const FEWEST = 10;

/**
 * How far judges err together. An error is a judge's preference less what people prefer, and people's mean vote stands
 * for the latter with its own chance, which all judges' errors would share; its variance is taken out of every
 * covariance. Effective number as of clustered observations (Kish 1965, design effect).
 * @param items preferences should be on people's scale (calibrated)
 */
export function effectiveJudges(items: readonly JuryItem[], judges: number): ErrorCorrelations {
  const voted = items.filter(({ votes }) => votes.length > 0);
  const noise = voteNoise(voted);
  const correlation = Array.from({ length: judges }, (_, k) =>
    Array.from({ length: judges }, (__, l) => (k === l ? 1 : correlate(voted, k, l, noise))),
  );
  let [sum, pairs] = [0, 0];
  for (let k = 0; k < judges; k += 1) {
    for (let l = 0; l < k; l += 1) {
      const rho = correlation[k]![l]!;
      if (rho === null) continue;
      sum += rho;
      pairs += 1;
    }
  }
  const mean = pairs === 0 ? null : sum / pairs;
  const effective = judges === 1 ? 1 : mean === null ? null : judges / (1 + (judges - 1) * Math.max(0, mean));
  return { correlation, mean, effective, judges };
}

function correlate(
  items: readonly JuryItem[],
  k: number,
  l: number,
  noise: ReturnType<typeof voteNoise>,
): number | null {
  let [n, ofK, ofL, kk, ll, kl, chance] = [0, 0, 0, 0, 0, 0, 0];
  for (const item of items) {
    const [first, second] = [item.preferences[k] ?? null, item.preferences[l] ?? null];
    if (first === null || second === null) continue;
    const people = meanVote(item.votes);
    const [x, y] = [first - people, second - people];
    n += 1;
    ofK += x;
    ofL += y;
    kk += x * x;
    ll += y * y;
    kl += x * y;
    chance += noise?.(item) ?? 0;
  }
  if (n < FEWEST) return null;
  const own = (squares: number, of: number): number => squares / n - (of / n) ** 2 - chance / n;
  const [varK, varL] = [own(kk, ofK), own(ll, ofL)];
  if (varK <= 0 || varL <= 0) return null;
  const shared = kl / n - (ofK / n) * (ofL / n) - chance / n;
  return Math.min(1, Math.max(-1, shared / Math.sqrt(varK * varL)));
}
