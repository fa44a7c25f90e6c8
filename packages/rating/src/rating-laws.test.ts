/** Over 400 lines in one place: every law is held against the same arbitrary votes, methods and settings. */
import {
  type Comparison,
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  isArenaError,
  type ModelRating,
  type RatingResult,
  type RatingSettings,
  type StyleFeature,
  swapOutcome,
  toColumns,
} from '@agon/domain';
import { seededRandom, student95, Z95 } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, winProbability } from './elo-scale.ts';
import { fitRatings } from './fit-ratings.ts';

const NAMES = ['m0', 'm1', 'm2', 'm3', 'm4', 'm5'];

/** Votes among up to six models. Every pair of neighbours is tied once, so that everybody can be rated. */
const connectedVotes = fc.integer({ min: 2, max: 6 }).chain((models) =>
  fc
    .array(
      fc.record({
        a: fc.integer({ min: 0, max: models - 1 }),
        shift: fc.integer({ min: 1, max: models - 1 }),
        outcome: fc.constantFrom('a', 'b', 'tie', 'both_bad') as fc.Arbitrary<Comparison['outcome']>,
        rater: fc.option(fc.constantFrom('r0', 'r1', 'r2', 'r3'), { nil: undefined }),
        promptKey: fc.option(fc.constantFrom('p0', 'p1', 'p2'), { nil: undefined }),
        weight: fc.option(fc.double({ min: 0.1, max: 5, noNaN: true }), { nil: undefined }),
        shareA: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
      }),
      { minLength: 5, maxLength: 40 },
    )
    .map((votes): Comparison[] => [
      ...votes.map(({ a, shift, outcome, rater, promptKey, weight, shareA }) => ({
        modelA: NAMES[a]!,
        modelB: NAMES[(a + shift) % models]!,
        outcome,
        source: 'people' as const,
        ...(rater === undefined ? {} : { rater }),
        ...(promptKey === undefined ? {} : { promptKey }),
        ...(weight === undefined ? {} : { weight }),
        ...(shareA === undefined ? {} : { shareA }),
      })),
      ...NAMES.slice(1, models).map((name, i) => ({
        modelA: NAMES[i]!,
        modelB: name,
        outcome: 'tie' as const,
        source: 'people' as const,
      })),
    ]),
);

const settings = (over: Partial<RatingSettings> = {}): RatingSettings => ({
  ...DEFAULT_RATING_SETTINGS,
  ...over,
});

function rate(rows: readonly Comparison[], over: Partial<RatingSettings> = {}): RatingResult {
  return fitRatings(toColumns(rows, [...new Set(rows.flatMap(bothModels))].sort()), settings(over));
}

function bothModels(row: Comparison): string[] {
  return [row.modelA, row.modelB];
}

function byName(result: RatingResult): Map<string, ModelRating> {
  return new Map(result.models.map((model) => [model.model, model]));
}

function expectSame(x: RatingResult, y: RatingResult, rename = (name: string): string => name): void {
  const other = byName(y);
  expect(x.models).toHaveLength(y.models.length);
  for (const model of x.models) {
    const twin = other.get(rename(model.model))!;
    for (const field of ['rating', 'low', 'high', 'comparisons', 'wins', 'losses', 'ties'] as const) {
      expect(Math.abs((model[field] ?? 0) - (twin[field] ?? 0))).toBeLessThan(1e-5);
      expect(model[field] === null).toBe(twin[field] === null);
    }
  }
}

function swapped(row: Comparison): Comparison {
  const { shareA, ...rest } = row;
  return {
    ...rest,
    modelA: row.modelB,
    modelB: row.modelA,
    outcome: swapOutcome(row.outcome),
    ...(shareA === undefined ? {} : { shareA: 1 - shareA }),
  };
}

/** Half the width of the interval. */
function error(model: ModelRating): number {
  return (model.high! - model.low!) / 2;
}

/** The minorisation-maximisation fit of Zermelo and Hunter, weights and halves as they come: slow, and obvious. */
function fitSlowly(rows: readonly Comparison[]): Map<string, number> {
  const names = [...new Set(rows.flatMap(bothModels))];
  const share = (row: Comparison): number =>
    row.shareA ?? (row.outcome === 'a' ? 1 : row.outcome === 'b' ? 0 : 0.5);
  let strength = new Map(names.map((name) => [name, 1]));
  for (let round = 0; round < 100_000; round += 1) {
    const won = new Map(names.map((name) => [name, 0]));
    const met = new Map(names.map((name) => [name, 0]));
    for (const row of rows) {
      const w = row.weight ?? 1;
      const each = w / (strength.get(row.modelA)! + strength.get(row.modelB)!);
      won.set(row.modelA, won.get(row.modelA)! + w * share(row));
      won.set(row.modelB, won.get(row.modelB)! + w * (1 - share(row)));
      met.set(row.modelA, met.get(row.modelA)! + each);
      met.set(row.modelB, met.get(row.modelB)! + each);
    }
    const next = new Map(names.map((name) => [name, won.get(name)! / met.get(name)!]));
    const scale = Math.exp([...next.values()].reduce((sum, x) => sum + Math.log(x), 0) / names.length);
    for (const name of names) next.set(name, next.get(name)! / scale);
    const moved = names.some((name) => Math.abs(Math.log(next.get(name)! / strength.get(name)!)) > 1e-13);
    strength = next;
    if (!moved) break;
  }
  return new Map(names.map((name) => [name, 1000 + ELO_PER_LOGIT * Math.log(strength.get(name)!)]));
}

describe('laws of the Bradley–Terry fit', () => {
  const variants: readonly Partial<RatingSettings>[] = [
    {},
    { interval: 'fisher' },
    { cluster: 'rater' },
    { cluster: 'prompt' },
    { cluster: 'rater,prompt' },
  ];

  it('agrees with the slow fit', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const slow = fitSlowly(rows);
        for (const model of rate(rows).models) {
          expect(Math.abs(model.rating! - slow.get(model.model)!)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(variants)('does not care on which side a model was shown: %o', (over) => {
    fc.assert(
      fc.property(connectedVotes, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (rows, turns) => {
        expectSame(
          rate(
            rows.map((row, i) => (turns[i] ? swapped(row) : row)),
            over,
          ),
          rate(rows, over),
        );
      }),
      { numRuns: 30 },
    );
  });

  it.each(variants)('does not care in which order votes came: %o', (over) => {
    fc.assert(
      fc.property(
        connectedVotes.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
        ),
        ([rows, shuffled]) => expectSame(rate(shuffled, over), rate(rows, over)),
      ),
      { numRuns: 30 },
    );
  });

  it.each(variants)('renamed models keep their ratings: %o', (over) => {
    const other: Record<string, string> = { m0: 'z', m1: 'y', m2: 'x', m3: 'w', m4: 'v', m5: 'u' };
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const renamed = rows.map((row) => ({
          ...row,
          modelA: other[row.modelA]!,
          modelB: other[row.modelB]!,
        }));
        expectSame(rate(rows, over), rate(renamed, over), (name) => other[name]!);
      }),
      { numRuns: 30 },
    );
  });

  it('every outcome reversed negates every gap', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const reversed = byName(
          rate(rows.map((row) => ({ ...swapped(row), modelA: row.modelA, modelB: row.modelB }))),
        );
        for (const model of rate(rows).models) {
          expect(Math.abs(model.rating! - 1000 + (reversed.get(model.model)!.rating! - 1000))).toBeLessThan(
            1e-5,
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('all votes twice: the same ratings, errors by 1/√2; twice in their clusters: the same errors', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        // a vote without a rater is a cluster of its own: name them, so that the copy stays in it
        const named = rows.map((row, i) => ({ ...row, rater: row.rater ?? `alone${i}` }));
        const twice = [...named, ...named];
        const once = byName(rate(named));
        for (const model of rate(twice).models) {
          expect(Math.abs(model.rating! - once.get(model.model)!.rating!)).toBeLessThan(1e-5);
          expect(Math.abs(error(model) - error(once.get(model.model)!) / Math.SQRT2)).toBeLessThan(1e-5);
        }
        const clustered = byName(rate(named, { cluster: 'rater' }));
        for (const model of rate(twice, { cluster: 'rater' }).models) {
          expect(Math.abs(error(model) - error(clustered.get(model.model)!))).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('every vote a cluster of its own: the independent error, but for C / (C − 1) and Student’s t', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const alone = rows.map((row, i) => ({ ...row, rater: `r${i}` }));
        const factor = Math.sqrt(rows.length / (rows.length - 1)) * (student95(rows.length - 1) / Z95);
        const independent = byName(rate(rows));
        for (const model of rate(alone, { cluster: 'rater' }).models) {
          expect(Math.abs(error(model) - factor * error(independent.get(model.model)!))).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('a shift of the anchor shifts everything and nothing else', () => {
    fc.assert(
      fc.property(connectedVotes, fc.integer({ min: -3000, max: 3000 }), (rows, value) => {
        const base = byName(rate(rows));
        for (const model of rate(rows, { anchor: { model: null, value } }).models) {
          const other = base.get(model.model)!;
          expect(Math.abs(model.rating! - value - (other.rating! - 1000))).toBeLessThan(1e-6);
          expect(Math.abs(model.high! - value - (other.high! - 1000))).toBeLessThan(1e-6);
          expect([model.rank, model.rankLow, model.rankHigh]).toEqual([
            other.rank,
            other.rankLow,
            other.rankHigh,
          ]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('ranks lie within their rank sets', () => {
    fc.assert(
      fc.property(
        connectedVotes,
        fc.constantFrom(...variants, { interval: 'bootstrap' as const, rounds: 50 }),
        (rows, over) => {
          for (const model of rate(rows, over).models) {
            if (model.rankLow === null || model.rankHigh === null) continue;
            expect(model.rankLow).toBeLessThanOrEqual(model.rank!);
            expect(model.rankHigh).toBeGreaterThanOrEqual(model.rank!);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('laws of online Elo', () => {
  it('is zero-sum under any weights and shares', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const { models } = rate(rows, { method: 'elo', k: 32, initial: 1500, interval: 'none' });
        const sum = models.reduce((total, model) => total + model.rating!, 0);
        expect(Math.abs(sum - 1500 * models.length)).toBeLessThan(1e-6);
      }),
    );
  });

  it('swapped slots change nothing', () => {
    fc.assert(
      fc.property(connectedVotes, (rows) => {
        const over = { method: 'elo', interval: 'none' } as const;
        expectSame(rate(rows.map(swapped), over), rate(rows, over));
      }),
    );
  });
});

describe('no result holds NaN or Infinity', () => {
  const wild = fc.record({
    votes: fc.array(
      fc.record({
        a: fc.integer({ min: -1, max: 5 }),
        b: fc.integer({ min: -1, max: 5 }),
        outcome: fc.integer({ min: -1, max: 5 }),
        weight: fc.oneof(
          fc.double(),
          fc.constantFrom(0, 1, 1, 1, -1, 1e-300, 1e-12, 1e12, 1e300, 5e-324, Number.MAX_VALUE),
        ),
        shareA: fc.oneof(fc.constant(Number.NaN), fc.double(), fc.constantFrom(0, 0.5, 1, 1e-300, 1 - 1e-16)),
        rater: fc.integer({ min: -1, max: 3 }),
        prompt: fc.integer({ min: -1, max: 3 }),
      }),
      { maxLength: 40 },
    ),
    method: fc.constantFrom(
      'bradley-terry',
      'davidson',
      'rao-kupper',
      'contextual',
      'elo',
      'win-rate',
      'glicko2',
      'length-controlled',
    ),
    style: fc.constantFrom<readonly StyleFeature[]>([], ['position'], ['length', 'position', 'same-family']),
    reweight: fc.constantFrom('none', 'pair'),
    ties: fc.constantFrom('half', 'drop', 'model'),
    bothBad: fc.constantFrom('tie', 'drop'),
    interval: fc.constantFrom('sandwich', 'bootstrap', 'fisher', 'none'),
    cluster: fc.constantFrom('none', 'rater', 'prompt', 'rater,prompt'),
    anchor: fc.constantFrom(null, 'm0'),
    baseline: fc.constantFrom(null, 'm1'),
  });

  it('whatever the columns hold, there is a finite result or a named error', () => {
    fc.assert(
      fc.property(wild, ({ votes, anchor, ...over }) => {
        const columns: ComparisonColumns = {
          length: votes.length,
          models: NAMES,
          a: Int32Array.from(votes, (vote) => vote.a),
          b: Int32Array.from(votes, (vote) => vote.b),
          outcome: Int8Array.from(votes, (vote) => vote.outcome),
          weight: Float64Array.from(votes, (vote) => vote.weight),
          shareA: Float64Array.from(votes, (vote) => vote.shareA),
          rater: Int32Array.from(votes, (vote) => vote.rater),
          prompt: Int32Array.from(votes, (vote) => vote.prompt),
        };
        let result: RatingResult;
        try {
          result = fitRatings(
            columns,
            settings({ ...over, rounds: 20, anchor: { model: anchor, value: 1000 } }),
          );
        } catch (fault) {
          if (!isArenaError(fault)) throw fault;
          expect(['no_comparisons', 'not_converged', 'invalid_request']).toContain(fault.code);
          return;
        }
        expect(notFinite(result)).toEqual([]);
        const counted = result.comparisons.excluded.reduce((sum, { count }) => sum + count, 0);
        expect(result.comparisons.used + counted).toBe(votes.length);
        expect(result.models.map((model) => model.model).sort()).toEqual(NAMES);
      }),
      { numRuns: 1500 },
    );
  });
});

function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} = ${value}`];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => notFinite(inner, `${path}.${key}`));
}

describe('how often the intervals are right, by simulation', () => {
  it('covers the truth 95 times in 100, and all true ranks together at least as often', () => {
    const truth = [180, 120, 60, 30, 0, -30, -60, -300].map((gap) => 1000 + gap);
    const centre = truth.reduce((sum, value) => sum + value, 0) / truth.length;
    const repeats = 300;
    let covered = 0;
    let ranked = 0;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const random = seededRandom(`coverage/${repeat}`);
      const rows = Array.from({ length: 600 }, (): Comparison => {
        const a = random.below(truth.length);
        const b = (a + 1 + random.below(truth.length - 1)) % truth.length;
        const won = random.next() < winProbability(truth[a]!, truth[b]!);
        return { modelA: `m${a}`, modelB: `m${b}`, outcome: won ? 'a' : 'b', source: 'people' };
      });
      const models = byName(rate(rows, { seed: repeat }));
      let allRanks = true;
      truth.forEach((value, i) => {
        const model = models.get(`m${i}`)!;
        covered += Number(model.low! <= value - centre + 1000 && value - centre + 1000 <= model.high!);
        allRanks &&= model.rankLow! <= i + 1 && i + 1 <= model.rankHigh!;
      });
      ranked += Number(allRanks);
    }
    const share = covered / (repeats * truth.length);
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
    expect(ranked / repeats).toBeGreaterThan(0.93);
  });
});
