import { describe, expect, it } from 'vitest';
import { plotScale } from './plot-scale.ts';
import { margin, percent, rankRange, whole } from './rating-text.ts';

describe('numbers on the board', () => {
  it.each([
    [whole(1112.37), '1112'],
    [whole(-3.6), '−4'],
    [whole(null), '—'],
    [margin(1098, 1126), '± 14'],
    [margin(null, 3), ''],
    [rankRange(2, 2, 4), '2–4'],
    [rankRange(2, 2, 2), '2'],
    [rankRange(null, null, null), '—'],
    [percent(0.864), '86.4'],
  ])('%s', (shown, expected) => {
    expect(shown).toBe(expected);
  });

  it('puts every value inside the plot', () => {
    const { x, ticks } = plotScale([745, 1317, null], 400);
    expect(x(745)).toBeGreaterThanOrEqual(0);
    expect(x(1317)).toBeLessThanOrEqual(400);
    expect(ticks.length).toBeGreaterThan(2);
    expect(plotScale([], 400).ticks.length).toBeGreaterThan(1);
  });
});
