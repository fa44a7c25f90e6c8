export { areaUnderCurve } from './area-under-curve.ts';
export { binomialTail } from './binomial-tail.ts';
export { bootstrapIntervals, type Interval } from './bootstrap-intervals.ts';
export { bootstrapShortfall, bootstrapTail } from './bootstrap-tails.ts';
export { chiSquareCritical, chiSquareTail } from './chi-square.ts';
export {
  factorCholesky,
  factorSemidefinite,
  invertCholesky,
  type SquareMatrix,
  solveCholesky,
} from './cholesky.ts';
export { cohenKappa } from './cohen-kappa.ts';
export { drawPoisson } from './draw-poisson.ts';
export { eigenSymmetric } from './eigen-symmetric.ts';
export { factoredSandwich, sandwichOfScores, shapeDrawsByRoot } from './factored-sandwich.ts';
export { fisherTail } from './fisher-exact.ts';
export { krippendorffAlpha } from './krippendorff-alpha.ts';
export { type KernelExports, loadKernel, reserve } from './load-kernel.ts';
export { mcnemarTest } from './mcnemar-test.ts';
export { mean, sampleSd } from './mean-and-sd.ts';
export { gramMatrix, multiplyMatrices, sandwichProduct, shapeDraws } from './multiply-matrices.ts';
export { normalCdf, normalQuantile, Z95 } from './normal-distribution.ts';
export { normalDraws } from './normal-draws.ts';
export { quantile, quantiles } from './quantile.ts';
export { type SeededRandom, seededRandom } from './seeded-random.ts';
export { student95, studentCdf, studentQuantile } from './student-distribution.ts';
export { studentScales } from './student-scales.ts';
export { wilsonInterval } from './wilson-interval.ts';
