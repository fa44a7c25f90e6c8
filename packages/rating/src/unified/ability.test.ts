import { describe, expect, it } from 'vitest';
import type { EvidenceInput } from './evidence.ts';
import { rankComposite } from './rank-composite.ts';
import { type AbilityInput, rateAbility } from './rate-ability.ts';
import { type Campaign, simulateCampaign } from './simulate-campaign.ts';

const NOTHING: AbilityInput = {
  models: ['x', 'y', 'z'],
  people: [],
  judges: [],
  benchmarks: [],
  scores: [],
  panel: [],
};
const pair = (modelA: string, modelB: string, points: number, n: number) => ({ modelA, modelB, points, n });
const PEOPLE = [pair('x', 'y', 60, 100), pair('y', 'z', 65, 100), pair('x', 'z', 75, 100)];
const LIKED = { people: 1, judges: 0, benchmarks: 0 };
const rate = (input: AbilityInput, draws = 400) => rateAbility(input, 1, draws);
const likedOf = (input: AbilityInput) => {
  const ability = rate(input)!;
  return rankComposite(ability.evidence, ability.draws, LIKED).models;
};
const ofCampaign = ({ input }: Campaign): AbilityInput => ({
  ...(input as EvidenceInput),
  people: input.pairs.people,
  judges: input.pairs.judges,
});

describe('the ability model', () => {
  it('of people alone is the share of wins that their votes say', () => {
    const found = likedOf({ ...NOTHING, people: PEOPLE });
    expect(found.map(({ model, rank }) => [model, rank])).toEqual([
      ['x', 1],
      ['y', 2],
      ['z', 3],
    ]);
    // the priors draw in by little
    expect(Math.abs(found[0]!.score! - (60 + 75) / 2)).toBeLessThan(2);
    for (const { low, score, high } of found) expect(low! < score! && score! < high!).toBe(true);
  });

  it('a judge with a taste of its own moves people’s ranking less, the more of them voted', () => {
    const upside = [pair('z', 'x', 180, 200), pair('z', 'y', 170, 200), pair('y', 'x', 150, 200)];
    const judged = { ...NOTHING, people: PEOPLE, judges: [{ judge: 'j', pairs: upside }] };
    const found = rate(judged)!;
    expect(likedOf(judged).map(({ model }) => model)).toEqual(['x', 'y', 'z']);
    const { bias } = found.fit.judges[0]!;
    expect(bias[2]!).toBeGreaterThan(bias[0]! + 0.5);
    const many = {
      ...judged,
      judges: [
        { judge: 'j', pairs: upside.map((row) => ({ ...row, points: 100 * row.points, n: 100 * row.n })) },
      ],
    };
    // a hundred times the verdicts are no hundred times the evidence
    const width = (input: AbilityInput) =>
      likedOf(input).reduce((sum, { low, high }) => sum + high! - low!, 0);
    expect(width(many)).toBeGreaterThan(0.7 * width(judged));
  });

  it('what people like beyond what benchmarks predict is the liking', () => {
    const scores = ['x', 'y', 'z'].flatMap((model) =>
      ['b', 'c', 'd'].map((benchmark) => ({ model, benchmark, score: 0.6, n: 1000 })),
    );
    const benchmarks = ['b', 'c', 'd'].map((name) => ({ name, chance: 0 }));
    const { fit } = rate({ ...NOTHING, people: PEOPLE, benchmarks, scores })!;
    expect(fit.liking[0]!).toBeGreaterThan(0.7 * fit.likingSd[0]!);
    expect(fit.liking[2]!).toBeLessThan(-0.7 * fit.likingSd[2]!);
  });

  it('swapping a and b of every pair, or the order of models and judges, changes nothing', () => {
    const campaign = simulateCampaign('ability order', { models: 5, votes: 300 });
    const base = ofCampaign(campaign);
    const swap = (list: typeof base.people) =>
      list.map(({ modelA, modelB, points, n }) => pair(modelB, modelA, n - points, n));
    const swapped = {
      ...base,
      people: swap(base.people),
      judges: base.judges.map((each) => ({ ...each, pairs: swap(each.pairs) })),
    };
    const permuted = { ...base, models: base.models.toReversed(), judges: base.judges.toReversed() };
    const scores = (input: AbilityInput) =>
      new Map(likedOf(input).map(({ model, score }) => [model, score!]));
    const own = scores(base);
    for (const other of [swapped, permuted]) {
      for (const [model, score] of scores(other))
        expect(Math.abs(score - own.get(model)!)).toBeLessThan(1e-6);
    }
  });

  it('is at the top of its posterior: the gradient, taken numerically from a second writing of it, vanishes', () => {
    const campaign = simulateCampaign('ability twin', {
      models: 4,
      votes: 200,
      judges: 2,
      verdicts: 200,
      benchmarks: 2,
    });
    const input = ofCampaign(campaign);
    const { fit } = rate(input)!;
    const ln = (p: number) => Math.log(p);
    const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
    const at = (name: string) => input.models.indexOf(name);
    /** Of shared and own bias only their sum is seen; the best split is by their variances. */
    const posterior = (
      theta: number[],
      u: number[],
      rho: number,
      alpha: number[],
      delta: number[][],
    ): number => {
      const s = theta.map((value, i) => rho * value + u[i]!);
      let value = -((rho - 1) ** 2) / (2 * 0.5 ** 2);
      for (const z of theta) value -= z ** 2 / (2 * 1.5 ** 2);
      for (const z of u) value -= z ** 2 / (2 * 0.6 ** 2);
      for (const z of alpha) value -= ln(z) ** 2 / (2 * 0.5 ** 2);
      for (const { modelA, modelB, points, n } of input.people) {
        const p = sigmoid(s[at(modelA)]! - s[at(modelB)]!);
        value += points * ln(p) + (n - points) * ln(1 - p);
      }
      input.judges.forEach(({ pairs }, j) => {
        for (const { modelA, modelB, points, n } of pairs) {
          const [a, b] = [at(modelA), at(modelB)];
          const p = sigmoid(alpha[j]! * (s[a]! - s[b]!) + delta[j]![a]! - delta[j]![b]!);
          value += points * ln(p) + (n - points) * ln(1 - p);
        }
      });
      return value;
    };
    const theta = [...fit.objective];
    const u = [...fit.liking];
    const alpha = fit.judges.map(({ discrimination }) => discrimination);
    const delta = fit.judges.map(({ bias }) => [...bias]);
    const rho = fit.rho.value;
    // in u and α nothing else of the posterior changes, so their slopes must be 0
    const slope = (of: (by: number) => number): number => (of(1e-5) - of(-1e-5)) / 2e-5;
    for (let i = 0; i < 4; i += 1) {
      const moved = (by: number) => u.map((value, k) => (k === i ? value + by : value));
      expect(Math.abs(slope((by) => posterior(theta, moved(by), rho, alpha, delta)))).toBeLessThan(1e-4);
    }
    for (let j = 0; j < 2; j += 1) {
      const moved = (by: number) => alpha.map((value, k) => (k === j ? value * Math.exp(by) : value));
      expect(Math.abs(slope((by) => posterior(theta, u, rho, moved(by), delta)))).toBeLessThan(1e-4);
    }
    expect(Math.abs(slope((by) => posterior(theta, u, rho + by, alpha, delta)))).toBeLessThan(1e-4);
  });

  it('is null where there is nothing, and finite where a model won or solved everything', () => {
    expect(rate(NOTHING)).toBeNull();
    const extreme = {
      ...NOTHING,
      people: [pair('x', 'y', 10, 10)],
      benchmarks: [{ name: 'b', chance: 0.25 }],
      scores: [
        { model: 'y', benchmark: 'b', score: 1, n: null },
        { model: 'z', benchmark: 'b', score: 0, n: 1e9 },
      ],
    };
    const found = rate(extreme)!;
    expect(
      [...found.fit.preference, ...found.fit.objective, ...found.fit.covariance].every(Number.isFinite),
    ).toBe(true);
    const { models } = rankComposite(found.evidence, found.draws, { people: 50, judges: 0, benchmarks: 50 });
    expect(models.every(({ provisional }) => provisional)).toBe(false);
    expect(models.find(({ model }) => model === 'x')!.provisional).toBe(true);
  });

  it('holds the truth in 93 to 97 % of 95 % intervals: judges with shared and own tastes, 30 % of cells missing', () => {
    let [inside, of, pooledInside] = [0, 0, 0];
    for (let round = 0; round < 150; round += 1) {
      const campaign = simulateCampaign(`ability/${round}`, {
        models: 8,
        votes: 300,
        verdicts: 1800,
        missing: 0.3,
      });
      for (const { model, low, high } of likedOf(ofCampaign(campaign))) {
        const truth = campaign.liked(model);
        of += 1;
        if (truth >= low! && truth <= high!) inside += 1;
      }
      const pooled = { ...ofCampaign(campaign), judges: [] };
      const all = [...pooled.people, ...campaign.input.pairs.judges.flatMap(({ pairs }) => pairs)];
      for (const { model, low, high } of likedOf({ ...pooled, people: all })) {
        const truth = campaign.liked(model);
        if (truth >= low! && truth <= high!) pooledInside += 1;
      }
    }
    expect(inside / of).toBeGreaterThan(0.93);
    expect(inside / of).toBeLessThan(0.97);
    // votes and verdicts in one pool are confidently wrong
    expect(pooledInside / of).toBeLessThan(0.9);
  }, 60_000);
});
