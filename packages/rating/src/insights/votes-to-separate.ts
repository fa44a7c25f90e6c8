import { normalQuantile } from '@agon/stats';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';

/**
 * Where p(1 − p) gap² is largest, d tanh(d/2) = 2, in logits: an error known from the votes needs a few that the weaker
 * model won, so a wider gap shows no sooner.
 */
const MAX_GAP_LOGITS = 2.3993572805154;

/**
 * Head-to-head votes between two models that show a true gap at the 5 % level (two-sided) with `power`. With ties as
 * halves a vote's share of the point has the variance p(1 − p) − t/4, and pulls at the gap by p(1 − p): for models near
 * 50 % the variance of the gap is 4 (1 − t) a vote.
 * At least 1; the largest safe integer stands for all beyond.
 * @param gapElo Elo points, not 0
 * @param tieShare 0 <= share < 1; no more than so far apart models can have
 * @param power 0 < power < 1
 */
export function votesToSeparate(gapElo: number, tieShare: number, power = 0.8): number {
  if (gapElo === 0) throw new RangeError('no number of votes separates equal models');
  const gap = Math.min(MAX_GAP_LOGITS, Math.abs(gapElo) / ELO_PER_LOGIT);
  const p = logistic(gap);
  const information = p * (1 - p);
  const variance = information - Math.min(tieShare, 2 * (1 - p)) / 4;
  const reach = normalQuantile(0.975) + normalQuantile(power);
  const votes = Math.ceil((variance * (reach / gap) ** 2) / information ** 2);
  return Math.min(Math.max(votes, 1), Number.MAX_SAFE_INTEGER);
}
