import { describe, expect, it } from 'vitest';
import { checkOrigin, hostnameOf, type OriginRules } from './check-origin.ts';

const OPEN: OriginRules = { publicOrigin: null, allowedHosts: null };
const PUBLIC: OriginRules = { publicOrigin: 'https://arena.example.org', allowedHosts: null };
const LOCAL: OriginRules = { publicOrigin: null, allowedHosts: new Set(['localhost', '127.0.0.1']) };

function passes(method: string, headers: Record<string, string>, rules: OriginRules = OPEN): boolean {
  const request = new Request('http://localhost:3000/api/v1/x', {
    method,
    headers: { host: 'localhost:3000', ...headers },
  });
  try {
    checkOrigin(request, rules);
    return true;
  } catch (error) {
    expect((error as { code: string }).code).toBe('foreign_origin');
    return false;
  }
}

describe('checkOrigin', () => {
  it.each<[string, string, Record<string, string>, OriginRules, boolean]>([
    ['reading is free', 'GET', { origin: 'https://evil.example' }, OPEN, true],
    ['our own page', 'POST', { origin: 'http://localhost:3000' }, OPEN, true],
    ['our own page over https, a proxy in front', 'POST', { origin: 'https://localhost:3000' }, OPEN, true],
    ['another site', 'POST', { origin: 'https://evil.example' }, OPEN, false],
    ['another port', 'POST', { origin: 'http://localhost:4000' }, OPEN, false],
    ['a sandboxed frame', 'POST', { origin: 'null' }, OPEN, false],
    ['the public origin', 'POST', { origin: 'https://arena.example.org' }, PUBLIC, true],
    ['a public origin that is not ours', 'POST', { origin: 'https://arena.example.com' }, PUBLIC, false],
    [
      'another site with a key',
      'POST',
      { origin: 'https://evil.example', authorization: 'Bearer x' },
      OPEN,
      false,
    ],
    ['no Origin, same site fetch', 'POST', { 'sec-fetch-site': 'same-origin' }, OPEN, true],
    ['no Origin, typed by the user', 'POST', { 'sec-fetch-site': 'none' }, OPEN, true],
    ['no Origin, cross-site', 'POST', { 'sec-fetch-site': 'cross-site' }, OPEN, false],
    ['no Origin, sister site', 'POST', { 'sec-fetch-site': 'same-site' }, OPEN, false],
    [
      'cross-site with a key',
      'POST',
      { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' },
      OPEN,
      false,
    ],
    [
      'own Origin, but the browser says cross-site',
      'POST',
      { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' },
      OPEN,
      false,
    ],
    ['a script with a key', 'POST', { authorization: 'Bearer agon_x' }, OPEN, true],
    ['a script with a cookie only', 'POST', { cookie: 'agon.session_token=x' }, OPEN, false],
    ['a script with nothing', 'POST', {}, OPEN, false],
    ['PATCH is checked', 'PATCH', { origin: 'https://evil.example' }, OPEN, false],
    ['DELETE is checked', 'DELETE', { origin: 'https://evil.example' }, OPEN, false],
    ['a name rebound to this machine', 'GET', { host: 'evil.example:3000' }, LOCAL, false],
    [
      'the same, with a matching Origin',
      'POST',
      { host: 'evil.example', origin: 'http://evil.example' },
      LOCAL,
      false,
    ],
    ['a local name', 'POST', { origin: 'http://localhost:3000' }, LOCAL, true],
  ])('%s', (_, method, headers, rules, expected) => {
    expect(passes(method, headers, rules)).toBe(expected);
  });

  it.each([
    ['localhost:3000', 'localhost'],
    ['LocalHost', 'localhost'],
    ['[::1]:3000', '[::1]'],
    ['', ''],
  ])('%s names %s', (host, name) => {
    expect(hostnameOf(host)).toBe(name);
  });
});
