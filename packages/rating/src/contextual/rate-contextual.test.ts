/** Over 400 lines in one place: golden numbers, laws and findings of style control share one way to make rows. */
import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  type Outcome,
  type RatingSettings,
  STYLE_RULES,
  type StyleCounts,
  styleDifference,
  toColumns,
} from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { maximiseContextual } from './maximise-contextual.ts';

/** Comparisons with features, one row each. */
type Rows = {
  readonly length: number;
  readonly models: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly points: Float64Array;
  readonly weight: Float64Array;
  readonly width: number;
  readonly features: Float64Array;
};

function rowsOf(votes: readonly (readonly [number, number, number])[], x: readonly number[][]): Rows {
  return {
    length: votes.length,
    models: 1 + Math.max(...votes.map(([a, b]) => Math.max(a, b))),
    i: Int32Array.from(votes, ([a]) => a),
    j: Int32Array.from(votes, ([, b]) => b),
    points: Float64Array.from(votes, ([, , y]) => y),
    weight: new Float64Array(votes.length).fill(1),
    width: x[0]!.length,
    features: Float64Array.from(x.flat()),
  };
}

/** The fit under test, from any start. */
function fitRows({ models, i, j, points, weight, length, width, features }: Rows, ridge: number) {
  const columns = {
    ...{ length, a: i, b: j, weight, shareA: points, width, features },
    outcome: new Uint8Array(length),
  };
  const start = { theta: new Float64Array(models), beta: new Float64Array(width) };
  const place = Int32Array.from({ length: models }, (_, model) => model);
  return maximiseContextual(columns, { ties: 'half', bothBad: 'tie' }, place, start, ridge)!.point;
}

/** Logistic regression on a one-hot design by plain Gauss–Newton with elimination: slow, and obvious. */
function fitSlowly(rows: Rows, ridge: number): { theta: number[]; beta: number[] } {
  const p = rows.models - 1 + rows.width;
  const x = Array.from({ length: rows.length }, (_, r) => {
    const row = new Array<number>(p).fill(0);
    if (rows.i[r]! > 0) row[rows.i[r]! - 1]! += 1;
    if (rows.j[r]! > 0) row[rows.j[r]! - 1]! -= 1;
    for (let k = 0; k < rows.width; k += 1) row[rows.models - 1 + k] = rows.features[r * rows.width + k]!;
    return row;
  });
  const b = new Array<number>(p).fill(0);
  for (let round = 0; round < 200; round += 1) {
    const g = new Array<number>(p).fill(0);
    const h = Array.from({ length: p }, () => new Array<number>(p + 1).fill(0));
    x.forEach((row, r) => {
      const q = logistic(row.reduce((sum, v, k) => sum + v * b[k]!, 0));
      for (let k = 0; k < p; k += 1) {
        g[k]! += rows.weight[r]! * (rows.points[r]! - q) * row[k]!;
        for (let l = 0; l < p; l += 1) h[k]![l]! += rows.weight[r]! * q * (1 - q) * row[k]! * row[l]!;
      }
    });
    for (let k = rows.models - 1; k < p; k += 1) {
      g[k]! -= ridge * b[k]!;
      h[k]![k]! += ridge;
    }
    for (let k = 0; k < p; k += 1) h[k]![p] = g[k]!;
    for (let k = 0; k < p; k += 1) {
      let best = k;
      for (let l = k + 1; l < p; l += 1) if (Math.abs(h[l]![k]!) > Math.abs(h[best]![k]!)) best = l;
      [h[k], h[best]] = [h[best]!, h[k]!];
      for (let l = 0; l < p; l += 1) {
        if (l === k) continue;
        const factor = h[l]![k]! / h[k]![k]!;
        for (let c = k; c <= p; c += 1) h[l]![c]! -= factor * h[k]![c]!;
      }
    }
    const step = b.map((_, k) => h[k]![p]! / h[k]![k]!);
    const size = Math.max(...step.map(Math.abs));
    const share = Math.min(1, 1 / size);
    step.forEach((value, k) => {
      b[k]! += share * value;
    });
    if (size < 1e-12) break;
  }
  const theta = [0, ...b.slice(0, rows.models - 1)];
  const mean = theta.reduce((sum, v) => sum + v, 0) / theta.length;
  return { theta: theta.map((v) => v - mean), beta: b.slice(rows.models - 1) };
}

const counts = fc.record({
  length: fc.integer({ min: 1, max: 2000 }),
  lengthWithoutCode: fc.integer({ min: 1, max: 2000 }),
  headers: fc.integer({ min: 0, max: 9 }),
  lists: fc.integer({ min: 0, max: 20 }),
  bold: fc.integer({ min: 0, max: 20 }),
});
const votes = fc
  .array(
    fc.record({
      a: fc.integer({ min: 0, max: 3 }),
      shift: fc.integer({ min: 1, max: 3 }),
      outcome: fc.constantFrom<Outcome>('a', 'b', 'tie'),
      style: fc.record({ a: counts, b: counts }),
    }),
    { minLength: 20, maxLength: 60 },
  )
  .map((list): Comparison[] => [
    ...list.map(({ a, shift, ...rest }) => ({
      modelA: `m${a}`,
      modelB: `m${(a + shift) % 4}`,
      source: 'people' as const,
      ...rest,
    })),
    ...[0, 1, 2].map((a) => ({
      modelA: `m${a}`,
      modelB: `m${a + 1}`,
      outcome: 'tie' as const,
      source: 'people' as const,
      style: list[a]!.style,
    })),
  ]);

function rate(rows: readonly Comparison[], over: Partial<RatingSettings> = {}) {
  const names = [...new Set(rows.flatMap((row) => [row.modelA, row.modelB]))].sort();
  const result = fitRatings(toColumns(rows, names), {
    ...DEFAULT_RATING_SETTINGS,
    method: 'contextual',
    ...over,
  });
  return { ...result, inOrder: names.map((name) => result.models.find(({ model }) => model === name)!) };
}

describe('laws of the contextual fit', () => {
  it('agrees with the slow fit, whatever the ridge', () => {
    fc.assert(
      fc.property(votes, fc.constantFrom(0.5, 3), (list, ridge) => {
        const rows = rowsOf(
          list.map((v) => [
            Number(v.modelA[1]),
            Number(v.modelB[1]),
            v.outcome === 'a' ? 1 : v.outcome === 'b' ? 0 : 0.5,
          ]),
          list.map(({ style }) => [
            styleDifference(STYLE_RULES.fastchat, style!.a.length, style!.b.length),
            styleDifference(STYLE_RULES.fastchat, style!.a.bold, style!.b.bold),
          ]),
        );
        const fast = fitRows(rows, ridge);
        const slow = fitSlowly(rows, ridge);
        slow.theta.forEach((value, i) => {
          expect(Math.abs(fast.theta[i]! - value)).toBeLessThan(1e-8);
        });
        slow.beta.forEach((value, k) => {
          expect(Math.abs(fast.beta[k]! - value)).toBeLessThan(1e-8);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('without any difference in style it is Bradley–Terry, and says that nothing could be told', () => {
    fc.assert(
      fc.property(votes, (rows) => {
        const same = rows.map((row) => ({ ...row, style: { a: row.style!.a, b: row.style!.a } }));
        const contextual = rate(same);
        const plain = rate(same, { method: 'bradley-terry' });
        contextual.inOrder.forEach((model, i) => {
          expect(Math.abs(model.rating! - plain.inOrder[i]!.rating!)).toBeLessThan(1e-6);
          expect(Math.abs(model.plainRating! - plain.inOrder[i]!.rating!)).toBeLessThan(1e-6);
          expect(Math.abs(model.high! - plain.inOrder[i]!.high!)).toBeLessThan(1e-5);
        });
        expect(contextual.warnings.map(({ code }) => code)).toContain('constant_feature');
        expect(contextual.style!.every(({ coefficient, sd }) => coefficient === null && sd === 0)).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('swapped slots change nothing but the sign of the position', () => {
    fc.assert(
      fc.property(votes, (rows) => {
        const swap = (row: Comparison): Comparison => ({
          ...row,
          modelA: row.modelB,
          modelB: row.modelA,
          outcome: row.outcome === 'a' ? 'b' : row.outcome === 'b' ? 'a' : 'tie',
          style: { a: row.style!.b, b: row.style!.a },
        });
        const plain = rate(rows, { style: ['position'] });
        const plainTurned = rate(rows.map(swap), { style: ['position'] });
        expect(plainTurned.style![0]!.coefficient!).toBeCloseTo(-plain.style![0]!.coefficient!, 7);
        plain.inOrder.forEach((model, i) => {
          expect(Math.abs(plainTurned.inOrder[i]!.rating! - model.rating!)).toBeLessThan(1e-5);
          expect(Math.abs(plainTurned.inOrder[i]!.high! - model.high!)).toBeLessThan(1e-5);
        });
      }),
      { numRuns: 15 },
    );
  });
});

describe('what style control finds', () => {
  const truth = [0.6, 0.2, -0.2, -0.6];
  /** Model 3 writes long answers, and people like length with 0.8 logits a standard deviation. */
  function simulate(tag: string, n: number): Comparison[] {
    const random = seededRandom(tag);
    const noise = normalDraws(random, 2 * n);
    const drawn = Array.from({ length: n }, (_, at) => {
      const a = random.below(4);
      const b = (a + 1 + random.below(3)) % 4;
      const lengthOf = (model: number, draw: number): StyleCounts => {
        const length = Math.round(300 * Math.exp(0.5 * draw + (model === 3 ? 0.5 : 0)));
        return {
          length,
          lengthWithoutCode: length,
          headers: random.below(3),
          lists: random.below(5),
          bold: 0,
        };
      };
      return { a, b, style: { a: lengthOf(a, noise[2 * at]!), b: lengthOf(b, noise[2 * at + 1]!) } };
    });
    const x = drawn.map(({ style }) => styleDifference(STYLE_RULES.fastchat, style.a.length, style.b.length));
    const mean = x.reduce((sum, v) => sum + v, 0) / n;
    const sd = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
    return drawn.map(({ a, b, style }, at): Comparison => {
      const p = logistic(truth[a]! - truth[b]! + (0.8 * (x[at]! - mean)) / sd);
      return {
        modelA: `m${a}`,
        modelB: `m${b}`,
        outcome: random.next() < p ? 'a' : 'b',
        source: 'people',
        style,
      };
    });
  }

  it('covers the true coefficient and ratings; without control the long-winded model is flattered', () => {
    let covered = 0;
    let total = 0;
    let flattered = 0;
    for (let repeat = 0; repeat < 60; repeat += 1) {
      const result = rate(simulate(`style/${repeat}`, 800), { style: ['length'], ridge: 0 });
      const [length] = result.style!;
      covered += Number(length!.low! <= 0.8 && 0.8 <= length!.high!);
      result.inOrder.forEach((model, i) => {
        const value = 1000 + ELO_PER_LOGIT * truth[i]!;
        covered += Number(model.low! <= value && value <= model.high!);
      });
      total += 5;
      flattered += result.inOrder[3]!.plainRating! - result.inOrder[3]!.rating!;
    }
    // 300 intervals at 95 %: four standard errors are 5 points
    expect(covered / total).toBeGreaterThan(0.9);
    expect(flattered / 60).toBeGreaterThan(40);
  });

  it('bootstrap intervals are as wide as the sandwich, coefficient included', () => {
    const rows = simulate('style/width', 900).map((row, i) => ({ ...row, rater: `r${i % 90}` }));
    for (const cluster of ['none', 'rater'] as const) {
      const width = (interval: 'sandwich' | 'bootstrap'): number[] => {
        const { inOrder, style } = rate(rows, { style: ['length'], interval, cluster, rounds: 300 });
        return [
          inOrder.reduce((sum, model) => sum + model.high! - model.low!, 0),
          style![0]!.high! - style![0]!.low!,
        ];
      };
      const [ratings, coefficient] = width('sandwich');
      const [drawnRatings, drawnCoefficient] = width('bootstrap');
      expect(drawnRatings! / ratings!).toBeGreaterThan(0.88);
      expect(drawnRatings! / ratings!).toBeLessThan(1.12);
      expect(drawnCoefficient! / coefficient!).toBeGreaterThan(0.8);
      expect(drawnCoefficient! / coefficient!).toBeLessThan(1.2);
    }
  });

  it('leaves out what was not counted, and says so', () => {
    const rows = simulate('style/missing', 300);
    const some = rows.map(
      ({ style, ...row }, i): Comparison => (i % 3 === 0 ? row : { ...row, style: style! }),
    );
    const result = rate(some);
    expect(result.comparisons).toMatchObject({
      read: 300,
      used: 200,
      excluded: [{ reason: 'without_style', count: 100 }],
    });
    expect(() => rate(rows.map(({ style: _, ...row }) => row))).toThrow(
      expect.objectContaining({ code: 'no_comparisons' }),
    );
    // position needs no counts
    expect(
      rate(
        rows.map(({ style: _, ...row }) => row),
        { style: ['position'] },
      ).comparisons.used,
    ).toBe(300);
  });

  it('a feature that the models decide alone is not identified without a ridge, and said so', () => {
    const fixed = (model: string): StyleCounts => {
      const length = 100 * (1 + Number(model[1]));
      return { length, lengthWithoutCode: length, headers: 0, lists: 0, bold: 0 };
    };
    const seen = simulate('style/fixed', 300)
      .filter(({ modelA, modelB }) => Number(modelA[1]) < 2 && Number(modelB[1]) < 2)
      .map((row) => ({ ...row, style: { a: fixed(row.modelA), b: fixed(row.modelB) } }));
    // both orders alike, so that scaling moves no part of it into the position
    const rows = seen.flatMap((row): Comparison[] => [
      row,
      {
        ...row,
        modelA: row.modelB,
        modelB: row.modelA,
        outcome: row.outcome === 'a' ? 'b' : 'a',
        style: { a: row.style.b, b: row.style.a },
      },
    ]);
    const without = rate(rows, { style: ['length'], ridge: 0 });
    expect(without.warnings.map(({ code }) => code)).toContain('style_not_identified');
    expect(without.inOrder.every(({ rating }) => rating === null)).toBe(true);
    expect(rate(rows, { style: ['length'], ridge: 0.5 }).inOrder.every(({ rating }) => rating !== null)).toBe(
      true,
    );
  });

  it('judges that favour their own family show it', () => {
    const random = seededRandom('kin');
    const names = ['gpt-4', 'claude-2', 'llama-2', 'gpt-3.5'];
    const rows = Array.from({ length: 2000 }, (): Comparison => {
      const a = random.below(4);
      const b = (a + 1 + random.below(3)) % 4;
      const rater = random.below(2) === 0 ? 'pair-five / gpt-4-turbo' : 'pair-five / claude-3';
      const kin = (name: string): number =>
        Number((rater.includes('gpt') ? 'gpt' : 'claude') === name.slice(0, rater.includes('gpt') ? 3 : 6));
      const p = logistic(0.7 * (kin(names[a]!) - kin(names[b]!)));
      return {
        modelA: names[a]!,
        modelB: names[b]!,
        outcome: random.next() < p ? 'a' : 'b',
        source: 'judges',
        rater,
      };
    });
    const { style } = rate(rows, { style: ['same-family'] });
    expect(style![0]!.low!).toBeLessThan(0.7);
    expect(style![0]!.high!).toBeGreaterThan(0.7);
    expect(style![0]!.low!).toBeGreaterThan(0.3);
  });
});

describe('reweighting by pair', () => {
  it('a pair with ten times the votes weighs as much as the others', () => {
    const vote = (a: string, b: string, outcome: Outcome): Comparison => ({
      modelA: a,
      modelB: b,
      outcome,
      source: 'people',
    });
    const many = (n: number, row: Comparison) => new Array<Comparison>(n).fill(row);
    const base = [
      ...many(60, vote('m0', 'm1', 'a')),
      ...many(40, vote('m0', 'm1', 'b')),
      ...many(50, vote('m1', 'm2', 'a')),
      ...many(50, vote('m1', 'm2', 'b')),
      ...many(50, vote('m0', 'm2', 'a')),
      ...many(50, vote('m0', 'm2', 'b')),
    ];
    const frequent = [...base, ...Array.from({ length: 9 }, () => base.slice(0, 100)).flat()];
    const over = { method: 'bradley-terry', reweight: 'pair' } as const;
    const even = rate(base, over);
    const skewed = rate(frequent, over);
    const plain = rate(frequent, { method: 'bradley-terry' });
    even.inOrder.forEach((model, i) => {
      expect(skewed.inOrder[i]!.rating!).toBeCloseTo(model.rating!, 6);
    });
    expect(Math.abs(plain.inOrder[0]!.rating! - even.inOrder[0]!.rating!)).toBeGreaterThan(2);
    expect(skewed.settings.reweight).toBe('pair');
  });
});
