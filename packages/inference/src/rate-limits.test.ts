import { describe, expect, it } from 'vitest';
import { readLimits } from './rate-limits.ts';

const NOW_MS = Date.parse('2026-11-30T12:00:00Z');

describe('readLimits', () => {
  it.each([
    [
      'as OpenAI documents them',
      {
        'x-ratelimit-limit-requests': '60',
        'x-ratelimit-remaining-requests': '59',
        'x-ratelimit-reset-requests': '1s',
        'x-ratelimit-limit-tokens': '150000',
        'x-ratelimit-remaining-tokens': '149984',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      [
        { of: 'requests', allowed: 60, left: 59, resetMs: 1000 },
        { of: 'tokens', allowed: 150_000, left: 149_984, resetMs: 360_000 },
      ],
    ],
    [
      'as Anthropic does, with a date',
      {
        'anthropic-ratelimit-requests-limit': '50',
        'anthropic-ratelimit-requests-remaining': '49',
        'anthropic-ratelimit-requests-reset': '2026-11-30T12:00:02Z',
      },
      [{ of: 'requests', allowed: 50, left: 49, resetMs: 2000 }],
    ],
    [
      'without a time',
      { 'x-ratelimit-limit-tokens': '10', 'x-ratelimit-remaining-tokens': '12' },
      [{ of: 'tokens', allowed: 10, left: 10, resetMs: null }],
    ],
    ['no limit', { 'x-ratelimit-limit-requests': '0', 'x-ratelimit-remaining-requests': '0' }, []],
    ['no number', { 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-remaining-requests': '1' }, []],
    ['nothing', {}, []],
  ])('%s', (_name, headers, limits) => {
    expect(readLimits(headers, NOW_MS)).toEqual(limits);
  });
});
