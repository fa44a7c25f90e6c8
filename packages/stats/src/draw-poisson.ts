import type { SeededRandom } from './seeded-random.ts';

/** Below this mean, adding up probabilities is exact and quick; above, rejection is quicker. */
const INVERSION_LIMIT = 24;

/**
 * One draw of Poisson(`mean`), mean >= 0 and finite. Sequential inversion for small means, else the transformed
 * rejection PTRS of Hörmann (1993), Insurance: Mathematics and Economics 12, 39-45.
 */
export function drawPoisson(random: SeededRandom, mean: number): number {
  if (!(mean > 0)) return 0;
  return mean < INVERSION_LIMIT ? byInversion(random, mean) : byRejection(random, mean);
}

function byInversion(random: SeededRandom, mean: number): number {
  let left = random.next();
  let term = Math.exp(-mean);
  let count = 0;
  while (left >= term && term > 0) {
    left -= term;
    count += 1;
    term *= mean / count;
  }
  return count;
}

function byRejection(random: SeededRandom, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accept = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = random.next() - 0.5;
    const v = random.next();
    const edge = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / edge + b) * u + mean + 0.43);
    if (edge >= 0.07 && v <= accept) return count;
    if (count < 0 || (edge < 0.013 && v > edge)) continue;
    const density = count * logMean - mean - logFactorial(count);
    if (Math.log((v * inverseAlpha) / (a / (edge * edge) + b)) <= density) return count;
  }
}

/** Stirling's series; its error is below 1e-10 from n = 7, smaller ones are multiplied out. */
function logFactorial(n: number): number {
  if (n < 7) {
    let product = 1;
    for (let i = 2; i <= n; i += 1) product *= i;
    return Math.log(product);
  }
  const x = n + 1;
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series;
}
