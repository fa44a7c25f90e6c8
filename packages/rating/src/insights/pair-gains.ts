import { multiplyMatrices, type SquareMatrix } from '@agon/stats';
import { logistic } from '../elo-scale.ts';

export type PairGain = {
  readonly i: number;
  readonly j: number;
  /** How much one more vote lowers the sum of the ratings' variances, squared logits (A-optimal). */
  readonly gain: number;
  /** How much it is expected to tell, nats (D-optimal). */
  readonly information: number;
};

/**
 * What one more vote on each pair is worth: w ‖V d‖² / (1 + w dᵀ V d) with d = e_i − e_j, w = p (1 − p), V = H⁺. Models
 * with few votes gain most, so pairs drawn by it bring newcomers in quickly.
 */
export function pairGains(theta: Float64Array, inverse: SquareMatrix): PairGain[] {
  const m = theta.length;
  const square = multiplyMatrices(inverse, inverse, m);
  const spread = (matrix: SquareMatrix, i: number, j: number): number =>
    matrix[i * m + i]! + matrix[j * m + j]! - 2 * matrix[i * m + j]!;
  const gains: PairGain[] = [];
  for (let i = 0; i < m; i += 1) {
    for (let j = i + 1; j < m; j += 1) {
      const gap = theta[i]! - theta[j]!;
      const w = logistic(gap) * logistic(-gap);
      const known = 1 + w * spread(inverse, i, j);
      gains.push({ i, j, gain: (w * spread(square, i, j)) / known, information: Math.log(known) / 2 });
    }
  }
  return gains;
}
