import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { normalDraws, sampleSd, seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { type LengthItems, lengthControlledWinRate } from './length-controlled-win-rate.ts';

/** P(model wins) = σ(θ + φ tanh(Δ / sd) + γ): θ is the skill, and the model writes 1.6 times as long. */
function simulate(tag: string, n: number, theta: number, phi: number): LengthItems {
  const random = seededRandom(tag);
  const noise = normalDraws(random, 3 * n);
  const baselineLength = Float64Array.from({ length: n }, (_, at) =>
    Math.round(1000 * Math.exp(0.4 * noise[at]!)),
  );
  const modelLength = Float64Array.from({ length: n }, (_, at) =>
    Math.round(1600 * Math.exp(0.4 * noise[n + at]!)),
  );
  const delta = baselineLength.map((length, at) => length - modelLength[at]!);
  const spread = sampleSd(delta)!;
  const difficulty = noise.slice(2 * n);
  return {
    baselineLength,
    modelLength,
    difficulty,
    weight: new Float64Array(n).fill(1),
    cluster: Int32Array.from({ length: n }, (_, at) => at),
    share: Float64Array.from({ length: n }, (_, at) =>
      Number(random.next() < logistic(theta + phi * Math.tanh(delta[at]! / spread) + difficulty[at]!)),
    ),
  };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('win rate at equal length', () => {
  it('without any difference in length, and no difficulty, is the plain win rate with its standard error', () => {
    const items = simulate('level', 400, 0.3, 0);
    const level = { ...items, difficulty: null, modelLength: items.baselineLength };
    const { rate, se, lengthCoefficient } = lengthControlledWinRate(level)!;
    expect(rate).toBeCloseTo(mean(items.share), 9);
    expect(se).toBeCloseTo(sampleSd(items.share)! / Math.sqrt(400), 9);
    expect(lengthCoefficient).toBe(0);
  });

  it('exchanged sides give the rest of 100 %', () => {
    const items = simulate('exchanged', 300, -0.4, -1);
    const turned: LengthItems = {
      ...items,
      share: items.share.map((share) => 1 - share),
      modelLength: items.baselineLength,
      baselineLength: items.modelLength,
      difficulty: items.difficulty!.map((value) => -value),
    };
    const [one, other] = [lengthControlledWinRate(items)!, lengthControlledWinRate(turned)!];
    expect(one.rate + other.rate).toBeCloseTo(1, 9);
    expect(one.se).toBeCloseTo(other.se, 9);
    expect(one.lengthCoefficient).toBeCloseTo(other.lengthCoefficient, 9);
  });

  it('covers the truth where the plain rate is far off, by simulation', () => {
    // E σ(θ + γ), γ ~ N(0, 1), by the mean over many draws
    const truth = mean(normalDraws('truth', 200_000).map((value) => logistic(-0.5 + value)));
    let [covered, plain] = [0, 0];
    for (let repeat = 0; repeat < 300; repeat += 1) {
      const items = simulate(`cover/${repeat}`, 400, -0.5, -1.5);
      const { rate, se } = lengthControlledWinRate(items)!;
      covered += Number(Math.abs(rate - truth) <= 1.96 * se);
      plain += Number(Math.abs(mean(items.share) - truth) <= 1.96 * (sampleSd(items.share)! / 20));
    }
    // four standard errors of a share of 300 are 5 points
    expect(covered / 300).toBeGreaterThan(0.9);
    expect(plain / 300).toBeLessThan(0.2);
  });

  it('its standard error is that of a bootstrap of items, every fit done again', () => {
    const items = simulate('bootstrap', 300, 0.2, -1);
    const random = seededRandom('bootstrap/items');
    const rates = Array.from({ length: 300 }, () => {
      const drawn = Array.from({ length: 300 }, () => random.below(300));
      const pick = (values: Float64Array) => Float64Array.from(drawn, (at) => values[at]!);
      return lengthControlledWinRate({
        share: pick(items.share),
        weight: pick(items.weight),
        baselineLength: pick(items.baselineLength),
        modelLength: pick(items.modelLength),
        difficulty: pick(items.difficulty!),
        cluster: Int32Array.from(drawn, (_, at) => at),
      })!.rate;
    });
    const { se } = lengthControlledWinRate(items)!;
    expect(sampleSd(rates)! / se).toBeGreaterThan(0.88);
    expect(sampleSd(rates)! / se).toBeLessThan(1.12);
  });

  it('an item twice in one cluster changes nothing', () => {
    const items = simulate('twice', 200, 0, -1);
    const twice = (values: Float64Array) => Float64Array.from({ length: 400 }, (_, at) => values[at % 200]!);
    const doubled = lengthControlledWinRate({
      share: twice(items.share),
      weight: new Float64Array(400).fill(0.5),
      baselineLength: twice(items.baselineLength),
      modelLength: twice(items.modelLength),
      difficulty: twice(items.difficulty!),
      cluster: Int32Array.from({ length: 400 }, (_, at) => at % 200),
    })!;
    const once = lengthControlledWinRate(items)!;
    // the sample sd of twice as many lengths is a hair smaller
    expect(Math.abs(doubled.rate - once.rate)).toBeLessThan(1e-3);
    expect(Math.abs(doubled.se / once.se - 1)).toBeLessThan(1e-2);
  });
});

describe('the method length-controlled', () => {
  const counts = (length: number) => ({ length, lengthWithoutCode: length, headers: 0, lists: 0, bold: 0 });
  const rows = (model: string, shares: readonly number[], length: number): Comparison[] =>
    shares.map((share, i) => ({
      modelA: 'base',
      modelB: model,
      outcome: share < 0.5 ? 'a' : share > 0.5 ? 'b' : 'tie',
      shareA: 1 - share,
      source: 'judges',
      promptKey: `p${i}`,
      style: { a: counts(100 + 7 * (i % 11)), b: counts(length + 5 * (i % 7)) },
    }));
  const settings = { ...DEFAULT_RATING_SETTINGS, method: 'length-controlled', baseline: 'base' } as const;

  it('rates each model from its own side, the baseline at 50, and ranks by it', () => {
    const list = Array.from({ length: 60 }, (_, i) => [0.9, 0.2, 0.6, 0.7][i % 4]!);
    const result = fitRatings(
      toColumns([
        ...rows('m', list, 100),
        ...rows(
          'n',
          list.map((share) => share / 2),
          100,
        ),
      ]),
      settings,
    );
    expect(result.models.map(({ model, rank }) => [model, rank])).toEqual([
      ['m', 1],
      ['base', 2],
      ['n', 3],
    ]);
    expect(result.models[1]).toMatchObject({ lcWinRate: 50, winRate: 50 });
    expect(result.models[0]!.lcWinRateLow!).toBeLessThan(result.models[0]!.lcWinRate!);
    expect(result.models[0]!.lcWinRateHigh!).toBeGreaterThan(result.models[0]!.lcWinRate!);
    expect(result.warnings.map(({ code }) => code)).toContain('without_difficulty');
  });

  it('says what it cannot fit', () => {
    const all = fitRatings(
      toColumns([...rows('m', new Array(40).fill(1), 100), ...rows('n', [0.5, 0.2], 90)]),
      settings,
    );
    expect(all.models.find(({ model }) => model === 'm')).toMatchObject({ lcWinRate: null, winRate: 100 });
    expect(all.warnings.find(({ code }) => code === 'length_not_identified')!.message).toContain('m');
    const bare = rows('m', [1, 0, 1], 100).map(({ style: _, ...row }) => row);
    expect(() => fitRatings(toColumns(bare), settings)).toThrow(
      expect.objectContaining({ code: 'no_comparisons' }),
    );
    expect(() => fitRatings(toColumns(bare), { ...settings, baseline: null })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});
