import { detectFormat, FORMATS, readFile } from '@agon/formats';
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

/** Columns that a sheet has beside those that mean something: its models. */
const SHEET = 'answer-sheet';
const MODELS = ['gpt-4', 'claude-2'];

/** A table with one row of these columns, and a column that nobody asked for. */
function tableOf(names: readonly string[], spare: readonly string[] = ['spare']): string {
  const values = [...names.map((name) => VALUES[name] ?? `some ${name}`), ...spare.map(() => 'some text')];
  return `${[...names, ...spare].join(',')}\n${values.join(',')}`;
}

const spareOf = (format: string) => (format === SHEET ? MODELS : ['spare']);
const neededOf = (fields: (typeof MAPPABLE_FIELDS)[string]) =>
  fields.filter((each) => each.required).map((each) => each.name);

describe('fields that columns are mapped to', () => {
  it.each(Object.entries(MAPPABLE_FIELDS))('%s: the needed ones make the format', (format, fields) => {
    const text = tableOf(neededOf(fields), spareOf(format));
    expect(detectFormat({ name: 'mapped.csv', text })).toBe(format);
    expect(readFile({ name: 'mapped.csv', text }).refused).toEqual([]);
  });

  it.each(Object.entries(MAPPABLE_FIELDS))('%s: without a needed one no row is taken', (format, fields) => {
    for (const left of neededOf(fields)) {
      const text = tableOf(
        neededOf(fields).filter((name) => name !== left),
        spareOf(format),
      );
      const read = () => readFile({ name: 'mapped.csv', text }, { format });
      // an answer may point to a prompt that the campaign has already, so only its model and text are needed alone
      if (format === 'answers' && left === 'prompt') continue;
      if (format === SHEET) expect(read, left).toThrowError(/no column of prompts/);
      else expect(read().refused.length, left).toBe(1);
    }
  });

  it.each(Object.entries(MAPPABLE_FIELDS))('%s: its reader knows every field', (format, fields) => {
    const known = FORMATS.find(({ id }) => id === format)?.columns;
    // which column of a sheet is its prompt is found in each file
    const own = fields.filter(({ name }) => !(format === SHEET && name === 'prompt'));
    expect(own.filter(({ name }) => !known?.has(name))).toEqual([]);
  });

  it.each([
    ['one column an outcome', ['winner_model_a', 'winner_model_b'], '0,1', 'b'],
    ['one of them a tie', ['winner_model_a', 'winner_model_b', 'winner_tie'], '0,0,1', 'tie'],
    [
      'all of them',
      ['winner_model_a', 'winner_model_b', 'winner_tie', 'winner_both_bad'],
      '0,0,0,1',
      'both_bad',
    ],
    ['a preference', ['preference'], '1', 'a'],
    ['a share', ['share_a'], '0.9', 'a'],
  ])('an outcome may be %s', (_, columns, values, outcome) => {
    const text = `model_a,model_b,${columns.join(',')}\nalpha,beta,${values}`;
    const options = { format: 'plain', preference: { low: 1, high: 2 } };
    const read = readFile({ name: 'mapped.csv', text }, options);
    expect(read.refused).toEqual([]);
    expect(read.comparisons.map((comparison) => comparison.outcome)).toEqual([outcome]);
  });

  it('lists every format', async () => {
    const { items } = await listFormats();
    expect(items.length).toBeGreaterThan(15);
    const mappable = items.filter((each) => each.fields.length > 0).map((each) => each.id);
    expect(mappable.sort()).toEqual(Object.keys(MAPPABLE_FIELDS).sort());
  });
});
