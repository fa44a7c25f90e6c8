import { resealKeys } from '@agon/arena';
import { createKeyVault } from '@agon/inference/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENCRYPTION_KEY } from './arena-under-test.ts';
import { type ArenaWithRoles, openArenaWithRoles } from './arena-with-roles.ts';

let arena: ArenaWithRoles['arena'];
let slug: ArenaWithRoles['slug'];
let owner: ArenaWithRoles['owner'];
let admin: ArenaWithRoles['admin'];
let researcher: ArenaWithRoles['researcher'];
let addProvider: ArenaWithRoles['addProvider'];
let auditOf: ArenaWithRoles['auditOf'];

beforeAll(async () => {
  ({ arena, slug, owner, admin, researcher, addProvider, auditOf } = await openArenaWithRoles());
});
afterAll(() => arena.close());

const KEY = 'sk-a-key-of-a-test-0123456789wxyz';
const at = (provider: string) => ({ params: { provider } });
const FORBIDDEN = { code: 'provider_forbidden' };
const INVALID = { code: 'invalid_request' };

describe('keys of providers', () => {
  it('may not be secrets of the arena, whoever asks', async () => {
    const { name } = await addProvider(admin);
    for (const by of [owner, admin]) {
      for (const api_key_env of ['AGON_OWNER_KEY', 'AGON_SECRET', 'AGON_DATABASE_URL', 'DATABASE_URL']) {
        await expect(addProvider(by, { api_key_env }), api_key_env).rejects.toMatchObject(FORBIDDEN);
        await expect(
          by.call('changeProvider', { ...at(name), body: { api_key_env } }),
          api_key_env,
        ).rejects.toMatchObject(FORBIDDEN);
        await expect(
          by.call('startAnswerRun', {
            params: { campaign: slug },
            body: { model: 'm', base_url: 'https://thief.example/v1', api_key_env },
          }),
          api_key_env,
        ).rejects.toMatchObject(FORBIDDEN);
      }
    }
    const taken = await arena.database.sql`select 1 from providers where key_env like '%AGON%'
      or key_env = 'DATABASE_URL' or base_url like '%thief%'`;
    expect(taken).toHaveLength(0);
  });

  it('are in variables that the machine releases, for all but its owner', async () => {
    await expect(addProvider(admin, { api_key_env: 'BACKUP_PASSWORD' })).rejects.toMatchObject(FORBIDDEN);
    expect(await addProvider(admin, { api_key_env: 'LAB_KEY' })).toMatchObject({
      key: 'env',
      key_env: 'LAB_KEY',
    });
    const { name } = await addProvider(owner, { api_key_env: 'MY_OWN_KEY' });
    // the owner's word for one address is none for another
    await expect(
      admin.call('changeProvider', { ...at(name), body: { base_url: 'https://thief.example/v1' } }),
    ).rejects.toMatchObject(FORBIDDEN);
    expect(await researcher.call('getProvider', at(name))).toMatchObject({ key_env: 'MY_OWN_KEY' });
    expect(
      await admin.call('changeProvider', {
        ...at(name),
        body: { base_url: 'https://b.example/v1', api_key_env: null },
      }),
    ).toMatchObject({ base_url: 'https://b.example/v1', key: 'none' });
  });

  it('do not go to another address than they were entered for', async () => {
    const { name } = await addProvider(admin, { api_key: KEY });
    const change = (body: object) => admin.call('changeProvider', { ...at(name), body });
    expect(await change({ limits: { timeout_seconds: 9 } })).toMatchObject({
      key: 'set',
      limits: { concurrency: null, timeout_seconds: 9 },
    });
    expect(await change({ base_url: 'https://elsewhere.example/v1' })).toMatchObject({
      key: 'none',
      key_end: null,
    });
    const other = 'sk-another-key-0123456789abcd';
    expect(await change({ base_url: 'https://third.example/v1', api_key: other })).toMatchObject({
      key: 'set',
      key_end: 'abcd',
    });
    const stored = (await arena.ports.providers.named(name))!;
    const vault = createKeyVault(ENCRYPTION_KEY);
    expect(vault.open(stored.sealedKey!, `${stored.id} https://third.example/v1`)).toBe(other);
    expect(() => vault.open(stored.sealedKey!, `${stored.id} https://elsewhere.example/v1`)).toThrow();
  });

  it('take the place of one another, and go where they are taken away', async () => {
    const { name } = await addProvider(admin, { api_key: KEY });
    const change = (body: object) => admin.call('changeProvider', { ...at(name), body });
    expect(await change({ api_key_env: 'LAB_KEY' })).toMatchObject({
      key: 'env',
      key_env: 'LAB_KEY',
      key_end: null,
    });
    expect(await change({ api_key: KEY })).toMatchObject({ key: 'set', key_env: null, key_end: 'wxyz' });
    expect(await change({ api_key: null })).toMatchObject({ key: 'none', key_end: null });
    const both = { api_key: KEY, api_key_env: 'LAB_KEY' };
    await expect(change(both)).rejects.toMatchObject({ ...INVALID, at: { column: 'api_key' } });
    await expect(addProvider(admin, both)).rejects.toMatchObject(INVALID);
    expect((await auditOf(name)).map(({ details }) => details)).toEqual([
      expect.objectContaining({ key: 'set' }),
      { provider: name, keyEnv: 'LAB_KEY', key: 'none' },
      { provider: name, keyEnv: null, key: 'set' },
      { provider: name, key: 'none' },
    ]);
  });

  it('show their end only where they are long, and are refused where no header could carry them', async () => {
    expect(await addProvider(admin, { api_key: 'short-11-ch' })).toMatchObject({ key: 'set', key_end: null });
    expect(await addProvider(admin, { api_key: 'exactly-12ch' })).toMatchObject({ key_end: '12ch' });
    for (const api_key of ['two words', 'line\r\nx-evil: 1', 'schlüssel', '   ']) {
      const error = await addProvider(admin, { api_key }).catch((reason: Error) => reason);
      expect(error).toMatchObject({ ...INVALID, at: { column: 'api_key' } });
      if (api_key.trim() !== '') expect(JSON.stringify(error)).not.toContain(api_key);
    }
  });

  it('are in no reply, no log, no row', async () => {
    const secret = 'sk-never-to-be-seen-again-0123456789';
    const { name } = await addProvider(admin, { api_key: secret });
    await admin.call('changeProvider', { ...at(name), body: { api_key: `${secret}-2` } });
    await admin.send('POST', '/api/v1/providers', { name, base_url: 'https://x.example', api_key: secret });
    await admin.send('POST', '/api/v1/providers', { name: 'a b', base_url: 1, api_key: secret });
    await admin.send('POST', '/api/v1/providers', { name: 'z', api_key: secret, api_key_env: 'LAB_KEY' });
    await admin.call('removeProvider', at(name));
    const seen = [admin, owner, researcher].flatMap(({ received }) => received).join('\n');
    expect(seen).toContain(name);
    for (const key of [secret, KEY]) expect(seen).not.toContain(key);
    expect(seen).not.toMatch(/"v1\.[\w-]{8}\./);
    const [rows] = await arena.database.sql<{ text: string }[]>`
      select (select coalesce(string_agg(p::text, ' '), '') from providers p)
        || (select coalesce(string_agg(l::text, ' '), '') from audit_log l) as text`;
    for (const key of [secret, KEY]) expect(rows?.text).not.toContain(key);
    expect(JSON.stringify(arena.logged)).not.toContain(secret);
  });

  it('are sealed anew by a new secret, and told apart where none opens them', async () => {
    const rotated = await addProvider(admin, { api_key: KEY });
    const lost = await addProvider(admin, { api_key: KEY });
    const foreign = createKeyVault(Buffer.alloc(32, 9).toString('base64')).seal(KEY, 'another');
    await arena.database.sql`update providers set sealed_key = ${foreign} where name = ${lost.name}`;
    const secrets = [Buffer.alloc(32, 8).toString('base64'), ENCRYPTION_KEY];
    const ports = { providers: arena.ports.providers, vault: createKeyVault(secrets.join()) };
    const result = await resealKeys(ports);
    expect(result.resealed).toContain(rotated.name);
    expect(result.unreadable).toEqual([lost.name]);
    const { id, baseUrl, sealedKey } = (await arena.ports.providers.named(rotated.name))!;
    expect(createKeyVault(secrets[0]!).open(sealedKey!, `${id} ${baseUrl}`)).toBe(KEY);
    expect(await resealKeys(ports)).toEqual({ resealed: [], unreadable: [lost.name] });
  });
});
