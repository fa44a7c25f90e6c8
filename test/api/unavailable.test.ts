import { describe, expect, it } from 'vitest';
import { openArena } from './arena-under-test.ts';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error('secret detail'), { code }));

/** Each SQLSTATE that says "not now": a port throws it, and sign-up meets it under better-auth. */
describe.each([
  ['53100', 'storage_full', '30'],
  ['58030', 'storage_full', '30'],
  ['53200', 'database_unreachable', '1'],
  ['53300', 'database_unreachable', '1'],
  ['57P01', 'database_unreachable', '1'],
  ['57P02', 'database_unreachable', '1'],
  ['57P03', 'database_unreachable', '1'],
])('SQLSTATE %s', (state, code, seconds) => {
  it('is answered as unavailable, and a disk that refuses writes is not ready', async () => {
    const arena = await openArena({
      adapt: (composed) => ({
        ...composed,
        ports: { ...composed.ports, campaigns: { ...composed.ports.campaigns, create: failing(state) } },
      }),
    });
    try {
      const ready = async () => (await arena.visitor().send('GET', '/readyz')).status;
      expect(await ready()).toBe(200);
      const response = await arena.owner().send('POST', '/api/v1/campaigns', { slug: 'full', title: 'Full' });
      expect([response.status, await response.json()]).toMatchObject([503, { code }]);
      expect(response.headers.get('retry-after')).toBe(seconds);
      expect(await ready()).toBe(code === 'storage_full' ? 503 : 200);
      expect(arena.logged).toEqual([]);
    } finally {
      await arena.close();
    }
  });

  it('is answered so by sign-up, sign-in and consent, too', async () => {
    const arena = await openArena();
    try {
      const { sql } = arena.database;
      await sql.unsafe(`
        create function refuse() returns trigger language plpgsql as $$
        begin raise exception 'secret detail' using errcode = '${state}'; end $$;
        create trigger refuse before insert on users for each row execute function refuse();`);
      const account = { name: 'Ada', email: 'ada@example.org', password: 'a long password' };
      const visitor = arena.visitor();
      const send = async (path: string, body: object) => {
        const response = await visitor.send('POST', path, body);
        const text = await response.text();
        expect(text).not.toContain('secret');
        return [response.status, response.headers.get('retry-after'), JSON.parse(text).code];
      };
      expect(await send('/api/auth/sign-up/email', account)).toEqual([503, seconds, code]);
      expect(await send('/api/auth/sign-in/anonymous', {})).toEqual([503, seconds, code]);
      await sql.unsafe('drop trigger refuse on users');
      expect((await send('/api/auth/sign-up/email', account))[0]).toBe(200);
      await sql.unsafe(
        'create trigger refuse before insert on sessions for each row execute function refuse()',
      );
      const { email, password } = account;
      expect(await send('/api/auth/sign-in/email', { email, password })).toEqual([503, seconds, code]);
      expect(await send('/api/auth/sign-in/email', { email, password: 'another password' })).toEqual([
        403,
        null,
        'not_allowed',
      ]);
      expect(arena.logged).toEqual([]);
    } finally {
      await arena.close();
    }
  });
});
