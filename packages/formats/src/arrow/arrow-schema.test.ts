import { MAX_NESTED } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { readFields } from './arrow-schema.ts';
import { FlatTable } from './flat-table.ts';

const OFFSETS = 16;
const CHILDREN = 5;

/** Fields within each other, each `times` in the one around it: a few bytes a level, whatever they stand for. */
function fieldsWithin(levels: number, times: number): FlatTable {
  const size = 8 + 4 + 4 * times;
  const view = new DataView(new ArrayBuffer(OFFSETS + size * levels));
  view.setUint16(0, OFFSETS, true);
  view.setUint16(2, 8, true);
  view.setUint16(4 + 2 * CHILDREN, 4, true);
  for (let level = 0; level < levels; level += 1) {
    const at = OFFSETS + size * level;
    view.setInt32(at, at, true);
    view.setUint32(at + 4, 4, true);
    const isLast = level === levels - 1;
    view.setUint32(at + 8, isLast ? 0 : times, true);
    for (let i = 0; i < times; i += 1) view.setUint32(at + 12 + 4 * i, size - 12 - 4 * i, true);
  }
  return new FlatTable(view, OFFSETS);
}

describe('readFields', () => {
  it('reads fields as deep as may be', () => {
    let [field] = readFields([fieldsWithin(MAX_NESTED, 1)], 1000);
    let depth = 0;
    for (; field !== undefined; field = field.children[0]) depth += 1;
    expect(depth).toBe(MAX_NESTED);
  });

  it.each([MAX_NESTED + 1, 100_000])('refuses %i levels', (levels) => {
    expect(() => readFields([fieldsWithin(levels, 1)], 1_000_000)).toThrow('nested more than 64 deep');
  });

  it('refuses a few bytes that stand for 2^60 fields', () => {
    const root = fieldsWithin(60, 2);
    expect(() => readFields([root], root.size / 8)).toThrow('more fields than');
  });
});
