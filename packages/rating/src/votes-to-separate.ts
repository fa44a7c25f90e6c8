import { normalQuantile } from '@agon/stats';
import { ELO_PER_LOGIT } from './elo-scale.ts';

/**
 * Head-to-head votes between two models near 50 % that show a true gap at the 5 % level (two-sided) with `power`.
 * A vote carries information (1 - tieShare) / 4 per squared logit when ties are halves.
 * At least 1; the largest safe integer stands for all beyond.
 * @param gapElo Elo points, not 0
 * @param tieShare 0 <= share < 1
 * @param power 0 < power < 1
 */
export function votesToSeparate(gapElo: number, tieShare: number, power = 0.8): number {
  if (gapElo === 0) throw new RangeError('no number of votes separates equal models');
  const reach = normalQuantile(0.975) + normalQuantile(power);
  const votes = Math.ceil(4 * (1 - tieShare) * (reach * (ELO_PER_LOGIT / gapElo)) ** 2);
  return Math.min(Math.max(votes, 1), Number.MAX_SAFE_INTEGER);
}
