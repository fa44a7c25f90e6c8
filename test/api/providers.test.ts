import { resealKeys } from '@agon/arena';
import { PROVIDER_PRESETS } from '@agon/contract';
import { createKeyVault } from '@agon/inference/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArenaUnderTest, ENCRYPTION_KEY, OWN_PORT, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';
import type { Visitor } from './visitor.ts';
import { consentTo } from './voter.ts';

const KEY = 'sk-a-key-of-a-test-0123456789wxyz';

let arena: ArenaUnderTest;
let slug: string;
let owner: Visitor;
let admin: Visitor;
let researcher: Visitor;

beforeAll(async () => {
  arena = await openArena();
  ({ slug } = await seedCampaign(arena));
  owner = arena.owner();
  admin = await arena.person('admin');
  researcher = await arena.person('researcher');
  const { items } = await admin.call('listMembers');
  const user = items.find(({ name }) => name === 'researcher')?.id ?? '';
  await admin.call('changeMember', { params: { user }, body: { role: 'researcher' } });
});
afterAll(() => arena.close());

let made = 0;
/** Adds a provider under a name of its own. */
const add = (by: Visitor, body: object = {}) => {
  made += 1;
  return by.call('addProvider', {
    body: { name: `p${made}`, base_url: `https://p${made}.example/v1`, ...body },
  });
};
const at = (provider: string) => ({ params: { provider } });
const NOT_ALLOWED = { code: 'not_allowed' };
const FORBIDDEN = { code: 'provider_forbidden' };
const INVALID = { code: 'invalid_request' };

async function auditOf(provider: string) {
  return arena.database.sql<{ action: string; actor: string; details: Record<string, unknown> }[]>`
    select action, actor, details from audit_log where details ->> 'provider' = ${provider} order by id`;
}

describe('providers', () => {
  it('are added with what they were given, and shown without their key', async () => {
    const added = await add(admin, {
      name: 'hosted',
      base_url: 'https://hosted.example/v1/',
      api_key: ` ${KEY}\n`,
      limits: { concurrency: 4, calls_per_minute: 60, timeout_seconds: 2.5 },
    });
    expect(added).toEqual({
      name: 'hosted',
      base_url: 'https://hosted.example/v1',
      preset: 'custom',
      key: 'set',
      key_env: null,
      key_end: 'wxyz',
      limits: { concurrency: 4, calls_per_minute: 60, timeout_seconds: 2.5 },
      capabilities: null,
      checked_at: null,
      created_at: expect.any(String),
    });
    expect(await researcher.call('getProvider', at('hosted'))).toEqual(added);
    const { providers } = await researcher.call('listProviders');
    expect(providers).toContainEqual(added);
    const [entry] = await auditOf('hosted');
    expect(entry).toMatchObject({
      action: 'add_provider',
      details: { base_url: 'https://hosted.example/v1', key: 'set' },
    });
  });

  it('take address and kind from a preset, and a key’s variable only where it is asked for', async () => {
    const preset = await add(admin, { preset: 'mistral', base_url: null });
    expect(preset).toMatchObject({
      preset: 'mistral',
      base_url: PROVIDER_PRESETS.mistral.base_url,
      key: 'none',
      key_env: null,
    });
    const moved = await add(admin, { preset: 'openai', base_url: 'https://proxy.example/v1' });
    expect(moved).toMatchObject({ preset: 'openai', base_url: 'https://proxy.example/v1' });
    const known = await add(admin, { base_url: 'https://api.openai.com/v1', api_key_env: 'OPENAI_API_KEY' });
    expect(known).toMatchObject({ preset: 'openai', key: 'env', key_env: 'OPENAI_API_KEY' });
    expect(await add(admin, { preset: 'vllm', base_url: null })).toMatchObject({
      base_url: 'http://127.0.0.1:8000/v1',
    });
    // a port is anybody's
    expect(await add(admin, { base_url: 'http://127.0.0.1:8000/v1' })).toMatchObject({ preset: 'custom' });
    await expect(add(admin, { base_url: null })).rejects.toMatchObject({
      ...INVALID,
      at: { column: 'base_url' },
    });
  });

  it('have one name each, which is free again once they are removed', async () => {
    await add(admin, { name: 'twice' });
    await expect(add(admin, { name: 'twice' })).rejects.toMatchObject({
      code: 'already_exists',
      at: { column: 'name', value: 'twice' },
    });
    expect(await admin.call('removeProvider', at('twice'))).toMatchObject({ name: 'twice', key: 'none' });
    await expect(admin.call('removeProvider', at('twice'))).rejects.toMatchObject({ code: 'not_found' });
    expect(await add(admin, { name: 'twice', base_url: 'https://other.example/v1' })).toMatchObject({
      base_url: 'https://other.example/v1',
    });
    for (const name of ['', 'a b', '/etc', '-x', 'x'.repeat(64), 'naïve']) {
      await expect(add(admin, { name }), name).rejects.toMatchObject(INVALID);
    }
    expect((await auditOf('twice')).map(({ action }) => action)).toEqual([
      'add_provider',
      'remove_provider',
      'add_provider',
    ]);
  });

  it('name those there are where one is asked for that is not', async () => {
    await add(admin, { name: 'findable' });
    await expect(researcher.call('getProvider', at('lost'))).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('findable'),
    });
    await expect(admin.call('changeProvider', { ...at('lost'), body: {} })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are seen by researchers and changed by administrators', async () => {
    const { name } = await add(admin);
    const voter = arena.visitor();
    await consentTo(voter, slug);
    for (const each of [voter, researcher]) {
      await expect(add(each)).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('changeProvider', { ...at(name), body: {} })).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('removeProvider', at(name))).rejects.toMatchObject(NOT_ALLOWED);
    }
    await expect(voter.call('listProviders')).rejects.toMatchObject(NOT_ALLOWED);
    await expect(voter.call('checkProvider', { ...at(name), body: {} })).rejects.toMatchObject(NOT_ALLOWED);
    await expect(arena.visitor().call('getProvider', at(name))).rejects.toMatchObject({
      code: 'not_signed_in',
    });
    expect(await researcher.call('getProvider', at(name))).toMatchObject({ name });
  });

  it('are changed by API keys with the scope admin alone', async () => {
    const { name } = await add(admin);
    const script = async (scopes: ('read' | 'write' | 'admin' | 'vote')[], by = admin) =>
      arena.script((await by.call('createKey', { body: { name: 'k', scopes } })).key);
    const [reads, writes, rules, ownerWrites] = [
      await script(['read']),
      await script(['write']),
      await script(['admin']),
      await script(['write'], owner),
    ];
    expect(await reads.call('getProvider', at(name))).toMatchObject({ name });
    await expect(reads.call('checkProvider', { ...at(name), body: {} })).rejects.toMatchObject(NOT_ALLOWED);
    for (const each of [reads, writes, ownerWrites]) {
      await expect(add(each)).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('changeProvider', { ...at(name), body: {} })).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('removeProvider', at(name))).rejects.toMatchObject(NOT_ALLOWED);
    }
    await expect((await script(['vote'])).call('listProviders')).rejects.toMatchObject(NOT_ALLOWED);
    expect(await add(rules)).toMatchObject({ key: 'none' });
    // it acts for an administrator: what only the owner may name is not its to name
    const ownerRules = await script(['admin'], owner);
    await expect(add(ownerRules, { base_url: 'http://10.0.0.7/v1' })).rejects.toMatchObject(FORBIDDEN);
  });
});

describe('addresses of providers', () => {
  it('that are private are the owner’s to name', async () => {
    const url = 'http://10.0.0.7:8000/v1';
    await expect(add(admin, { base_url: url })).rejects.toMatchObject(FORBIDDEN);
    const { name } = await add(owner, { base_url: url });
    // an administrator may send it back as it was read, and may not move it to another one
    const changed = await admin.call('changeProvider', {
      ...at(name),
      body: { base_url: `${url}/`, preset: 'vllm' },
    });
    expect(changed).toMatchObject({ base_url: url, preset: 'vllm' });
    await expect(
      admin.call('changeProvider', { ...at(name), body: { base_url: 'http://10.0.0.8:8000/v1' } }),
    ).rejects.toMatchObject(FORBIDDEN);
    expect(
      await admin.call('changeProvider', { ...at(name), body: { base_url: 'https://a.example' } }),
    ).toMatchObject({ base_url: 'https://a.example' });
    const [row] = await arena.database.sql`select allows_private from providers where name = ${name}`;
    expect(row).toEqual({ allows_private: false });
  });

  it('of the arena itself are nobody’s, and so are those that are no plain URL', async () => {
    for (const by of [owner, admin]) {
      await expect(add(by, { base_url: `http://127.0.0.1:${OWN_PORT}/v1` })).rejects.toMatchObject(FORBIDDEN);
      await expect(add(by, { base_url: 'http://169.254.169.254/latest' })).rejects.toMatchObject(FORBIDDEN);
      for (const url of ['file:///etc/passwd', 'http://2130706433/v1', 'https://a:b@c.example', 'x']) {
        await expect(add(by, { base_url: url }), url).rejects.toMatchObject(INVALID);
      }
    }
  });
});

describe('keys of providers', () => {
  it('may not be secrets of the arena, whoever asks', async () => {
    const { name } = await add(admin);
    for (const by of [owner, admin]) {
      for (const api_key_env of ['AGON_OWNER_KEY', 'AGON_SECRET', 'AGON_DATABASE_URL', 'DATABASE_URL']) {
        await expect(add(by, { api_key_env }), api_key_env).rejects.toMatchObject(FORBIDDEN);
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
    await expect(add(admin, { api_key_env: 'BACKUP_PASSWORD' })).rejects.toMatchObject(FORBIDDEN);
    expect(await add(admin, { api_key_env: 'LAB_KEY' })).toMatchObject({ key: 'env', key_env: 'LAB_KEY' });
    const { name } = await add(owner, { api_key_env: 'MY_OWN_KEY' });
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
    const { name } = await add(admin, { api_key: KEY });
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
    const { name } = await add(admin, { api_key: KEY });
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
    await expect(add(admin, both)).rejects.toMatchObject(INVALID);
    expect((await auditOf(name)).map(({ details }) => details)).toEqual([
      expect.objectContaining({ key: 'set' }),
      { provider: name, keyEnv: 'LAB_KEY', key: 'none' },
      { provider: name, keyEnv: null, key: 'set' },
      { provider: name, key: 'none' },
    ]);
  });

  it('show their end only where they are long, and are refused where no header could carry them', async () => {
    expect(await add(admin, { api_key: 'short-11-ch' })).toMatchObject({ key: 'set', key_end: null });
    expect(await add(admin, { api_key: 'exactly-12ch' })).toMatchObject({ key_end: '12ch' });
    for (const api_key of ['two words', 'line\r\nx-evil: 1', 'schlüssel', '   ']) {
      const error = await add(admin, { api_key }).catch((reason: Error) => reason);
      expect(error).toMatchObject({ ...INVALID, at: { column: 'api_key' } });
      if (api_key.trim() !== '') expect(JSON.stringify(error)).not.toContain(api_key);
    }
  });

  it('are in no reply, no log, no row', async () => {
    const secret = 'sk-never-to-be-seen-again-0123456789';
    const { name } = await add(admin, { api_key: secret });
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
    const rotated = await add(admin, { api_key: KEY });
    const lost = await add(admin, { api_key: KEY });
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

describe('where a run asks', () => {
  const start = (by: Visitor, body: object) =>
    by.call('startAnswerRun', { params: { campaign: slug }, body: { model: 'm', limit: 1, ...body } });

  it('is a provider by its name, for researchers too', async () => {
    const { name } = await add(admin);
    expect(await start(researcher, { provider: name })).toMatchObject({ provider: name, state: 'queued' });
    await expect(start(researcher, { provider: 'lost' })).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('findable'),
    });
    await admin.call('removeProvider', at(name));
    await expect(start(researcher, { provider: name })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is said, once', async () => {
    const { name } = await add(admin);
    await expect(start(researcher, {})).rejects.toMatchObject({
      ...INVALID,
      hint: expect.stringContaining('findable'),
      at: { column: 'provider' },
    });
    await expect(start(admin, { provider: name, base_url: 'https://x.example' })).rejects.toMatchObject(
      INVALID,
    );
    await expect(start(admin, { provider: name, api_key_env: 'LAB_KEY' })).rejects.toMatchObject({
      ...INVALID,
      at: { column: 'api_key_env', value: 'LAB_KEY' },
    });
  });

  it('is an address for administrators and the owner, and not for researchers', async () => {
    const base_url = 'https://spot.example/v1';
    const refused = { ...NOT_ALLOWED, hint: expect.stringContaining('administrator') };
    await expect(start(researcher, { base_url })).rejects.toMatchObject(refused);
    await expect(
      researcher.call('startJudgeRun', {
        params: { campaign: slug },
        body: { judge: 'pairwise-explain', model: 'm', base_url, api_key_env: 'OPENAI_API_KEY' },
      }),
    ).rejects.toMatchObject(refused);
    const { key } = await admin.call('createKey', { body: { name: 'w', scopes: ['write'] } });
    await expect(start(arena.script(key), { base_url })).rejects.toMatchObject(NOT_ALLOWED);
    expect(await arena.ports.providers.named('spot.example')).toBeNull();
    expect(await start(admin, { base_url })).toMatchObject({ provider: 'spot.example' });
  });

  it('is a provider made on the spot, one for each address and variable', async () => {
    const at8080 = { base_url: 'http://127.0.0.1:8080/v1/' };
    expect(await start(owner, at8080)).toMatchObject({ provider: '127.0.0.1:8080' });
    expect(await start(admin, { base_url: 'http://127.0.0.1:8080/v1' })).toMatchObject({
      provider: '127.0.0.1:8080',
    });
    expect(await start(owner, { ...at8080, api_key_env: 'LAB_KEY' })).toMatchObject({
      provider: '127.0.0.1:8080-2',
    });
    expect(await start(owner, { base_url: 'http://127.0.0.1:8080/other' })).toMatchObject({
      provider: '127.0.0.1:8080-3',
    });
    expect(await start(owner, { base_url: 'http://[::1]:8080/v1' })).toMatchObject({
      provider: '0::1:8080',
    });
    expect(await start(owner, { base_url: 'https://api.deepseek.com/v1' })).toMatchObject({
      provider: 'api.deepseek.com',
    });
    expect(await admin.call('getProvider', at('api.deepseek.com'))).toMatchObject({ preset: 'deepseek' });
    // a stored key is not used by whoever asks for none
    await add(admin, { name: 'keyed', base_url: 'https://keyed.example/v1', api_key: KEY });
    expect(await start(admin, { base_url: 'https://keyed.example/v1' })).toMatchObject({
      provider: 'keyed.example',
    });
    expect((await auditOf('127.0.0.1:8080'))[0]).toMatchObject({ action: 'add_provider', actor: 'system' });
  });

  it('is allowed by the owner what an administrator added while the machine allowed it', async () => {
    await add(admin, { name: 'loop', base_url: 'http://127.0.0.1:8181/v1' });
    expect(await arena.ports.providers.named('loop')).toMatchObject({ allowsPrivate: false });
    await start(owner, { base_url: 'http://127.0.0.1:8181/v1' });
    expect(await arena.ports.providers.named('loop')).toMatchObject({ allowsPrivate: true });
    expect(arena.logged).toEqual([]);
  });
});
