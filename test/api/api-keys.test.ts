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
  admin = await arena.person('admin');
});
afterAll(() => arena.close());

describe('API keys', () => {
  it('do what their scopes allow, until they are revoked', async () => {
    const { key, record } = await admin.call('createKey', { body: { name: 'ci', scopes: ['read'] } });
    expect(key).toMatch(/^agon_[\w-]{43}$/);
    expect(key.startsWith(record.prefix)).toBe(true);
    const script = arena.script(key);
    expect(await script.call('getProgress', { params: { campaign: slug } })).toBeDefined();
    await expect(
      script.call('createCampaign', { body: { slug: 'by-key', title: 'By key' } }),
    ).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(draw(script, slug)).rejects.toMatchObject({ code: 'not_allowed' });
    await expect(
      script.call('createKey', { body: { name: 'more', scopes: ['admin'] } }),
    ).rejects.toMatchObject({
      code: 'not_allowed',
    });
    const { items } = await admin.call('listKeys');
    expect(items.find((item) => item.id === record.id)?.last_used_at).not.toBeNull();
    await admin.call('deleteKey', { params: { key: record.id } });
    await expect(script.call('getProgress', { params: { campaign: slug } })).rejects.toMatchObject({
      code: 'not_signed_in',
    });
  });

  it('vote as their owner', async () => {
    const { key } = await admin.call('createKey', { body: { name: 'voting', scopes: ['vote'] } });
    const script = arena.script(key);
    await consentTo(script, slug);
    expect((await vote(script, await drawOne(script, slug), 'tie')).progress.votes).toBe(1);
  });

  it('lose rights with their owner', async () => {
    const visitor = await arena.person('fading');
    const { items } = await admin.call('listMembers');
    const user = items.find((item) => item.name === 'fading')?.id ?? '';
    await admin.call('changeMember', { params: { user }, body: { role: 'researcher' } });
    const { key } = await visitor.call('createKey', { body: { name: 'k', scopes: ['read', 'write'] } });
    await expect(visitor.call('createKey', { body: { name: 'k', scopes: ['admin'] } })).rejects.toMatchObject(
      { code: 'not_allowed' },
    );
    expect(await arena.script(key).call('getProgress', { params: { campaign: slug } })).toBeDefined();
    await admin.call('changeMember', { params: { user }, body: { role: 'voter' } });
    await expect(arena.script(key).call('getProgress', { params: { campaign: slug } })).rejects.toMatchObject(
      { code: 'not_allowed' },
    );
  });

  it('are stored as hashes only', async () => {
    const { key } = await admin.call('createKey', { body: { name: 'hashed', scopes: ['read'] } });
    const [row] = await arena.database.sql<{ all: string }[]>`
      select string_agg(row_to_json(k)::text, ' ') as all from api_keys k`;
    expect(row?.all).not.toContain(key);
    expect(row?.all).not.toContain(key.slice('agon_'.length + 6));
  });

  it('of the data folder’s owner need no account', async () => {
    const owner = arena.owner();
    expect(await owner.call('getMe')).toMatchObject({ signed_in: true, role: 'admin', user: null });
    const { key } = await owner.call('createKey', { body: { name: 'cron', scopes: ['write'] } });
    expect(
      await arena.script(key).call('createCampaign', { body: { slug: 'by-owner', title: 'By owner' } }),
    ).toMatchObject({ slug: 'by-owner' });
    await expect(owner.call('createKey', { body: { name: 'x', scopes: ['vote'] } })).rejects.toMatchObject({
      code: 'invalid_request',
    });
    for (const wrong of ['agon_owner_of-another', 'nonsense', 'agon_nonsense']) {
      await expect(arena.script(wrong).call('getMe')).rejects.toMatchObject({ code: 'not_signed_in' });
    }
  });
});
