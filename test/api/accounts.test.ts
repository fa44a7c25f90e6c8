import { offerSetup } from '@agon/arena';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo, draw, drawOne, vote } from './voter.ts';

let arena: ArenaUnderTest;
let slug: string;
let admin: Visitor;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
});
afterAll(() => arena.close());

const account = (name: string) => ({ name, email: `${name}@example.org`, password: 'a long password' });

describe('set-up', () => {
  it('makes the first admin with the token of the start, once', async () => {
    const [token, spare] = [await offerSetup(arena.ports), await offerSetup(arena.ports)];
    const visitor = arena.visitor();
    expect(await visitor.call('getMe')).toEqual({
      signed_in: false,
      anonymous: false,
      user: null,
      role: null,
      setup_open: true,
    });
    const claim = (by: Visitor, with_: string) =>
      by.call('claimSetup', { body: { token: with_, ...account('first') } });
    await expect(claim(visitor, 'not a token')).rejects.toMatchObject({ code: 'not_allowed' });
    const me = await claim(visitor, token ?? '');
    expect(me).toMatchObject({ signed_in: true, role: 'admin', setup_open: false, user: { name: 'first' } });
    expect(await visitor.call('getMe')).toEqual(me);
    for (const used of [token, spare]) {
      await expect(claim(arena.visitor(), used ?? '')).rejects.toMatchObject({ code: 'not_allowed' });
    }
    expect(await offerSetup(arena.ports)).toBeNull();
    admin = visitor;
  });

  it('gives it to one of many who claim at once', async () => {
    const other = await openArena();
    try {
      const token = (await offerSetup(other.ports)) ?? '';
      const claims = await Promise.allSettled(
        ['x', 'y', 'z'].map((name) =>
          other.visitor().call('claimSetup', { body: { token, ...account(name) } }),
        ),
      );
      expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1);
      const { items } = await other.owner().call('listMembers');
      expect(items.filter((member) => member.role === 'admin')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('can be repeated where the sign-up came through and the answer did not', async () => {
    const other = await openArena();
    try {
      const token = (await offerSetup(other.ports)) ?? '';
      await other.visitor().send('POST', '/api/auth/sign-up/email', account('early'));
      const me = await other.visitor().call('claimSetup', { body: { token, ...account('early') } });
      expect(me.role).toBe('admin');
    } finally {
      await other.close();
    }
  });
});

describe('accounts', () => {
  it('sign up as voters, whatever role they ask for', async () => {
    const visitor = arena.visitor();
    const asked = await visitor.send('POST', '/api/auth/sign-up/email', {
      ...account('mallory'),
      role: 'admin',
    });
    expect(asked.status).toBe(200);
    expect(await visitor.call('getMe')).toMatchObject({ role: 'voter' });
    await visitor.send('POST', '/api/auth/update-user', { name: 'Mallory', role: 'admin' });
    expect(await visitor.call('getMe')).toMatchObject({ role: 'voter' });
    await expect(visitor.call('listMembers')).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('speak our problems', async () => {
    const again = await arena.visitor().send('POST', '/api/auth/sign-up/email', account('first'));
    expect(again.headers.get('content-type')).toBe('application/problem+json');
    expect([again.status, await again.json()]).toMatchObject([409, { code: 'already_exists' }]);
    const wrong = await arena
      .visitor()
      .send('POST', '/api/auth/sign-in/email', { ...account('first'), password: 'another one' });
    expect([wrong.status, await wrong.json()]).toMatchObject([403, { code: 'not_allowed' }]);
    const short = await arena
      .visitor()
      .send('POST', '/api/auth/sign-up/email', { ...account('short'), password: '123' });
    expect([short.status, await short.json()]).toMatchObject([400, { code: 'invalid_request' }]);
    expect((await arena.visitor().send('POST', '/api/auth/delete-user', {})).status).toBe(404);
  });

  it('keep the votes that were cast before the sign-up', async () => {
    const visitor = arena.visitor();
    await consentTo(visitor, slug);
    const { vote: counted } = await vote(visitor, await drawOne(visitor, slug), 'a');
    const signUp = await visitor.send('POST', '/api/auth/sign-up/email', account('voted-before'));
    expect(signUp.status).toBe(200);
    expect(await visitor.call('getMe')).toMatchObject({ anonymous: false, user: { name: 'voted-before' } });
    expect((await draw(visitor, slug)).progress.votes).toBe(1);
    expect(await visitor.call('undoVote', { params: { vote: counted.id } })).toMatchObject({
      progress: { votes: 0 },
    });
    const anonymous = await arena.database.sql`
      select 1 from users where is_anonymous and id in (select user_id from raters)`;
    expect(anonymous.length).toBe(0);
  });

  it('are signed out at once', async () => {
    const visitor = await arena.person('leaver');
    const cookies = visitor.cookies;
    expect(await visitor.call('getMe')).toMatchObject({ signed_in: true });
    expect((await visitor.send('POST', '/api/auth/sign-out', {})).status).toBe(200);
    const stolen = await arena.visitor().send('GET', '/api/v1/me', undefined, { cookie: cookies });
    expect(await stolen.json()).toMatchObject({ signed_in: false });
  });

  it('are not believed without our signature', async () => {
    const visitor = await arena.person('signed');
    const [name, value = ''] = visitor.cookies.split('=');
    const changed = `${name}=${value.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))}`;
    const reply = await arena.visitor().send('GET', '/api/v1/me', undefined, { cookie: changed });
    expect(await reply.json()).toMatchObject({ signed_in: false });
  });

  it('stay signed in while they come back, and not for ever', async () => {
    const visitor = await arena.person('faithful');
    const day = 24 * 60 * 60 * 1000;
    const expires = async () => {
      const [row] = await arena.database.sql<{ at: Date }[]>`
        select s.expires_at as at from sessions s join users u on u.id = s.user_id where u.name = 'faithful'`;
      return row?.at.getTime() ?? 0;
    };
    await visitor.call('getMe');
    const first = await expires();
    await arena.database.sql`update sessions set expires_at = expires_at - interval '10 days'`;
    arena.clock.passedMs = 60_000;
    try {
      await visitor.call('getMe');
      expect(await expires()).toBeGreaterThan(first - day);
      expect(await visitor.call('getMe')).toMatchObject({ signed_in: true });
      arena.clock.aheadMs = 31 * day;
      expect(await visitor.call('getMe')).toMatchObject({ signed_in: false });
    } finally {
      arena.clock.passedMs = 0;
      arena.clock.aheadMs = 0;
    }
  });

  it('store no address', async () => {
    const rows = await arena.database.sql`select 1 from sessions where coalesce(ip_address, '') <> ''`;
    expect(rows.length).toBe(0);
  });
});

describe('members', () => {
  it('are given roles by an admin, with effect at once', async () => {
    const visitor = await arena.person('rising');
    await expect(
      visitor.call('createCampaign', { body: { slug: 'mine', title: 'Mine' } }),
    ).rejects.toMatchObject({ code: 'not_allowed' });
    const { items } = await admin.call('listMembers');
    const member = items.find((item) => item.name === 'rising');
    const changed = await admin.call('changeMember', {
      params: { user: member?.id ?? '' },
      body: { role: 'researcher' },
    });
    expect(changed.role).toBe('researcher');
    expect(await visitor.call('createCampaign', { body: { slug: 'mine', title: 'Mine' } })).toMatchObject({
      slug: 'mine',
      state: 'draft',
    });
    await admin.call('changeMember', { params: { user: member?.id ?? '' }, body: { role: 'voter' } });
    await expect(
      visitor.call('createCampaign', { body: { slug: 'mine2', title: 'Mine' } }),
    ).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it('always include an admin', async () => {
    const { items } = await admin.call('listMembers');
    const me = items.find((item) => item.role === 'admin');
    await expect(
      admin.call('changeMember', { params: { user: me?.id ?? '' }, body: { role: 'voter' } }),
    ).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(
      admin.call('changeMember', { params: { user: 'nobody' }, body: { role: 'voter' } }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are listed page by page, without anonymous voters', async () => {
    const names: string[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await admin.call('listMembers', {
        query: { limit: 2, ...(cursor === undefined ? {} : { cursor }) },
      });
      names.push(...page.items.map((item) => item.name));
      if (page.next_cursor === null) break;
      cursor = page.next_cursor;
    }
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('rising');
    expect(names).not.toContain('Anonymous voter');
    expect(names).toHaveLength((await admin.call('listMembers')).items.length);
  });
});
