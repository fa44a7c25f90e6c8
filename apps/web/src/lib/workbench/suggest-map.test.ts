import { describe, expect, it } from 'vitest';
import { mapToSend, suggestFormat, suggestMap } from './suggest-map.ts';

const field = (name: string, required = true) => ({ name, required });
const COMPARISONS = [field('model_a'), field('model_b'), field('winner'), field('rater', false)];
const ANSWERS = [field('model'), field('answer'), field('prompt')];
const FORMATS = [
  { id: 'alpaca', title: '', fields: [] },
  { id: 'plain', title: '', fields: COMPARISONS },
  { id: 'answers', title: '', fields: ANSWERS },
];

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
    expect(suggestMap(columns, COMPARISONS)).toEqual(map);
  });
});

describe('suggestFormat', () => {
  it.each([
    [['left', 'right', 'said'], 'plain'],
    [['instruction', 'output', 'generator'], 'answers'],
    [['x', 'y'], null],
  ])('%j is %s', (columns, format) => {
    expect(suggestFormat(columns, FORMATS)).toBe(format);
  });
});

describe('mapToSend', () => {
  it('sends what differs, and moves an unused column of the same name aside', () => {
    expect(
      mapToSend(['model_a', 'winner', 'label', 'x'], { model_a: 'model_a', label: 'winner', winner: '' }),
    ).toEqual({ winner: 'winner (unused)', label: 'winner' });
  });
});
