import { normalDraws, seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { type DoubleVerdict, fitPredictionPowered, type JudgeVerdict } from './fit-prediction-powered.ts';

const labelled = (
  [
    [0, 1, 1, 1],
    [0, 1, 0, 1],
    [1, 2, 1, 0.5],
    [0, 2, 1, 1],
    [1, 2, 0, 0],
    [0, 2, 0.5, 1],
    [0, 1, 1, 0.5],
    [1, 2, 1, 1],
  ] as const
).map(([a, b, human, judge]): DoubleVerdict => ({ a, b, human, judge }));
const judged = (
  [
    [0, 1, 9, 3, 4],
    [1, 2, 8, 3, 5],
    [0, 2, 11, 2, 3],
  ] as const
).flatMap(([a, b, wins, ties, losses]): JudgeVerdict[] => [
  ...Array.from({ length: wins }, () => ({ a, b, judge: 1 })),
  ...Array.from({ length: ties }, () => ({ a, b, judge: 0.5 })),
  ...Array.from({ length: losses }, () => ({ a, b, judge: 0 })),
]);

describe('golden numbers, by two independent implementations (Newton by hand, automatic differentiation)', () => {
  it.each([
    [
      0,
      [1107.4803663055761, 1000, 892.5196336944238],
      [98.45578231738304, 98.02123801788638, 98.45578231738303],
    ],
    [
      0.5,
      [1055.0786254626364, 1035.8354146542629, 909.0859598831007],
      [96.49910435508878, 95.34655670564315, 72.98530861810411],
    ],
    [
      1,
      [1007.6307754798285, 1076.1446734957801, 916.2245510243913],
      [113.28985958355194, 120.42752096590631, 81.56240477861394],
    ],
  ])('λ = %f', (lambda, elo, errors) => {
    const fit = fitPredictionPowered(3, labelled, judged, lambda)!;
    elo.forEach((value, i) => {
      expect(Math.abs(1000 + ELO_PER_LOGIT * fit.theta[i]! - value)).toBeLessThan(1e-7);
      expect(Math.abs(ELO_PER_LOGIT * Math.sqrt(fit.covariance[i * 4]!) - errors[i]!)).toBeLessThan(1e-7);
    });
  });

  it('best λ at each of the three fits', () => {
    const bestAt = (lambda: number) => fitPredictionPowered(3, labelled, judged, lambda)!.bestLambda;
    expect(bestAt(0)).toBeCloseTo(0.1704886557511189, 9);
    expect(bestAt(0.5)).toBeCloseTo(0.26325731203537595, 9);
    expect(bestAt(1)).toBeCloseTo(0.3483872037022172, 9);
    expect(fitPredictionPowered(3, labelled, judged)!.lambda).toBeCloseTo(0.1704886557511189, 9);
  });
});

describe('few people, many verdicts of a biased judge, by simulation', () => {
  const truth = [0.6, 0.2, -0.2, -0.6];
  const bias = [0, 0.7, 0, -0.7];

  function simulate(tag: string, n: number, extra: number) {
    const random = seededRandom(tag);
    const noise = normalDraws(random, n + extra);
    const draw = (at: number) => {
      const a = random.below(4);
      const b = (a + 1 + random.below(3)) % 4;
      // an answer's own quality, seen by people and judge alike
      const quality = 2 * noise[at]!;
      const gap = truth[a]! - truth[b]!;
      const human = Number(random.next() < logistic(1.8 * gap + quality));
      const judge = logistic(1.8 * (gap + bias[a]! - bias[b]!) + quality);
      return { a, b, human, judge };
    };
    const first = Array.from({ length: n }, (_, at) => draw(at));
    const rest = Array.from({ length: extra }, (_, at) => draw(n + at));
    return { first, rest };
  }

  it('covers what people hold, with narrower intervals; the judge alone does not', () => {
    // what Bradley–Terry converges to on people's votes of this mixture
    const target = fitPredictionPowered(4, simulate('target', 100_000, 0).first, [], 0)!.theta;
    let [covered, byJudge, gain] = [0, 0, 0];
    const repeats = 100;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const { first, rest } = simulate(`ppi/${repeat}`, 400, 4000);
      const fit = fitPredictionPowered(4, first, rest)!;
      gain += fit.gain / repeats;
      const asVotes = rest.map(({ a, b, judge }) => ({ a, b, human: judge, judge }));
      const judgeOnly = fitPredictionPowered(4, asVotes, [], 0)!;
      target.forEach((value, i) => {
        const inside = (theta: Float64Array, covariance: Float64Array): number =>
          Number(Math.abs(theta[i]! - value) <= 1.96 * Math.sqrt(covariance[i * 5]!));
        covered += inside(fit.theta, fit.covariance);
        byJudge += inside(judgeOnly.theta, judgeOnly.covariance);
      });
    }
    // 400 intervals, in clusters of 4: four standard errors are 5 points or so
    expect(covered / (4 * repeats)).toBeGreaterThan(0.9);
    expect(byJudge / (4 * repeats)).toBeLessThan(0.7);
    expect(gain).toBeGreaterThan(1.1);
  });

  it('λ = 0 is people alone, whatever the judge says', () => {
    const { first, rest } = simulate('alone', 200, 500);
    const one = fitPredictionPowered(4, first, rest, 0)!;
    const other = fitPredictionPowered(
      4,
      first.map((row) => ({ ...row, judge: 1 - row.judge })),
      [],
      0,
    )!;
    one.theta.forEach((value, i) => {
      expect(other.theta[i]!).toBeCloseTo(value, 10);
    });
    expect(one.gain).toBe(1);
  });

  it('has no answer where people alone have none', () => {
    expect(fitPredictionPowered(2, [{ a: 0, b: 1, human: 1, judge: 1 }], [], 0)).toBeNull();
    expect(fitPredictionPowered(3, [{ a: 0, b: 1, human: 0.5, judge: 1 }], [])).toBeNull();
  });
});
