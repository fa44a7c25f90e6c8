/** Over 400 lines in one place: every law is held against the same arbitrary votes, for every method. */
import {
  CLUSTER_CHOICES,
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  INTERVAL_METHODS,
  isArenaError,
  type ModelRating,
  RATING_METHODS,
  type RatingMethod,
  type RatingResult,
  type RatingSettings,
  STYLE_COUNTS,
  type StyleColumns,
} from '@agon/domain';
import { eigenSymmetric } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatings } from './fit-ratings.ts';

const NAMES = ['base', 'm1', 'm2', 'm3', 'm4'];
const MODELS = NAMES.length;

type Vote = {
  readonly a: number;
  readonly b: number;
  readonly outcome: number;
  readonly weight: number;
  readonly rater: number;
  readonly prompt: number;
  readonly lengths: readonly [number, number];
};

const oneVote: fc.Arbitrary<Vote> = fc
  .record({
    a: fc.integer({ min: 0, max: MODELS - 1 }),
    shift: fc.integer({ min: 1, max: MODELS - 1 }),
    outcome: fc.integer({ min: 0, max: 3 }),
    weight: fc.constantFrom(1, 1, 1, 0.25, 2, 3),
    rater: fc.integer({ min: 0, max: 5 }),
    prompt: fc.integer({ min: 0, max: 7 }),
    lengths: fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 2000 })),
  })
  .map(({ shift, ...vote }) => ({ ...vote, b: (vote.a + shift) % MODELS }));

/** Every model beats and loses to the baseline, and ties with it, so that each method has something to fit. */
const anchors: readonly Vote[] = NAMES.slice(1).flatMap((_, i) =>
  [0, 1, 2].map((outcome) => ({
    a: i + 1,
    b: 0,
    outcome,
    weight: 1,
    rater: (i + outcome) % 6,
    prompt: (2 * i + outcome) % 8,
    lengths: [100 + 37 * i + 91 * outcome, 400 - 53 * i] as const,
  })),
);
const ratedVotes = fc.array(oneVote, { minLength: 10, maxLength: 60 }).map((votes) => [...votes, ...anchors]);
/** Anything: islands, separated models, nothing at all. */
const anyVotes = fc.array(oneVote, { maxLength: 30 });

/** The votes, and after them a judge's verdict on each battle: another outcome on every other. */
function toColumns(people: readonly Vote[], names = NAMES): ComparisonColumns {
  const votes = [...people, ...people.map(judged)];
  const style = (slot: 0 | 1): StyleColumns =>
    Object.fromEntries(
      STYLE_COUNTS.map((count, k) => [
        count,
        Float32Array.from(votes, ({ lengths }) => lengths[slot] / (k + 1)),
      ]),
    );
  return {
    length: votes.length,
    models: names,
    a: Uint16Array.from(votes, ({ a }) => a),
    b: Uint16Array.from(votes, ({ b }) => b),
    outcome: Uint8Array.from(votes, ({ outcome }) => outcome),
    weight: Float64Array.from(votes, ({ weight }) => weight),
    rater: Int32Array.from(votes, ({ rater }) => rater),
    prompt: Int32Array.from(votes, ({ prompt }) => prompt),
    source: Uint8Array.from(votes, (_, row) => Number(row >= people.length)),
    style: { a: style(0), b: style(1) },
  };
}

function judged(vote: Vote): Vote {
  const turned = vote.outcome < 2 ? 1 - vote.outcome : vote.outcome;
  return {
    ...vote,
    rater: 6,
    outcome: (vote.lengths[0] + vote.lengths[1]) % 2 === 1 ? turned : vote.outcome,
  };
}

function settingsFor(method: RatingMethod, over: Partial<RatingSettings> = {}): RatingSettings {
  return { ...DEFAULT_RATING_SETTINGS, method, baseline: 'base', style: ['length'], rounds: 40, ...over };
}

/** Null where there was a named error. */
function attempt(columns: ComparisonColumns, settings: RatingSettings): RatingResult | null {
  try {
    return fitRatings(columns, settings);
  } catch (error) {
    if (!isArenaError(error)) throw error;
    expect(['no_comparisons', 'no_overlap', 'invalid_request', 'not_converged']).toContain(error.code);
    return null;
  }
}

const NUMBERS = [
  'rating',
  'low',
  'high',
  'rank',
  'rankLow',
  'rankHigh',
  'winRate',
  'winRateSe',
  'winRateLow',
  'winRateHigh',
  'lcWinRate',
  'lcWinRateSe',
  'lcWinRateLow',
  'lcWinRateHigh',
  'plainRating',
] as const satisfies readonly (keyof ModelRating)[];

/** Limits of rank sets are drawn, and near a singular covariance the draws turn on rounding. */
const UNDRAWN = NUMBERS.filter((field) => field !== 'rankLow' && field !== 'rankHigh');

function expectSame(
  x: RatingResult,
  y: RatingResult,
  fields: readonly (keyof ModelRating)[] = NUMBERS,
): void {
  const twins = new Map(y.models.map((row) => [row.model, row]));
  for (const row of x.models) {
    for (const field of fields) {
      const [own, other] = [row[field] ?? null, twins.get(row.model)![field] ?? null];
      if (own === null || other === null) expect([field, own]).toEqual([field, other]);
      else expect(Math.abs(Number(own) - Number(other)), `${row.model} ${field}`).toBeLessThan(1e-4);
    }
  }
}

/** One number between its bounds; where the bounds are percentiles of refits it need not be, but they have an order. */
function expectOrdered(what: string, value: unknown, low: unknown, high: unknown, byRefits: boolean): void {
  if (typeof low !== 'number' || typeof high !== 'number') return;
  expect(low, `${what}: low ≤ high`).toBeLessThanOrEqual(high);
  if (byRefits || typeof value !== 'number') return;
  expect(low, `${what}: low ≤ value`).toBeLessThanOrEqual(value + 1e-9);
  expect(value, `${what}: value ≤ high`).toBeLessThanOrEqual(high + 1e-9);
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

const BATCH = RATING_METHODS.filter((method) => method !== 'elo' && method !== 'glicko2');
/** Of these the number of a bootstrap draw does not depend on how rows or models are numbered. */
const EXACT_INTERVALS = fc.constantFrom('sandwich', 'fisher', 'none');
const clusters = fc.constantFrom(...CLUSTER_CHOICES);
/** Methods whose ratings may be told from one model. */
const ANCHORED: readonly RatingMethod[] = [
  'bradley-terry',
  'davidson',
  'rao-kupper',
  'contextual',
  'plackett-luce',
  'prediction-powered',
];

/** Methods whose models are compared with the baseline alone. */
const BY_BASELINE: readonly RatingMethod[] = ['win-rate', 'length-controlled'];

/** m2 → m3 → m4 → m2; others stay. */
function nextOfThree(model: number): number {
  return model < 2 ? model : 2 + ((model - 1) % 3);
}

describe.each(RATING_METHODS)('%s, whatever the switches', (method) => {
  it('gives finite numbers in order, echoes its settings, counts every vote, and says the same twice', () => {
    fc.assert(
      fc.property(
        fc.oneof(ratedVotes, anyVotes),
        fc.constantFrom(...INTERVAL_METHODS),
        clusters,
        fc.constantFrom('half', 'drop', 'model'),
        fc.constantFrom('tie', 'drop'),
        fc.constantFrom(null, 'base', 'm3'),
        fc.constantFrom('none', 'pair'),
        fc.integer({ min: 0, max: 9 }),
        (votes, interval, cluster, ties, bothBad, anchor, reweight, seed) => {
          const columns = toColumns(votes);
          const before = JSON.stringify(columns);
          const asked = settingsFor(method, {
            interval,
            cluster,
            ties,
            bothBad,
            anchor: { model: anchor, value: 1000 },
            reweight,
            seed,
          });
          const result = attempt(columns, asked);
          expect(JSON.stringify(columns)).toBe(before);
          if (result === null) return;
          expect(numbersOf(result).every(Number.isFinite)).toBe(true);
          const { method: echoed, ties: policy, ...rest } = result.settings;
          expect(rest).toEqual((({ method: _, ties: __, ...others }) => others)(asked));
          expect([
            method,
            ties === 'model' || policy === 'model' ? 'davidson' : method,
            'rao-kupper',
          ]).toContain(echoed);
          const left = result.comparisons.excluded.reduce((sum, { count }) => sum + count, 0);
          expect(result.comparisons.used + left).toBe(columns.length);
          const byRefits = interval === 'bootstrap';
          for (const row of result.models) {
            expectOrdered('rating', row.rating, row.low, row.high, byRefits);
            expectOrdered('win rate', row.winRate, row.winRateLow, row.winRateHigh, byRefits);
            expectOrdered('lc win rate', row.lcWinRate, row.lcWinRateLow, row.lcWinRateHigh, byRefits);
            expectOrdered('rank', row.rank, row.rankLow, row.rankHigh, false);
            for (const share of [row.winRateLow, row.winRateHigh, row.lcWinRateLow, row.lcWinRateHigh]) {
              if (share != null) expect(share >= 0 && share <= 100).toBe(true);
            }
            expect(row.wins + row.losses + row.ties).toBe(row.comparisons);
          }
          const { tie, style } = result;
          if (tie !== undefined) expectOrdered('tie', tie.value, tie.low, tie.high, byRefits);
          for (const own of style ?? [])
            expectOrdered(own.feature, own.coefficient, own.low, own.high, byRefits);
          expect(fitRatings(columns, asked)).toEqual(result);
        },
      ),
      { numRuns: 80 },
    );
  });

  it('does not care how models are numbered', () => {
    fc.assert(
      fc.property(
        ratedVotes,
        fc.shuffledSubarray([...NAMES.keys()], { minLength: MODELS }),
        EXACT_INTERVALS,
        clusters,
        (votes, order, interval, cluster) => {
          const settings = settingsFor(method, { interval, cluster });
          const moved = votes.map((vote) => ({
            ...vote,
            a: order.indexOf(vote.a),
            b: order.indexOf(vote.b),
          }));
          const names = order.map((model) => NAMES[model]!);
          expectSame(
            fitRatings(toColumns(moved, names), settings),
            fitRatings(toColumns(votes), settings),
            UNDRAWN,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('does not care how raters and prompts are numbered, however high', () => {
    fc.assert(
      fc.property(
        ratedVotes,
        fc.integer({ min: 1, max: 200_000_000 }),
        EXACT_INTERVALS,
        clusters,
        (votes, step, interval, cluster) => {
          const settings = settingsFor(method, { interval, cluster });
          const moved = votes.map((vote) => ({
            ...vote,
            rater: 2_147_483_647 - step * vote.rater,
            prompt: 2_147_483_647 - step * vote.prompt,
          }));
          // clusters are summed in the order of their numbers: another order, another rounding
          expectSame(fitRatings(toColumns(moved), settings), fitRatings(toColumns(votes), settings), UNDRAWN);
        },
      ),
      { numRuns: 25 },
    );
  });

  it('lets a model that nobody voted on change nothing', () => {
    fc.assert(
      fc.property(ratedVotes, EXACT_INTERVALS, clusters, (votes, interval, cluster) => {
        const settings = settingsFor(method, { interval, cluster });
        const more = fitRatings(toColumns(votes, [...NAMES, 'unseen']), settings);
        const row = more.models.find(({ model }) => model === 'unseen')!;
        expect([row.rating, row.winRate ?? null, row.rank]).toEqual([null, null, null]);
        expect(more.warnings.map(({ code }) => code)).toContain('without_comparisons');
        const others = { ...more, models: more.models.filter(({ model }) => model !== 'unseen') };
        expectSame(others, fitRatings(toColumns(votes), settings));
      }),
      { numRuns: 25 },
    );
  });

  it('does not care on which side a model was shown', () => {
    fc.assert(
      fc.property(
        ratedVotes,
        fc.array(fc.boolean(), { minLength: 80, maxLength: 80 }),
        EXACT_INTERVALS,
        clusters,
        (votes, turns, interval, cluster) => {
          // features are scaled from slot a's side, so style control has no such law (position has its own test)
          if (method === 'contextual') return;
          const settings = settingsFor(method, { interval, cluster });
          const turned = votes.map((vote, at) => (turns[at] ? swapped(vote) : vote));
          expectSame(
            fitRatings(toColumns(turned), settings),
            fitRatings(toColumns(votes), settings),
            UNDRAWN,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('lets two models that met each other alone change nothing of the others', () => {
    fc.assert(
      fc.property(ratedVotes, EXACT_INTERVALS, fc.integer({ min: 0, max: 9 }), (votes, interval, at) => {
        // style has one coefficient for all votes, and a period of Glicko's ends after so many of them
        if (method === 'contextual' || method === 'glicko2') return;
        const settings = settingsFor(method, { interval });
        const island = [0, 1, 2].map((outcome) => ({ ...votes[at]!, a: MODELS, b: MODELS + 1, outcome }));
        const more = fitRatings(toColumns([...votes, ...island], [...NAMES, 'far', 'away']), settings);
        const said = more.warnings.map(({ code }) => code);
        expect(said).toContain(BY_BASELINE.includes(method) ? 'without_baseline' : 'disconnected');
        const others = { ...more, models: more.models.filter(({ model }) => NAMES.includes(model)) };
        expectSame(others, fitRatings(toColumns(votes), settings), UNDRAWN);
      }),
      { numRuns: 25 },
    );
  });
});

describe.each(BATCH)('%s, of a batch', (method) => {
  it('does not care in which order votes came', () => {
    fc.assert(
      fc.property(
        ratedVotes.chain((votes) =>
          fc.tuple(fc.constant(votes), fc.shuffledSubarray(votes, { minLength: votes.length })),
        ),
        EXACT_INTERVALS,
        clusters,
        ([votes, shuffled], interval, cluster) => {
          const settings = settingsFor(method, { interval, cluster });
          expectSame(
            fitRatings(toColumns(shuffled), settings),
            fitRatings(toColumns(votes), settings),
            UNDRAWN,
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('gives models that nothing tells apart one rating and one place', () => {
    fc.assert(
      fc.property(ratedVotes, EXACT_INTERVALS, clusters, (votes, interval, cluster) => {
        // m2, m3 and m4 take each other's parts in turn
        const turned = (vote: Vote): Vote => ({ ...vote, a: nextOfThree(vote.a), b: nextOfThree(vote.b) });
        const second = votes.map(turned);
        const all = [...votes, ...second, ...second.map(turned)];
        const { models } = fitRatings(toColumns(all), settingsFor(method, { interval, cluster }));
        const [one, ...rest] = models.filter(({ model }) => ['m2', 'm3', 'm4'].includes(model));
        for (const other of rest) {
          expect([other.rank, other.rankLow, other.rankHigh]).toEqual([
            one!.rank,
            one!.rankLow,
            one!.rankHigh,
          ]);
          for (const field of ['rating', 'winRate', 'lcWinRate'] as const)
            expect(Math.abs((other[field] ?? 0) - (one![field] ?? 0))).toBeLessThan(1e-7);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('draws all its intervals from one covariance: symmetric, with no negative variance of anything', () => {
    fc.assert(
      fc.property(ratedVotes, fc.constantFrom('sandwich', 'fisher'), clusters, (votes, interval, cluster) => {
        if (!ANCHORED.includes(method)) return;
        const columns = toColumns(votes);
        // half an interval about each model as the anchor: so many errors of their difference
        const widths = NAMES.map((anchor) => {
          const settings = settingsFor(method, { interval, cluster, anchor: { model: anchor, value: 1000 } });
          const rows = new Map(fitRatings(columns, settings).models.map((row) => [row.model, row]));
          return NAMES.map((name) => (rows.get(name)!.high! - rows.get(name)!.low!) / 2);
        });
        const squares = (i: number, j: number): number => widths[i]![j]! ** 2;
        const rest = NAMES.slice(1).map((_, at) => at + 1);
        const covariance = Float64Array.from(
          rest.flatMap((i) => rest.map((j) => (squares(0, i) + squares(0, j) - squares(i, j)) / 2)),
        );
        const largest = Math.max(...widths.flat()) ** 2;
        NAMES.forEach((_, i) => {
          expect(widths[i]![i]).toBe(0);
          NAMES.forEach((_, j) => {
            expect(Math.abs(squares(i, j) - squares(j, i))).toBeLessThan(1e-6 * largest + 1e-9);
          });
        });
        const { values } = eigenSymmetric(covariance, rest.length);
        expect(Math.min(...values)).toBeGreaterThan(-1e-6 * largest - 1e-9);
      }),
      { numRuns: 15 },
    );
  });

  it('takes a vote of weight w for two of w/2 by the same rater on the same prompt', () => {
    fc.assert(
      fc.property(ratedVotes, fc.integer({ min: 0, max: 9 }), (votes, at) => {
        // its lengths and difficulties are of items, which have no weight in AlpacaEval; a verdict twice is two verdicts
        if (method === 'length-controlled' || method === 'prediction-powered') return;
        const half = { ...votes[at]!, weight: votes[at]!.weight / 2 };
        const split = [...votes.slice(0, at), half, half, ...votes.slice(at + 1)];
        const fields = ['rating', 'low', 'high', 'winRate', 'lcWinRate'] as const;
        // style is scaled over votes whatever they weigh, as the peers do, and the position has no scale
        const settings = settingsFor(method, { cluster: 'rater,prompt', ridge: 0, style: ['position'] });
        expectSame(fitRatings(toColumns(split), settings), fitRatings(toColumns(votes), settings), fields);
      }),
      { numRuns: 25 },
    );
  });

  it('knows no unit of weight', () => {
    fc.assert(
      fc.property(ratedVotes, fc.constantFrom(1e-6, 0.5, 7, 1e6), clusters, (votes, unit, cluster) => {
        if (method === 'length-controlled') return;
        const scaled = votes.map((vote) => ({ ...vote, weight: unit * vote.weight }));
        const settings = settingsFor(method, { cluster, ridge: 0 });
        expectSame(fitRatings(toColumns(scaled), settings), fitRatings(toColumns(votes), settings), UNDRAWN);
      }),
      { numRuns: 25 },
    );
  });
});

function swapped(vote: Vote): Vote {
  const outcome = vote.outcome < 2 ? 1 - vote.outcome : vote.outcome;
  return { ...vote, a: vote.b, b: vote.a, outcome, lengths: [vote.lengths[1], vote.lengths[0]] };
}
