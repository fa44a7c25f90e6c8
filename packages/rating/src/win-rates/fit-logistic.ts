import { factorCholesky, invertCholesky, type SquareMatrix, solveCholesky } from '@agon/stats';
import { logistic } from '../elo-scale.ts';

/** P(success) = σ(xᵀβ), with outcomes between 0 and 1. */
export type LogisticRows = {
  readonly length: number;
  readonly width: number;
  /** `width` numbers a row, row after row. */
  readonly features: Float64Array;
  readonly outcome: Float64Array;
  readonly weight: Float64Array;
};

export type LogisticFit = {
  readonly beta: Float64Array;
  /** Inverse information, ridge included. */
  readonly inverse: SquareMatrix;
  readonly iterations: number;
};

/** Further out there is no maximum but at infinity: a share that 10⁸ outcomes could not tell from 0 or 1. */
const LARGEST = 20;

/**
 * Maximum of log-likelihood − ½ Σ λ_k β_k² by Newton's method.
 * @returns null where no finite maximum exists: all outcomes the same, or a feature that decides them
 */
export function fitLogistic(rows: LogisticRows, ridge: readonly number[]): LogisticFit | null {
  const n = rows.width;
  const beta = new Float64Array(n);
  for (let iteration = 1; iteration <= 200; iteration += 1) {
    const gradient = Float64Array.from(ridge, (lambda, k) => -lambda * beta[k]!);
    const information = new Float64Array(n * n);
    for (let k = 0; k < n; k += 1) information[k * (n + 1)] = ridge[k]!;
    for (let row = 0; row < rows.length; row += 1) {
      const at = row * n;
      let gap = 0;
      for (let k = 0; k < n; k += 1) gap += rows.features[at + k]! * beta[k]!;
      const residual = rows.weight[row]! * (rows.outcome[row]! - logistic(gap));
      const h = rows.weight[row]! * logistic(gap) * logistic(-gap);
      for (let k = 0; k < n; k += 1) {
        gradient[k]! += residual * rows.features[at + k]!;
        for (let l = 0; l < n; l += 1) {
          information[k * n + l]! += h * rows.features[at + k]! * rows.features[at + l]!;
        }
      }
    }
    const factor = factorCholesky(information, n);
    if (factor === null) return null;
    const step = solveCholesky(factor, n, gradient);
    const largest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!Number.isFinite(largest)) return null;
    if (largest < 1e-10) return { beta, inverse: invertCholesky(factor, n), iterations: iteration };
    // half a logit at a time cannot run away from a concave maximum
    const share = largest > 1 ? 0.5 / largest : 1;
    for (let k = 0; k < n; k += 1) beta[k]! += share * step[k]!;
    if (beta.some((value) => Math.abs(value) > LARGEST)) return null;
  }
  return null;
}
