import { describe, expect, it } from 'vitest';
import { requireOwnCallbacks } from './own-callback.ts';

const RULES = { publicOrigin: 'https://arena.example.org', allowedHosts: null };

function passes(value: unknown, where: 'body' | 'query'): boolean {
  const url = new URL('http://arena.example.org/api/auth/sign-in/email');
  if (where === 'query') url.searchParams.set('callbackURL', String(value));
  const request = new Request(url, { headers: { host: 'arena.example.org' } });
  try {
    requireOwnCallbacks(request, where === 'body' ? { callbackURL: value } : null, RULES);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request', at: { column: 'callbackURL' } });
    return false;
  }
}

describe.each(['body', 'query'] as const)('where to go after signing in, in the %s', (where) => {
  it.each<[unknown, boolean]>([
    ['/workbench', true],
    ['/c/demo/vote?from=mail#top', true],
    ['workbench', true],
    ['https://arena.example.org/workbench', true],
    ['http://arena.example.org/', true],
    ['https://evil.example/', false],
    ['//evil.example/', false],
    ['/\\evil.example/', false],
    ['/\t/evil.example/', false],
    ['\\\\evil.example', false],
    ['https:evil.example', false],
    ['https://arena.example.org.evil.example/', false],
    ['https://arena.example.org@evil.example/', false],
    ['http://arena.example.org:8080/', false],
    ['javascript:alert(1)', false],
    ['data:text/html,x', false],
    ['http://[', false],
  ])('%j', (value, expected) => {
    expect(passes(value, where)).toBe(expected);
  });
});
