import { type CallName, PATHS } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;
let askers: readonly Visitor[];

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  const voter = arena.visitor();
  await consentTo(voter, slug);
  askers = [voter, arena.owner(), await arena.person('admin')];
});
afterAll(() => arena.close());

const NAMES = [
  '%00',
  '%E0%A4%A',
  '%zz',
  "'; drop table votes; --",
  '..%2f..%2fetc%2fpasswd',
  '%F0%9F%8F%9F',
  'x'.repeat(3000),
  '00000000-0000-0000-0000-000000000000',
  '__proto__',
  '-1',
];
const BODIES: readonly string[] = [
  '',
  'null',
  '[]',
  '"text"',
  '0',
  '{"__proto__":{"role":"admin"}}',
  '{"constructor":{"prototype":{}}}',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  '{"ticket":"\\u0000","outcome":"a","idempotency_key":"\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000\\u0000"}',
  '{"ticket":"a.b","outcome":"a","idempotency_key":"12345678","shown_ms":1e400}',
  '{"slug":"x","title":"\\u0000"}',
  '{"version":1,"language":"\\u0000"}',
  '{"version":1e300,"language":"en"}',
  '{"count":5,"holding":["\\u0000","x"]}',
  '{"note":"\\ud800"}',
  '{"state":"open","settings":{"sampling_seed":1e300}}',
  '{"role":"owner"}',
  '{"name":"\\u0000","scopes":["read"]}',
  '{"query":{"anchor":"\\u0000=1"}}',
  '{"files":[{"name":"\\u0000","text":"\\u0000"}]}',
];
const QUERIES = [
  '?limit=1e99',
  '?cursor=x',
  '?cursor=%00',
  '?limit=1&limit=2',
  '?anchor=x%3D1e999',
  '?people=NaN',
  '?people=',
  '?method=elo&method=glicko2',
  '?prior=1e300',
  '?prior=5e-324',
  '?ridge=',
  '?ridge=1e300&method=contextual',
  '?anchor=mean%3D1e308',
  '?anchor=%F0%9F%8F%9F%3D1',
  '?style=length,,',
  '?turn=1e308',
  '?category=%00',
  '?__proto__=1&constructor=2',
  `?baseline=${'x'.repeat(5000)}&method=win-rate`,
];

/** Whatever is sent, the answer is a reply or a problem, and never a failure of ours. */
describe('odd input', () => {
  it.each(Object.entries(PATHS) as [CallName, string][])('%s answers it', async (_, place) => {
    const [method = 'GET', path = '/'] = place.split(' ');
    const names = path.includes('{') ? [...NAMES, slug] : [''];
    for (const asker of askers) {
      for (const name of names) {
        const url = path.replace(/\{\w+\}/g, name);
        const variants = method === 'GET' ? ['', ...(name === slug || name === '' ? QUERIES : [])] : [''];
        for (const query of variants) {
          if (path.endsWith('/events') && name === slug && query === '') continue;
          const bodies = method === 'GET' ? [undefined] : name === slug || name === '' ? BODIES : ['{}'];
          for (const body of bodies) {
            const response = await asker.send(method, `${url}${query}`, body);
            expect([method, url.slice(0, 80), query, body?.slice(0, 80), response.status]).toSatisfy(
              (seen: unknown[]) => (seen[4] as number) < 500,
            );
          }
        }
      }
    }
    expect(arena.logged).toEqual([]);
  });
});
