import { describe, expect, it } from 'vitest';
import { chance, margin, percent, rankRange, rounded } from './rating-text.ts';

describe('numbers on the board', () => {
  it.each([
    [rounded(1112.37), '1112'],
    [rounded(-3.6), '−4'],
    [rounded(-0.2), '0'],
    [rounded(null), '—'],
    [rounded(51.26, 1), '51.3'],
    [margin(1098, 1126), '± 14'],
    [margin(null, 3), ''],
    [rankRange(2, 2, 4), '2–4'],
    [rankRange(2, 2, 2), '2'],
    [rankRange(null, null, null), '—'],
    [percent(0.864), '86.4'],
    [chance(0.9999), '> 99 %'],
    [chance(0), '< 1 %'],
    [chance(0.4), '40 %'],
    [chance(null), '—'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });
});
