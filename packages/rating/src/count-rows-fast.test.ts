import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { type CodeColumn, type CountedRows, countPlainly, type RefusedRows } from './count-rows.ts';
import { countRowsFast } from './count-rows-fast.ts';

const MODELS = 40;
const PAIRS = (MODELS * (MODELS - 1)) / 2;
const ROWS = 70_001;

/** Mostly good codes; now and then one out of range on either side. */
function drawRows(make: (length: number) => CodeColumn, seed: string): CountedRows {
  const random = seededRandom(seed);
  const code = (limit: number): number =>
    random.next() < 0.001 ? random.below(3) - 2 + limit * random.below(2) : random.below(limit);
  const fill = (column: CodeColumn, limit: number): CodeColumn => {
    for (let row = 0; row < ROWS; row += 1) column[row] = code(limit);
    return column;
  };
  return {
    a: fill(make(ROWS), MODELS),
    b: fill(make(ROWS), MODELS),
    outcome: fill(new Int8Array(ROWS), 4),
    from: 17,
    to: ROWS,
    modelOfA: null,
    modelOfB: null,
    outcomeOf: null,
  };
}

function countBoth(rows: CountedRows) {
  const [fast, plain] = [new Uint32Array(4 * PAIRS).fill(1), new Uint32Array(4 * PAIRS).fill(1)];
  const refusedFast: RefusedRows = { outcome: 0, model: 0, same: 0 };
  const refusedPlain: RefusedRows = { outcome: 0, model: 0, same: 0 };
  const done = countRowsFast(rows, MODELS, fast, (from, to) =>
    countPlainly({ ...rows, from, to }, MODELS, null, refusedFast),
  );
  countPlainly(rows, MODELS, plain, refusedPlain);
  expect(done).toBe(true);
  expect(fast).toEqual(plain);
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

  it('through maps of codes', () => {
    const rows = drawRows((length) => new Int16Array(length), 'maps');
    const backwards = Int32Array.from({ length: MODELS }, (_, code) => MODELS - 1 - code);
    countBoth({ ...rows, modelOfA: backwards, outcomeOf: Int32Array.of(1, 0, 2, -1) });
    countBoth({ ...rows, modelOfA: backwards, modelOfB: backwards.subarray(0, 30) });
    const same = Int32Array.from({ length: MODELS + 2 }, (_, code) => (code < MODELS ? code : -1));
    countBoth({ ...rows, modelOfA: same, modelOfB: same, outcomeOf: Int32Array.of(3, -1, 0, 1) });
  });
});
