import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { orderByTime } from './order-by-time.ts';

const row = fc.record({
  models: fc.tuple(fc.nat(2), fc.nat(1)).map(([a, step]) => [`m${a}`, `m${(a + 1 + step) % 3}`] as const),
  outcome: fc.constantFrom('a', 'b', 'tie'),
  weight: fc.constantFrom(1, 2),
  atMs: fc.nat(4),
});

describe('comparisons in the order of their times', () => {
  it('are rated as rows that a stable sort has ordered, with the same models', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 20 }), (given) => {
        const rows = given.map(
          ({ models: [modelA, modelB], ...rest }): Comparison => ({
            modelA,
            modelB,
            ...rest,
            source: 'people',
          }),
        );
        const columns = toColumns(rows);
        const found = orderByTime(
          columns,
          Float64Array.from(rows, ({ atMs }) => atMs!),
        );
        const told = toColumns(
          rows.toSorted((x, y) => x.atMs! - y.atMs!),
          columns.models,
        );
        for (const name of ['a', 'b', 'outcome', 'weight'] as const)
          expect([...found.columns[name]!], name).toEqual([...told[name]!]);
        const settings = { ...DEFAULT_RATING_SETTINGS, method: 'elo', interval: 'none' } as const;
        expect(fitRatings(found.columns, settings).models).toEqual(fitRatings(told, settings).models);
        expect(found.warning?.code).toBe('ordered_by_time');
      }),
    );
  });

  it('stay as they are where one has no time', () => {
    const rows: Comparison[] = ['a', 'b'].map((outcome) => ({
      modelA: 'x',
      modelB: 'y',
      outcome: outcome as 'a' | 'b',
      source: 'people',
    }));
    const columns = toColumns(rows);
    expect(orderByTime(columns, Float64Array.of(5, Number.NaN))).toEqual({ columns, warning: null });
  });
});
