import { type ComparisonColumns, DEFAULT_RATING_SETTINGS, isArenaError } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitCounts } from '../bradley-terry/fit-counts.ts';
import { fitRatings } from '../fit-ratings.ts';
import { PairCounter } from './pair-counter.ts';
import { PairTableBuilder } from './pair-table.ts';
import { scanComparisons } from './scan-comparisons.ts';

const MODELS = 5;
const NAMES = ['m0', 'm1', 'm2', 'm3', 'm4'];

/** Codes may be out of range on either side, models may meet themselves. */
const rows = fc.array(
  fc.record({
    a: fc.integer({ min: -2, max: MODELS + 1 }),
    b: fc.integer({ min: -2, max: MODELS + 1 }),
    outcome: fc.integer({ min: -2, max: 5 }),
  }),
  { maxLength: 60 },
);
const policies = fc.record({
  ties: fc.constantFrom('half', 'drop'),
  bothBad: fc.constantFrom('tie', 'drop'),
});

function toColumn(width: 'int8' | 'int16' | 'int32', codes: readonly number[]) {
  if (width === 'int8') return Int8Array.from(codes);
  return width === 'int16' ? Int16Array.from(codes) : Int32Array.from(codes);
}

type Row = { readonly a: number; readonly b: number; readonly outcome: number };

function toCodes(votes: readonly Row[]): ComparisonColumns {
  return {
    length: votes.length,
    models: NAMES,
    a: Int32Array.from(votes, ({ a }) => a),
    b: Int32Array.from(votes, ({ b }) => b),
    outcome: Int8Array.from(votes, ({ outcome }) => outcome),
  };
}

/** Row by row, pairs in a map: what the counter does at once. */
function countSlowly(votes: readonly Row[], settings: Parameters<typeof scanComparisons>[1]) {
  const builder = new PairTableBuilder(MODELS);
  const { used, excluded } = scanComparisons(toCodes(votes), settings, (_row, a, b, points, weight, kind) => {
    builder.add(a, b, points, weight, kind);
  });
  const table = builder.build();
  const cells = Array.from({ length: table.cells }, (_, cell) => [
    table.high[cell]!,
    table.low[cell]!,
    table.wins[cell]!,
    table.ties[cell]!,
    table.losses[cell]!,
    table.weight[cell]!,
    table.points[cell]!,
    table.squarePoints2[cell]!,
  ]).sort((x, y) => x[0]! - y[0]! || x[1]! - y[1]!);
  return { cells, used, excluded };
}

function countFast(counter: PairCounter, settings: Parameters<typeof scanComparisons>[1]) {
  const { table, used, excluded } = counter.tally(settings);
  const cells = Array.from({ length: table.cells }, (_, cell) => [
    table.high[cell]!,
    table.low[cell]!,
    table.wins[cell]!,
    table.ties[cell]!,
    table.losses[cell]!,
    table.weight[cell]!,
    table.points[cell]!,
    table.squarePoints2[cell]!,
  ]);
  return { cells, used, excluded };
}

describe('counting pairs', () => {
  it('agrees with counting row by row, in any chunks and any column types', () => {
    fc.assert(
      fc.property(
        rows,
        policies,
        fc.nat(),
        fc.constantFrom('int8', 'int16', 'int32'),
        (votes, settings, cut, width) => {
          const counter = new PairCounter(MODELS);
          const at = votes.length === 0 ? 0 : cut % votes.length;
          const chunk = {
            a: toColumn(
              width,
              votes.map(({ a }) => a),
            ),
            b: toColumn(
              width,
              votes.map(({ b }) => b),
            ),
            outcome: Int8Array.from(votes, ({ outcome }) => outcome),
          };
          counter.add({ ...chunk, to: at });
          counter.add({ ...chunk, from: at });
          expect(countFast(counter, settings)).toEqual(countSlowly(votes, settings));
          expect(counter.read).toBe(votes.length);
        },
      ),
    );
  });

  it('reads codes through maps', () => {
    const counter = new PairCounter(3);
    counter.add({
      a: Uint8Array.of(0, 1, 1, 9),
      b: Uint8Array.of(1, 0, 0, 0),
      outcome: Uint8Array.of(0, 0, 1, 0),
      modelOfA: Int32Array.of(2, 0),
      modelOfB: Int32Array.of(1, 0),
      outcomeOf: Int32Array.of(1, 3),
    });
    // 2 beaten by 0; 0 against 1 lost, then both bad; the fourth names no model
    expect(countFast(counter, { ties: 'half', bothBad: 'tie' })).toEqual({
      cells: [
        [1, 0, 0, 1, 1, 2, 0.5, 0.25],
        [2, 0, 1, 0, 0, 1, 1, 1],
      ],
      used: 3,
      excluded: [{ reason: 'invalid_model', count: 1 }],
    });
  });

  it('grows with the models, also past the limit where every pair has a place', () => {
    const settings = { ties: 'half', bothBad: 'tie' } as const;
    const votes = {
      a: Uint16Array.of(0, 1, 2, 0),
      b: Uint16Array.of(1, 2, 0, 1),
      outcome: Uint8Array.of(0, 1, 2, 3),
    };
    const counter = new PairCounter(0);
    const whole = new PairCounter(3000);
    for (const models of [3, 50, 3000]) {
      counter.grow(models);
      counter.add(votes);
      whole.add(votes);
    }
    counter.add({ a: Uint16Array.of(2999), b: Uint16Array.of(7), outcome: Uint8Array.of(0) });
    whole.add({ a: Uint16Array.of(2999), b: Uint16Array.of(7), outcome: Uint8Array.of(0) });
    expect(countFast(counter, settings)).toEqual(countFast(whole, settings));
    expect(countFast(counter, settings).cells[3]).toEqual([2999, 7, 0, 0, 1, 1, 0, 0]);
  });

  it('gives the ratings that the comparisons give', () => {
    const cycle = NAMES.map((_, i) => ({ a: i, b: (i + 1) % MODELS, outcome: 0 }));
    fc.assert(
      fc.property(rows, policies, (votes, policy) => {
        const settings = { ...DEFAULT_RATING_SETTINGS, ...policy };
        const columns = toCodes([...votes, ...cycle]);
        const counter = new PairCounter(MODELS);
        counter.add(columns);
        expect(fitCounts(NAMES, counter, settings)).toEqual(fitRatings(columns, settings));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same ratings from wherever the fit before ended', () => {
    const cycle = NAMES.map((_, i) => ({ a: i, b: (i + 1) % MODELS, outcome: 0 }));
    const settings = { ...DEFAULT_RATING_SETTINGS, interval: 'sandwich' } as const;
    fc.assert(
      fc.property(rows, rows, (before, votes) => {
        const counter = new PairCounter(MODELS);
        counter.add(toCodes([...before, ...cycle]));
        fitCounts(NAMES, counter, settings);
        expect(counter.start!.every((logit) => Number.isFinite(logit))).toBe(true);
        counter.add(toCodes(votes));
        const again = fitCounts(NAMES, counter, settings);
        const afresh = fitRatings(toCodes([...before, ...cycle, ...votes]), settings);
        for (const [k, { rating, low, high, ...rest }] of again.models.entries()) {
          const other = afresh.models[k]!;
          expect(rest).toMatchObject({
            model: other.model,
            rank: other.rank,
            comparisons: other.comparisons,
          });
          expect(Math.abs(rating! - other.rating!)).toBeLessThan(1e-9);
          expect(Math.abs(high! - low! - (other.high! - other.low!))).toBeLessThan(1e-8);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('refuses what counts cannot tell', () => {
    const counter = new PairCounter(MODELS);
    const refused = (over: object): string => {
      try {
        fitCounts(NAMES, counter, { ...DEFAULT_RATING_SETTINGS, ...over });
      } catch (fault) {
        if (isArenaError(fault)) return fault.code;
      }
      return 'none';
    };
    expect(refused({ cluster: 'rater' })).toBe('invalid_request');
    expect(refused({ method: 'elo' })).toBe('invalid_request');
    expect(refused({})).toBe('no_comparisons');
  });
});
