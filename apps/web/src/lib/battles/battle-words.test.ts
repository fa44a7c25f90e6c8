import { describe, expect, it } from 'vitest';
import { letterOf, tagOf, verdictText, votesText } from './battle-words.ts';

const verdict = (
  ab: string | null,
  ba: string | null,
  agreement: string | null,
  other: string | null = null,
) => ({ ab, ba, other, agreement }) as Parameters<typeof tagOf>[0];

describe('what a row says of a battle', () => {
  it.each([
    [verdict('a', 'a', 'agrees'), 'a', 'agrees', 'good'],
    [verdict('a', 'a', 'disagrees'), 'b', 'people say B', 'warn'],
    [verdict('a', 'a', 'disagrees'), 'both_bad', 'people say tie', 'warn'],
    [verdict('a', 'b', 'changed_by_order'), 'b', 'changed by order', 'warn'],
    [verdict('cut_off', 'a', 'unscored'), 'a', 'unscored: cut off', 'bad'],
    [verdict('cut_off', 'two_labels', 'unscored'), null, 'unscored: cut off, two labels', 'bad'],
    // the same reason twice is one reason
    [verdict('cut_off', 'cut_off', 'unscored'), null, 'unscored: cut off', 'bad'],
    [verdict('a', 'a', 'people_split'), 'split', 'people split', 'plain'],
  ] as const)('%j beside %s: %s', (said, people, text, tone) => {
    expect(tagOf(said, people)).toEqual({ text, tone });
  });

  it('has no tag where nobody has voted', () => {
    expect(tagOf(verdict('a', 'a', null), null)).toBeNull();
  });

  it('counts votes in words', () => {
    expect(votesText({ a: 3, b: 1, tie: 0, both_bad: 0 })).toBe('A 3, B 1');
    expect(votesText({ a: 0, b: 0, tie: 2, both_bad: 1 }, 1)).toBe('tie 2, both bad 1, 1 left out');
    expect(votesText({ a: 0, b: 0, tie: 0, both_bad: 0 })).toBe('no votes');
  });

  it('says both orders at once where they agree', () => {
    expect(verdictText(verdict('a', 'a', null))).toBe('A in both orders');
    expect(verdictText(verdict('a', 'b', null))).toBe('A, then B');
    expect(verdictText(verdict(null, null, null, 'tie'))).toBe('tie');
    expect(letterOf('cut_off')).toBe('–');
    expect(letterOf(null)).toBe('');
  });
});
