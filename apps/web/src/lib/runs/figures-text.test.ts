import { describe, expect, it } from 'vitest';
import { agoText, costText, durationText, latencyText, rateText, roughDurationText } from './figures-text.ts';

describe('agoText', () => {
  const NOW_MS = Date.parse('2026-11-30T12:00:00Z');
  it.each([
    ['2026-11-30T12:00:04Z', 'now'],
    ['2026-11-30T11:59:20Z', '40 sec. ago'],
    ['2026-11-30T11:49:01Z', '10 min. ago'],
    ['2026-11-30T09:00:00Z', '3 hr. ago'],
    ['2026-11-29T11:00:00Z', 'yesterday'],
  ])('%s: %s', (iso, text) => {
    expect(agoText(iso, NOW_MS)).toBe(text);
  });
});

describe('figures of runs', () => {
  it.each([
    [0.21, '0.2 sec'],
    [68, '68 sec'],
    [401, '6 min 41 sec'],
    [600, '10 min'],
    [7500, '2 hr 5 min'],
    // rounded before it is split: not 1 hr 60 min
    [7199.6, '2 hr'],
  ])('%s s: %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it.each([
    [15, '15 sec'],
    [582, '10 min'],
    [7500, '2 hr 5 min'],
  ])('about %s s: %s', (seconds, text) => {
    expect(roughDurationText(seconds)).toBe(text);
  });

  it.each([
    [0, '$0.00'],
    [0.00123, '$0.0012'],
    [0.05, '$0.05'],
    [7.345, '$7.35'],
    [1234.5, '$1,234.50'],
  ])('%s USD: %s', (usd, text) => {
    expect(costText(usd)).toBe(text);
  });

  it('says no more digits than a speed or a latency has', () => {
    expect([33.4, 7.92, 0.044].map(rateText)).toEqual(['33', '7.9', '0.04']);
    expect([23.4, 1712].map(latencyText)).toEqual(['23 ms', '1.7 sec']);
  });
});
