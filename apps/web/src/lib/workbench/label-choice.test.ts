import { describe, expect, it } from 'vitest';
import { chooseLabel, spellLabel, strengthOf, unknownLabels } from './label-choice.ts';

describe('strengthOf', () => {
  it.each([
    [3, 3],
    [0.5, 0.5],
    // a weight that is not above 0 would say nothing
    [0, 1],
    [-2, 1],
    [Number.NaN, 1],
    [1 / 3, 0.33],
    [1e-9, 0.01],
    [1e9, 1000],
  ])('%d is sent as %d', (typed, sent) => {
    expect(strengthOf(typed)).toBe(sent);
    // the spelling of the API has no exponents
    expect(spellLabel({ means: 'a', strength: sent })).toMatch(/^a(?:\*\d+(?:\.\d+)?)?$/);
  });
});

describe('labels', () => {
  const seen = [
    { value: 'A', count: 5, means: 'a' },
    { value: '-1', count: 3, means: null },
    { value: 'toString', count: 1, means: null },
  ];

  it('are asked for where neither the format nor a choice knows them', () => {
    const own = chooseLabel({}, '-1', { means: 'skip', strength: 1 });
    expect(unknownLabels(seen, {}).map(({ value }) => value)).toEqual(['-1', 'toString']);
    expect(unknownLabels(seen, own).map(({ value }) => value)).toEqual(['toString']);
  });

  it('a choice is taken back', () => {
    const own = chooseLabel({}, 'A', { means: 'b', strength: 2 });
    expect(chooseLabel(own, 'A', null)).toEqual({});
  });
});
