import { describe, expect, it } from 'vitest';
import { mapToSend, nameInFile, suggestFormat, suggestMap, suggestModels } from './suggest-map.ts';

const field = (name: string, required = true) => ({ name, required });
const COMPARISONS = [
  field('model_a'),
  field('model_b'),
  field('winner'),
  field('preference', false),
  field('rater', false),
];
const ANSWERS = [field('model'), field('answer'), field('prompt')];
const PROMPTS = [field('prompt_id'), field('prompt')];
const SHEET = [field('prompt'), field('prompt_id', false), field('category', false)];
const FORMATS = [
  { id: 'alpaca', title: '', fields: [] },
  { id: 'plain', title: '', fields: COMPARISONS },
  { id: 'answers', title: '', fields: ANSWERS },
  { id: 'prompts', title: '', fields: PROMPTS },
  { id: 'answer-sheet', title: '', fields: SHEET },
];
const table = (columns: readonly string[], rows: (string | null)[][] = []) => ({
  columns: [...columns],
  rows,
});

describe('suggestMap', () => {
  it.each([
    [
      ['Left', 'Right', 'Preference', 'worker_id'],
      { Left: 'model_a', Right: 'model_b', Preference: 'winner', worker_id: 'rater' },
    ],
    // its own name goes before another name for it
    [['label', 'winner'], { winner: 'winner' }],
    [['colour'], {}],
  ])('%j', (columns, map) => {
    expect(suggestMap(table(columns), COMPARISONS)).toEqual(map);
  });

  it.each([
    // fractions are a scale, whole numbers are labels
    [['0.25', '1.0'], 'preference'],
    [['1', '2.0'], 'winner'],
    [['left', 'right'], 'winner'],
  ])('a preference of %j is %s', (values, meaning) => {
    const rows = values.map((value) => [value]);
    expect(suggestMap(table(['preference'], rows), COMPARISONS)).toEqual({ preference: meaning });
  });
});

describe('suggestFormat', () => {
  const text = 'Some text.';
  it.each([
    [['left', 'right', 'said'], [], 'plain'],
    [['instruction', 'output', 'generator'], [], 'answers'],
    [['x', 'y'], [], null],
    [['question', 'alpha', 'beta'], [[text, text, text]], 'answer-sheet'],
    // an id makes it a list of prompts by its names alone
    [['id', 'question', 'tokens'], [['1', text, '12']], 'prompts'],
    [['question', 'alpha', 'score'], [[text, text, '0.5']], 'prompts'],
    // an export of comparisons without a column that is certainly their outcome: neither prompts nor a sheet
    [
      ['id', 'prompt', 'text1', 'text2', 'model_a', 'model_b', 'pw', 'annotator'],
      [['0', text, text, text, 'alpha', 'beta', 'left', '4']],
      'plain',
    ],
  ])('%j is %s', (columns, rows, format) => {
    expect(suggestFormat(table(columns, rows), FORMATS)).toBe(format);
  });
});

describe('suggestModels', () => {
  it('takes columns of texts that mean nothing else', () => {
    const columns = ['question', 'alpha', 'beta-7b', 'n', 'notes', 'empty'];
    const rows = [
      ['Why?', null, 'Because.', '3', 'good one', ''],
      ['How?', '因为如此', '', '4', null, ''],
    ];
    expect(suggestModels(table(columns, rows), { question: 'prompt' })).toEqual(['alpha', 'beta-7b']);
  });
});

describe('mapToSend', () => {
  it('sends what differs, and moves unused columns with names of fields aside', () => {
    const columns = ['model_a', 'winner', 'label', 'rater', 'x'];
    const map = { model_a: 'model_a', label: 'winner', winner: '' };
    const sent = mapToSend(columns, map, COMPARISONS);
    expect(sent).toEqual({ winner: 'winner (unused)', label: 'winner', rater: 'rater (unused)' });
    expect(Object.values(sent).map(nameInFile)).toEqual(['winner', 'winner', 'rater']);
  });
});
