import type { ReplyLimit } from '@agon/arena';
import { type Headers, numberOf, readDuration } from './retry-after.ts';

/** How a server names each limit: OpenAI and those who speak as it does, then Anthropic. */
const NAMES = {
  requests: [
    (part: string) => `x-ratelimit-${part}-requests`,
    (part: string) => `anthropic-ratelimit-requests-${part}`,
  ],
  tokens: [
    (part: string) => `x-ratelimit-${part}-tokens`,
    (part: string) => `anthropic-ratelimit-tokens-${part}`,
  ],
} as const;

/** @returns limits that the headers of a reply tell; empty where they tell none */
export function readLimits(headers: Headers, nowMs: number): readonly ReplyLimit[] {
  return (['requests', 'tokens'] as const).flatMap((of) => {
    for (const name of NAMES[of]) {
      const allowed = numberOf(headers[name('limit')]);
      const left = numberOf(headers[name('remaining')]);
      // some say 0 of 0, or -1, where there is no limit
      if (allowed === null || left === null || allowed <= 0) continue;
      const resetMs = readReset(headers[name('reset')], nowMs);
      return [{ of, allowed, left: Math.min(left, allowed), resetMs }];
    }
    return [];
  });
}

function readReset(value: string | string[] | undefined, nowMs: number): number | null {
  const atMs = typeof value === 'string' && value.includes('T') ? Date.parse(value) : Number.NaN;
  const resetMs = Number.isNaN(atMs) ? readDuration(value, nowMs) : atMs - nowMs;
  return resetMs === null ? null : Math.max(0, Math.round(resetMs));
}
