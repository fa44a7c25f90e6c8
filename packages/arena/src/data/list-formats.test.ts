import { detectFormat, readFile } from '@agon/formats';
import { describe, expect, it } from 'vitest';
import { listFormats, MAPPABLE_FIELDS } from './list-formats.ts';

/** A value that each field takes. */
const VALUES: Readonly<Record<string, string>> = {
  winner: 'tie',
  score: '0.5',
  n: '10',
  turn: '1',
  weight: '1',
};

/** A table with one row of these columns, and a column that nobody asked for. */
function tableOf(names: readonly string[]): string {
  return `${[...names, 'spare'].join(',')}\n${[...names.map((name) => VALUES[name] ?? `some ${name}`), 'x'].join(',')}`;
}

describe('fields that columns are mapped to', () => {
  it.each(Object.entries(MAPPABLE_FIELDS))('%s: the needed ones make the format', (format, fields) => {
    const names = fields.filter((each) => each.required).map((each) => each.name);
    const text = tableOf(names);
    expect(detectFormat({ name: 'mapped.csv', text })).toBe(format);
    expect(readFile({ name: 'mapped.csv', text }).refused).toEqual([]);
  });

  it.each(Object.entries(MAPPABLE_FIELDS))('%s: without a needed one no row is taken', (format, fields) => {
    for (const left of fields.filter((each) => each.required)) {
      const names = fields.filter((each) => each.required && each !== left).map((each) => each.name);
      const text = tableOf(names);
      const read = readFile({ name: 'mapped.csv', text }, { format });
      // an answer may point to a prompt that the campaign has already, so only its model and text are needed alone
      if (format === 'answers' && left.name === 'prompt') continue;
      expect(read.refused.length, left.name).toBe(1);
    }
  });

  it('lists every format', async () => {
    const { items } = await listFormats();
    expect(items.length).toBeGreaterThan(15);
    const mappable = items.filter((each) => each.fields.length > 0).map((each) => each.id);
    expect(mappable.sort()).toEqual(Object.keys(MAPPABLE_FIELDS).sort());
  });
});
