import { DEFAULT_RATING_SETTINGS, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { ClusterCounter } from '../covariance/cluster-counter.ts';
import { logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { PairCounter } from '../pairs/pair-counter.ts';
import { explainRatings } from './explain-ratings.ts';
import { fitCountsExplained, fitExplained } from './fit-explained.ts';

/** Two groups of models, 0 .. 5 and 6 .. 8, that never meet. */
function simulate(tag: string, n: number) {
  const random = seededRandom(tag);
  const rows = Array.from({ length: n }, () => {
    const [from, size] = random.below(4) === 0 ? [6, 3] : [0, 6];
    const a = random.below(size);
    const b = (a + 1 + random.below(size - 1)) % size;
    const won = random.next() < logistic((a - b) / 5) ? 'a' : 'b';
    const outcome = OUTCOME_CODES[random.below(5) === 0 ? 'tie' : won];
    return { a: from + a, b: from + b, outcome, rater: random.below(12) };
  });
  return {
    length: n,
    models: Array.from({ length: 9 }, (_, i) => `m${i}`),
    a: Int32Array.from(rows, ({ a }) => a),
    b: Int32Array.from(rows, ({ b }) => b),
    outcome: Int8Array.from(rows, ({ outcome }) => outcome),
    rater: Int32Array.from(rows, ({ rater }) => rater),
  };
}

/** Equal but for rounding. */
function expectAlike(told: unknown, slow: unknown): void {
  if (typeof slow === 'number' && Number.isFinite(slow)) {
    expect(Math.abs((told as number) - slow)).toBeLessThan(1e-8);
  } else if (typeof slow === 'object' && slow !== null) {
    expect(Object.keys(told as object)).toEqual(Object.keys(slow));
    for (const [key, value] of Object.entries(slow))
      expectAlike((told as Record<string, unknown>)[key], value);
  } else expect(told).toEqual(slow);
}

const cases: readonly Partial<RatingSettings>[] = [
  {},
  { cluster: 'rater' },
  { interval: 'fisher' },
  { interval: 'none', cluster: 'rater' },
  { interval: 'bootstrap', rounds: 100 },
  { reweight: 'pair' },
  { cluster: 'rater,prompt' },
  { method: 'davidson' },
  { prior: 0.5 },
];

describe('ratings with what their covariance says', () => {
  it.each(cases)('%j: those of the fit and of the explanation by themselves', (over) => {
    const settings = { ...DEFAULT_RATING_SETTINGS, ...over };
    const columns = simulate(JSON.stringify(over), 900);
    const { result, insights } = fitExplained(columns, settings);
    expect(result).toEqual(fitRatings(columns, settings));
    expect(insights).toEqual(explainRatings(columns, settings));
  });

  it.each<Partial<RatingSettings>>([{}, { cluster: 'rater' }, { interval: 'fisher' }])(
    '%j: from counts, also where they were fitted before',
    (over) => {
      const settings = { ...DEFAULT_RATING_SETTINGS, ...over };
      const columns = simulate('counts', 1200);
      const counter = new PairCounter(columns.models.length);
      const clusters = over.cluster === undefined ? undefined : new ClusterCounter(settings);
      for (const to of [700, 701, 1200]) {
        const part = { ...columns, from: counter.read, to };
        counter.add(part);
        clusters?.add({ ...part, cluster: columns.rater });
        const { result, insights } = fitCountsExplained(columns.models, counter, settings, clusters);
        const { a, b, outcome, rater, ...rest } = columns;
        const first = <C extends Int32Array | Int8Array>(column: C) => column.subarray(0, to) as C;
        const seen = {
          ...rest,
          length: to,
          a: first(a),
          b: first(b),
          outcome: first(outcome),
          rater: first(rater),
        };
        expectAlike(insights, explainRatings(seen, settings));
        expectAlike(result.models, fitRatings(seen, settings).models);
      }
    },
  );

  it('level models stay level wherever the search began', () => {
    const models = ['x', 'y', 'z'];
    const counter = new PairCounter(3);
    const vote = (a: number, b: number, outcome: number) =>
      counter.add({ a: Int32Array.of(a), b: Int32Array.of(b), outcome: Int8Array.of(outcome) });
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      vote(a, b, OUTCOME_CODES.a);
      vote(a, b, OUTCOME_CODES.a);
      vote(a, b, OUTCOME_CODES.b);
    }
    const settings = DEFAULT_RATING_SETTINGS;
    const { insights } = fitCountsExplained(models, counter, settings);
    counter.start = Float64Array.of(0.3, -0.1, -0.2);
    expect(fitCountsExplained(models, counter, settings).insights?.flip).toEqual(insights!.flip);
    expect(insights!.flip).toMatchObject({ votes: 0 });
  });
});
