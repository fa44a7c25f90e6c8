import type { FileInspection, FormatJson } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import {
  choiceOf,
  endsOf,
  type FileChoice,
  meanings,
  missingIn,
  optionsOf,
  readAs,
  withFound,
  withMap,
  withModel,
} from './file-choice.ts';

const needed = (name: string) => ({ name, required: true });
const field = (name: string) => ({ name, required: false });
const PLAIN = [
  needed('model_a'),
  needed('model_b'),
  needed('winner'),
  field('winner_model_a'),
  field('winner_model_b'),
  field('preference'),
  field('rater'),
];
const SHEET = [needed('prompt'), field('prompt_id'), field('category')];
const ANSWERS = [needed('model'), needed('answer'), needed('prompt'), field('prompt_id')];
const FORMATS: readonly FormatJson[] = [
  { id: 'plain', title: '', fields: PLAIN },
  { id: 'answers', title: '', fields: ANSWERS },
  { id: 'answer-sheet', title: '', fields: SHEET },
];
const fieldsOf = ({ readAs: id, format }: FileChoice) =>
  FORMATS.find((each) => each.id === (id || format))?.fields ?? [];
const missing = (choice: FileChoice) => missingIn(choice, fieldsOf(choice));
const sent = (choice: FileChoice) => optionsOf(choice, fieldsOf(choice));

const found = (more: Partial<FileInspection>): FileInspection => ({
  format: null,
  columns: [],
  rows: [],
  unused: [],
  models: [],
  labels: [],
  ...more,
});
const comparisons = (columns: string[], more: Partial<FileInspection> = {}) =>
  choiceOf(found({ format: 'plain', columns, ...more }), FORMATS);
const votes = comparisons(['model_a', 'model_b', 'winner'], {
  labels: [
    { value: '1', count: 7, means: null },
    { value: 'tie', count: 2, means: 'tie' },
  ],
});
const sheet = choiceOf(
  found({ columns: ['Nr', 'question', 'alpha', 'beta'], rows: [['1', 'Why?', 'So it is.', 'Because.']] }),
  FORMATS,
);

describe('a file that was recognised', () => {
  it('is sent as it is', () => {
    expect(missing(votes)).toEqual([]);
    expect(sent(votes)).toEqual({});
    expect(meanings(votes, PLAIN)).toEqual({ model_a: 'model_a', model_b: 'model_b', winner: 'winner' });
  });

  it('is sent with its own labels, strengths among them', () => {
    const means = {
      '1': { means: 'a', strength: 3 },
      '-1': { means: 'skip', strength: 3 },
      t: { means: 'tie', strength: 1 },
      w: { means: 'b', strength: 0.5 },
    } as const;
    expect(sent({ ...votes, means })).toEqual({
      labels: { '1': 'a*3', '-1': 'skip', t: 'tie', w: 'b*0.5' },
    });
  });

  it('that is a sheet is sent with the columns that are its models', () => {
    const known = choiceOf(
      found({ format: 'answer-sheet', columns: ['prompt', 'x', 'y', 'z'], models: ['x', 'y'] }),
      FORMATS,
    );
    expect(known.models).toEqual(['x', 'y']);
    expect(sent(known)).toEqual({ models: ['x', 'y'] });
  });
});

describe('columns that are mapped', () => {
  const odd = choiceOf(found({ columns: ['links', 'rechts', 'urteil'] }), FORMATS);
  const mapped = (map: Record<string, string>): FileChoice => ({
    ...odd,
    readAs: 'plain',
    ...withMap(odd, map, PLAIN),
  });
  const models = { links: 'model_a', rechts: 'model_b' };

  it.each([
    ['nothing is known', odd, ['format']],
    ['no table at all', choiceOf(found({}), FORMATS), []],
    ['no outcome', mapped(models), ['winner']],
    ['a column an outcome', mapped({ ...models, urteil: 'winner_model_a' }), []],
    ['a scale without ends', mapped({ ...models, urteil: 'preference' }), ['ends']],
    ['a scale with ends', { ...mapped({ ...models, urteil: 'preference' }), ends: { a: '0', b: '1' } }, []],
    [
      'a prompt that the campaign has',
      { ...odd, readAs: 'answers', map: { links: 'model', rechts: 'answer', urteil: 'prompt_id' } },
      [],
    ],
  ] as const)('%s', (_, choice, fields) => {
    expect(missing(choice)).toEqual(fields);
  });

  it('a scale is sent from the end of slot a to that of slot b', () => {
    const choice = { ...mapped({ ...models, urteil: 'preference' }), ends: { a: '2', b: '-1.5' } };
    expect(sent(choice)).toEqual({
      format: 'plain',
      map: { links: 'model_a', rechts: 'model_b', urteil: 'preference' },
      preference: [2, -1.5],
    });
    expect(endsOf({ ends: { a: '1', b: '1.0' } })).toBeNull();
    expect(endsOf({ ends: { a: '', b: '1' } })).toBeNull();
  });

  it('ends of a scale are not sent once its column means something else', () => {
    const choice = { ...mapped({ ...models, urteil: 'winner' }), ends: { a: '0', b: '1' } };
    expect(sent(choice)).not.toHaveProperty('preference');
  });

  it('labels go with the column that they stand in', () => {
    const said = { ...votes, means: { '1': { means: 'a', strength: 1 } } } as const;
    const same = withMap(
      said,
      { model_a: 'model_a', model_b: 'model_b', winner: 'winner', x: 'rater' },
      PLAIN,
    );
    expect({ ...said, ...same }).toMatchObject({ labels: votes.labels, means: said.means });
    const other = withMap(said, { model_a: 'model_a', model_b: 'model_b', x: 'winner' }, PLAIN);
    expect({ ...said, ...other }).toMatchObject({ labels: [], means: {} });
  });
});

describe('a sheet', () => {
  it('is guessed with its prompt and its models', () => {
    expect(sheet).toMatchObject({ readAs: 'answer-sheet', map: { question: 'prompt' } });
    expect(sheet.models).toEqual(['alpha', 'beta']);
    expect(sent(sheet)).toEqual({
      format: 'answer-sheet',
      map: { question: 'prompt' },
      models: ['alpha', 'beta'],
    });
  });

  it('a column is a model or means something else', () => {
    const taken = { ...sheet, ...withModel(sheet, 'question', true) };
    expect(taken).toMatchObject({ map: {}, models: ['question', 'alpha', 'beta'] });
    expect(missing(taken)).toEqual(['prompt']);
    const back = { ...taken, ...withMap(taken, { alpha: 'prompt', Nr: 'prompt_id' }, SHEET) };
    expect(back.models).toEqual(['question', 'beta']);
    expect(missing(back)).toEqual([]);
  });

  it('without models is not ready', () => {
    expect(missing({ ...sheet, models: [] })).toEqual(['models']);
  });

  it('an id is no prompt', () => {
    expect(missing({ ...sheet, map: { Nr: 'prompt_id' } })).toEqual(['prompt']);
  });

  it('read as something else has no models', () => {
    const other = { ...sheet, ...readAs(sheet, 'answers', FORMATS) };
    expect(other.models).toEqual([]);
    expect(sent(other)).not.toHaveProperty('models');
  });
});

describe('what a check finds out', () => {
  it('takes the place of what the head of the file said, choices stay', () => {
    const labels = [{ value: '1', count: 900, means: 'a' }];
    const said = { ...votes, means: { '1': { means: 'a', strength: 2 } } } as const;
    const checked = withFound({ unused: ['x', 'winner (unused)'], labels, models: [] }, said);
    expect(checked).toMatchObject({ labels, unused: ['x', 'winner'], means: said.means });
  });
});
