import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { countReference } from '../pairs/count-rows.ts';
import type { CodeColumn, CountedRows, RefusedRows } from '../pairs/counted-rows.ts';
import { countRowsFast } from './count-rows-fast.ts';

const MODELS = 40;
const ROWS = 70_001;

/**
 * Mostly good codes; now and then one out of range on either side, or a model that meets itself: rarely enough that most
 * stretches of the kernel are without, often enough that many are not.
 */
function drawRows(make: (length: number) => CodeColumn, seed: string, models = MODELS): CountedRows {
  const random = seededRandom(seed);
  const [a, b, outcome] = [make(ROWS), make(ROWS), new Int8Array(ROWS)];
  const odd = (limit: number): number => random.below(3) - 2 + limit * random.below(2);
  const isOdd = (): boolean => random.next() < 0.001;
  for (let row = 0; row < ROWS; row += 1) {
    const first = random.below(models);
    a[row] = isOdd() ? odd(models) : first;
    b[row] = isOdd() ? odd(models) : (first + Number(!isOdd()) * (1 + random.below(models - 1))) % models;
    outcome[row] = isOdd() ? odd(4) : random.below(4);
  }
  return { a, b, outcome, from: 17, to: ROWS, modelOfA: null, modelOfB: null, outcomeOf: null };
}

function countBoth(rows: CountedRows, models = MODELS) {
  const places = 2 * models * (models - 1);
  const [fast, plain] = [new Uint32Array(places).fill(1), new Uint32Array(places).fill(1)];
  const refusedFast: RefusedRows = { outcome: 0, model: 0, same: 0 };
  const refusedPlain: RefusedRows = { outcome: 0, model: 0, same: 0 };
  const done = countRowsFast(rows, models, fast, (from, to) =>
    countReference({ ...rows, from, to }, models, null, refusedFast),
  );
  countReference(rows, models, plain, refusedPlain);
  expect(done).toBe(true);
  expect(fast.findIndex((count, place) => count !== plain[place])).toBe(-1);
  expect(refusedFast).toEqual(refusedPlain);
  expect(refusedPlain.model).toBeGreaterThan(0);
}

describe('the counting kernel agrees with the plain code', () => {
  it.each([
    ['8 bits', (length: number) => new Int8Array(length)],
    ['16 bits, signed', (length: number) => new Int16Array(length)],
    ['16 bits', (length: number) => new Uint16Array(length)],
    ['32 bits, signed', (length: number) => new Int32Array(length)],
    ['32 bits', (length: number) => new Uint32Array(length)],
  ])('for codes of %s', (_name, make) => {
    countBoth(drawRows(make, 'codes'));
  });

  it('for the most models whose pairs have a place each', () => {
    countBoth(
      drawRows((length) => new Uint16Array(length), 'most', 2048),
      2048,
    );
  });

  it('through maps of codes', () => {
    const rows = drawRows((length) => new Int16Array(length), 'maps');
    const backwards = Int32Array.from({ length: MODELS }, (_, code) => MODELS - 1 - code);
    countBoth({ ...rows, modelOfA: backwards, outcomeOf: Int32Array.of(1, 0, 2, -1) });
    countBoth({ ...rows, modelOfA: backwards, modelOfB: backwards.subarray(0, 30) });
    const same = Int32Array.from({ length: MODELS + 2 }, (_, code) => (code < MODELS ? code : -1));
    countBoth({ ...rows, modelOfA: same, modelOfB: same, outcomeOf: Int32Array.of(3, -1, 0, 1) });
  });
});
