import { type ComparisonColumns, DEFAULT_RATING_SETTINGS, type RatingSettings } from '@agon/domain';
import { gramMatrix, seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterToCount, fitCounts } from '../bradley-terry/fit-counts.ts';
import { fitRatings } from '../fit-ratings.ts';
import { CellsMemory } from '../kernels/cells-memory.ts';
import { PairCounter } from '../pairs/pair-counter.ts';
import { mergeIntoCells, NO_CELLS } from './cluster-cells.ts';
import { ClusterCounter } from './cluster-counter.ts';
import type { ClusterSum } from './cluster-sums.ts';
import { winProbabilities } from './sum-cluster-cells.ts';
import { sumClusters } from './sum-clusters.ts';

type Row = { readonly a: number; readonly b: number; readonly outcome: number; readonly cluster: number };

const policies = fc.record({
  ties: fc.constantFrom<RatingSettings['ties']>('half', 'drop'),
  bothBad: fc.constantFrom<RatingSettings['bothBad']>('tie', 'drop'),
});

/** Rows with now and then a model that meets itself, and an outcome or a cluster that is none. */
function drawRows(seed: number, length: number, models: number, clusters: number): Row[] {
  const random = seededRandom(`cluster counter/${seed}`);
  return Array.from({ length }, () => ({
    a: random.below(models),
    b: random.below(models),
    outcome: random.next() < 0.02 ? 4 : random.below(4),
    cluster: random.next() < 0.05 ? -1 : Math.floor(random.next() * random.next() * clusters),
  }));
}

const chunkOf = (rows: readonly Row[]) => ({
  a: Uint16Array.from(rows, ({ a }) => a),
  b: Uint16Array.from(rows, ({ b }) => b),
  outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
  cluster: Int32Array.from(rows, ({ cluster }) => cluster),
});

function columnsOf(rows: readonly Row[], models: number): ComparisonColumns {
  const { cluster, ...codes } = chunkOf(rows);
  const names = Array.from({ length: models }, (_, k) => `m${k}`);
  return { length: rows.length, models: names, ...codes, prompt: cluster, rater: cluster };
}

/** What there is after votes came and went, and a counter that was told each time. */
function live(
  steps: readonly { readonly add: number; readonly remove: number }[],
  policy: Pick<RatingSettings, 'ties' | 'bothBad'>,
  seed: number,
  models: number,
  clusters: number,
) {
  const counter = new ClusterCounter(policy);
  const random = seededRandom(`steps/${seed}`);
  let there: Row[] = [];
  steps.forEach(({ add, remove }, step) => {
    const fresh = drawRows(seed + 1000 * step, add, models, clusters);
    counter.add(chunkOf(fresh));
    there.push(...fresh);
    const gone = new Set(
      Array.from({ length: Math.min(remove, there.length) }, () => random.below(there.length)),
    );
    counter.remove(chunkOf([...gone].map((at) => there[at]!)));
    there = there.filter((_, at) => !gone.has(at));
  });
  return { counter, there };
}

/** The largest difference, as a share of the largest entry. */
function distance(found: Float64Array, told: Float64Array): number {
  const largest = told.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return found.reduce((most, value, at) => Math.max(most, Math.abs(value - told[at]!)), 0) / largest;
}

/** But for the products themselves, which differ by rounding. */
function expectSame(found: ClusterSum, told: ClusterSum): void {
  expect({ ...found, meat: null, scores: null }).toEqual({ ...told, meat: null, scores: null });
  if (found.scores === undefined) return;
  const m = Math.sqrt(told.meat.length);
  expect(distance(gramMatrix(found.scores, found.clusters, m), told.meat)).toBeLessThan(1e-11);
}

describe('a sum over clusters from counts', () => {
  it('is the sum over the rows that are there, whatever came and went', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(1_000_000),
          models: fc.constantFrom(2, 5, 30),
          clusters: fc.constantFrom(1, 4, 60, 3000),
          steps: fc.array(fc.record({ add: fc.nat(400), remove: fc.nat(150) }), {
            minLength: 1,
            maxLength: 6,
          }),
          isOutside: fc.boolean(),
        }),
        policies,
        ({ seed, models, clusters, steps, isOutside }, policy) => {
          const { counter, there } = live(steps, policy, seed, models, clusters);
          // a model in the middle may be in another group
          const place = Int32Array.from({ length: models }, (_, k) =>
            isOutside && k === 1 ? -1 : isOutside && k > 1 ? k - 1 : k,
          );
          const m = place.reduce((most, k) => Math.max(most, k + 1), 0);
          const theta = Float64Array.from({ length: m }, (_, k) => Math.sin(seed + k));
          const columns = columnsOf(there, models);
          const rows = { columns, settings: policy, place, theta, codes: columns.prompt!, others: null };
          const told = sumClusters(rows).first;
          const found = counter.sum(place, theta);
          expectSame(found, told);
          expect(distance(found.meat, told.meat)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('is the same through cells that were merged, and looks at no pair twice', () => {
    const [models, clusters] = [40, 12];
    const steps = Array.from({ length: 8 }, () => ({ add: 30_000, remove: 9000 }));
    const policy = { ties: 'half', bothBad: 'tie' } as const;
    const { counter, there } = live(steps, policy, 5, models, clusters);
    const place = Int32Array.from({ length: models }, (_, k) => k);
    const theta = Float64Array.from(place, (k) => Math.cos(k));
    const columns = columnsOf(there, models);
    const rows = { columns, settings: policy, place, theta, codes: columns.prompt!, others: null };
    const told = sumClusters(rows).first;
    const found = counter.sum(place, theta);
    expectSame(found, told);
    expect(distance(found.meat, told.meat)).toBeLessThan(1e-12);
    // 780 pairs in each of 12 clusters, an eighth of that and 16,384 rows on their way
    expect(there.length).toBeGreaterThan(150_000);
    expect(counter.size).toBeLessThanOrEqual(780 * 12 * 1.125 + 16_384);
  });

  it('tells the scores themselves where clusters are fewer than models, and the fit stays what it is', () => {
    const [models, policy] = [40, { ties: 'half', bothBad: 'tie' } as const];
    for (const [clusters, few] of [
      [7, true],
      [38, true],
      [39, false],
    ] as const) {
      const there = drawRows(clusters, 9000, models, clusters).filter(({ cluster }) => cluster >= 0);
      const counter = new ClusterCounter(policy);
      counter.add(chunkOf(there));
      const columns = columnsOf(there, models);
      const place = Int32Array.from({ length: models }, (_, k) => k);
      const theta = Float64Array.from(place, (k) => Math.cos(k));
      const rows = { columns, settings: policy, place, theta, codes: columns.prompt!, others: null };
      const found = counter.sum(place, theta);
      expect(found.scores !== undefined).toBe(few);
      const told = sumClusters(rows).first;
      expectSame(found, told);
      expect(distance(found.meat, told.meat)).toBeLessThan(1e-11);
      const pairs = new PairCounter(models);
      pairs.add(columns);
      const settings: RatingSettings = { ...DEFAULT_RATING_SETTINGS, ...policy, cluster: 'prompt' };
      const slow = fitRatings(columns, settings).models;
      fitCounts(columns.models, pairs, settings, undefined, counter).models.forEach((model, at) => {
        const other = slow[at]!;
        expect([model.model, model.rankLow, model.rankHigh]).toEqual([
          other.model,
          other.rankLow,
          other.rankHigh,
        ]);
        expect(Math.abs(model.low! - other.low!)).toBeLessThan(1e-8);
      });
    }
  });

  it('outlives the growth of what holds it, and counts of any size', () => {
    const policy = { ties: 'half', bothBad: 'tie' } as const;
    const counter = new ClusterCounter(policy);
    let there: Row[] = [];
    // more of one pair in one cluster than 16 bits hold; then so many models that a sum needs more memory
    for (const [models, length, clusters] of [
      [2, 90_000, 1],
      [300, 40_000, 30],
      [301, 400, 30],
    ] as const) {
      const fresh = drawRows(models, length, models, clusters);
      counter.add(chunkOf(fresh));
      there = [...there, ...fresh];
      for (let again = 0; again < 2; again += 1) {
        const columns = columnsOf(there, models);
        const place = Int32Array.from(columns.models, (_, k) => k);
        const theta = Float64Array.from(place, (k) => Math.cos(k));
        const rows = { columns, settings: policy, place, theta, codes: columns.prompt!, others: null };
        const told = sumClusters(rows).first;
        const found = counter.sum(place, theta);
        expectSame(found, told);
        expect(distance(found.meat, told.meat)).toBeLessThan(1e-11);
      }
    }
  });

  it('is scored by the kernel and by plain code to the same bits', () => {
    const [models, clusters] = [60, 5];
    const rows = drawRows(3, 20_000, models, clusters).filter(({ a, b, cluster }) => a !== b && cluster >= 0);
    const loose = {
      length: rows.length,
      cluster: Int32Array.from(rows, ({ cluster }) => cluster),
      pair: Uint32Array.from(rows, ({ a, b }) => Math.max(a, b) * 0x10000 + Math.min(a, b)),
      change: Int8Array.from(rows, ({ outcome }) => 1 + (outcome % 3)),
    };
    const cells = mergeIntoCells(NO_CELLS, loose, clusters, models);
    const place = Int32Array.from({ length: models }, (_, k) => (k === 7 ? -1 : k > 7 ? k - 1 : k));
    const theta = Float64Array.from({ length: models - 1 }, (_, k) => Math.sin(3 * k));
    const chance = winProbabilities(theta);
    const [fast, plain] = [new CellsMemory(), new CellsMemory(null)].map((memory) => {
      memory.hold(cells);
      const { score, add, meat, close } = memory.scorer(place, chance, models - 1);
      const sizes = Array.from({ length: clusters }, (_, c) => add(cells.starts[c]!, cells.starts[c + 1]!));
      const whole = Array.from(score);
      // too many models for what is asked: nothing happens
      expect(close(models - 1)).toBe(false);
      expect(Array.from(score)).toEqual(whole);
      // of every third model, and of few, so that lists of all lengths are added
      for (const step of [1, 3, 8, 11, 14, 30]) {
        for (let k = 0; k < score.length; k += 1) score[k] = k % step === 0 ? whole[k]! : 0;
        expect(close(models)).toBe(true);
        expect(score.every((value) => value === 0)).toBe(true);
      }
      return { sizes, whole, meat: Array.from(meat) };
    });
    expect(fast).toEqual(plain);
    expect(fast!.whole.some((value) => Math.abs(value) > 1)).toBe(true);
    expect(fast!.meat[0]).toBeGreaterThan(0);
  });

  it('gives the ratings, intervals, ranks and warnings of a fit of every row', () => {
    const [models, clusters] = [12, 300];
    const steps = [
      { add: 3000, remove: 200 },
      { add: 500, remove: 100 },
    ];
    fc.assert(
      fc.property(fc.nat(10_000), policies, fc.constantFrom('rater', 'prompt'), (seed, policy, cluster) => {
        const { counter, there } = live(steps, policy, seed, models, clusters);
        const columns = columnsOf(there, models);
        const pairs = new PairCounter(models);
        pairs.add(columns);
        const settings: RatingSettings = { ...DEFAULT_RATING_SETTINGS, ...policy, cluster };
        const found = fitCounts(columns.models, pairs, settings, undefined, counter);
        const told = fitRatings(columns, settings);
        expect(found.warnings).toEqual(told.warnings);
        expect(found.comparisons).toEqual(told.comparisons);
        found.models.forEach((model, at) => {
          const other = told.models[at]!;
          expect({ ...model, rating: 0, low: 0, high: 0 }).toEqual({ ...other, rating: 0, low: 0, high: 0 });
          for (const name of ['rating', 'low', 'high'] as const)
            expect(Math.abs(model[name]! - other[name]!)).toBeLessThan(1e-8);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('is asked for only where it suffices', () => {
    const clustered = { ...DEFAULT_RATING_SETTINGS, cluster: 'prompt' } as const;
    expect(clusterToCount(clustered)).toBe('prompt');
    expect(clusterToCount({ ...clustered, cluster: 'rater,prompt' })).toBeNull();
    expect(clusterToCount({ ...clustered, interval: 'bootstrap' })).toBeNull();
    expect(clusterToCount({ ...clustered, ties: 'model' })).toBeNull();
    expect(clusterToCount({ ...clustered, reweight: 'pair' })).toBeNull();
    expect(clusterToCount({ ...clustered, prior: 1 })).toBeNull();
    expect(() =>
      fitCounts(
        ['x', 'y'],
        new PairCounter(2),
        { ...clustered, interval: 'bootstrap' },
        undefined,
        new ClusterCounter(clustered),
      ),
    ).toThrow(/every comparison/);
  });
});
