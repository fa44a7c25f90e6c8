import { ArenaError } from '@agon/domain';
import { chiSquareCritical, chiSquareTail } from '@agon/stats';

/** Fisher's test after the first `count` p-values. */
export type CombinedTest = {
  readonly count: number;
  /** M = −2 Σ ln p, χ² with 2 · count degrees of freedom where every p-value is uniform. */
  readonly statistic: number;
  /** What M passes with chance `alpha`. */
  readonly critical: number;
  /** P(χ² ≥ M), 0..1. */
  readonly pValue: number;
};

/**
 * Fisher's combined test after each of a rater's p-values (Chatbot Arena, Chiang et al. 2024, arXiv 2403.04132, looks for
 * odd voters so). Each look is right by itself only: of five looks, each at α / 5, one in α voters is accused wrongly;
 * a test that may be read after every vote is `raterEvidence`. Where an outcome has three values, p-values from a history
 * (`historyPValue`) are far from uniform on the safe side: nearly nobody is found.
 * @param pValues 0 < p ≤ 1
 * @param alpha 0 < alpha < 1
 * @throws ArenaError('invalid_request') for numbers out of range
 * @see R. A. Fisher, Statistical Methods for Research Workers, §21.1
 */
export function combinePValues(pValues: readonly number[], alpha: number): CombinedTest[] {
  if (!(alpha > 0 && alpha < 1)) {
    throw new ArenaError('invalid_request', `α lies between 0 and 1, and is ${alpha}.`, {
      hint: 'Use 0.01, or less where many raters are looked at.',
      at: { column: 'alpha', value: `${alpha}` },
    });
  }
  let statistic = 0;
  return pValues.map((p, at) => {
    if (!(p > 0 && p <= 1)) {
      throw new ArenaError('invalid_request', `A p-value lies above 0 and up to 1; the ${at + 1}. is ${p}.`, {
        at: { column: 'pValues', value: `${p}` },
      });
    }
    statistic -= 2 * Math.log(p);
    const count = at + 1;
    return {
      count,
      statistic,
      critical: chiSquareCritical(alpha, 2 * count),
      pValue: chiSquareTail(statistic, 2 * count),
    };
  });
}

/**
 * How far up a vote stands among all earlier ones on the same pair: (1 + #{h ≥ y}) / (n + 1).
 * @param history outcomes so far as shares of the point, 0..1
 */
export function historyPValue(history: readonly number[], outcome: number): number {
  const above = history.reduce((count, earlier) => count + Number(earlier >= outcome), 0);
  return (1 + above) / (history.length + 1);
}
