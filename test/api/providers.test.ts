import { PROVIDER_PRESETS } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWN_PORT } from './arena-under-test.ts';
import { type ArenaWithRoles, openArenaWithRoles } from './arena-with-roles.ts';
import type { Visitor } from './visitor.ts';
import { consentTo } from './voter.ts';

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
const NOT_ALLOWED = { code: 'not_allowed' };
const FORBIDDEN = { code: 'provider_forbidden' };
const INVALID = { code: 'invalid_request' };

describe('providers', () => {
  it('are added with what they were given, and shown without their key', async () => {
    const added = await addProvider(admin, {
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
    const preset = await addProvider(admin, { preset: 'mistral', base_url: null });
    expect(preset).toMatchObject({
      preset: 'mistral',
      base_url: PROVIDER_PRESETS.mistral.base_url,
      key: 'none',
      key_env: null,
    });
    const moved = await addProvider(admin, { preset: 'openai', base_url: 'https://proxy.example/v1' });
    expect(moved).toMatchObject({ preset: 'openai', base_url: 'https://proxy.example/v1' });
    const known = await addProvider(admin, {
      base_url: 'https://api.openai.com/v1',
      api_key_env: 'OPENAI_API_KEY',
    });
    expect(known).toMatchObject({ preset: 'openai', key: 'env', key_env: 'OPENAI_API_KEY' });
    expect(await addProvider(admin, { preset: 'vllm', base_url: null })).toMatchObject({
      base_url: 'http://127.0.0.1:8000/v1',
    });
    // a port is anybody's
    expect(await addProvider(admin, { base_url: 'http://127.0.0.1:8000/v1' })).toMatchObject({
      preset: 'custom',
    });
    await expect(addProvider(admin, { base_url: null })).rejects.toMatchObject({
      ...INVALID,
      at: { column: 'base_url' },
    });
  });

  it('have one name each, which is free again once they are removed', async () => {
    await addProvider(admin, { name: 'twice' });
    await expect(addProvider(admin, { name: 'twice' })).rejects.toMatchObject({
      code: 'already_exists',
      at: { column: 'name', value: 'twice' },
    });
    expect(await admin.call('removeProvider', at('twice'))).toMatchObject({ name: 'twice', key: 'none' });
    await expect(admin.call('removeProvider', at('twice'))).rejects.toMatchObject({ code: 'not_found' });
    expect(await addProvider(admin, { name: 'twice', base_url: 'https://other.example/v1' })).toMatchObject({
      base_url: 'https://other.example/v1',
    });
    for (const name of ['', 'a b', '/etc', '-x', 'x'.repeat(64), 'naïve']) {
      await expect(addProvider(admin, { name }), name).rejects.toMatchObject(INVALID);
    }
    expect((await auditOf('twice')).map(({ action }) => action)).toEqual([
      'add_provider',
      'remove_provider',
      'add_provider',
    ]);
  });

  it('name those there are where one is asked for that is not', async () => {
    await addProvider(admin, { name: 'findable' });
    await expect(researcher.call('getProvider', at('lost'))).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('findable'),
    });
    await expect(admin.call('changeProvider', { ...at('lost'), body: {} })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are seen by researchers and changed by administrators', async () => {
    const { name } = await addProvider(admin);
    const voter = arena.visitor();
    await consentTo(voter, slug);
    for (const each of [voter, researcher]) {
      await expect(addProvider(each)).rejects.toMatchObject(NOT_ALLOWED);
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
    const { name } = await addProvider(admin);
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
      await expect(addProvider(each)).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('changeProvider', { ...at(name), body: {} })).rejects.toMatchObject(NOT_ALLOWED);
      await expect(each.call('removeProvider', at(name))).rejects.toMatchObject(NOT_ALLOWED);
    }
    await expect((await script(['vote'])).call('listProviders')).rejects.toMatchObject(NOT_ALLOWED);
    expect(await addProvider(rules)).toMatchObject({ key: 'none' });
    // it acts for an administrator: what only the owner may name is not its to name
    const ownerRules = await script(['admin'], owner);
    await expect(addProvider(ownerRules, { base_url: 'http://10.0.0.7/v1' })).rejects.toMatchObject(
      FORBIDDEN,
    );
  });
});

describe('addresses of providers', () => {
  it('that are private are the owner’s to name', async () => {
    const url = 'http://10.0.0.7:8000/v1';
    await expect(addProvider(admin, { base_url: url })).rejects.toMatchObject(FORBIDDEN);
    const { name } = await addProvider(owner, { base_url: url });
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
      await expect(addProvider(by, { base_url: `http://127.0.0.1:${OWN_PORT}/v1` })).rejects.toMatchObject(
        FORBIDDEN,
      );
      await expect(addProvider(by, { base_url: 'http://169.254.169.254/latest' })).rejects.toMatchObject(
        FORBIDDEN,
      );
      for (const url of ['file:///etc/passwd', 'http://2130706433/v1', 'https://a:b@c.example', 'x']) {
        await expect(addProvider(by, { base_url: url }), url).rejects.toMatchObject(INVALID);
      }
    }
  });
});

describe('where a run asks', () => {
  const start = (by: Visitor, body: object) =>
    by.call('startAnswerRun', { params: { campaign: slug }, body: { model: 'm', limit: 1, ...body } });

  it('is a provider by its name, for researchers too', async () => {
    const { name } = await addProvider(admin);
    expect(await start(researcher, { provider: name })).toMatchObject({ provider: name, state: 'queued' });
    await expect(start(researcher, { provider: 'lost' })).rejects.toMatchObject({
      code: 'not_found',
      hint: expect.stringContaining('findable'),
    });
    await admin.call('removeProvider', at(name));
    await expect(start(researcher, { provider: name })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is said, once', async () => {
    const { name } = await addProvider(admin);
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
        body: { judge: 'pair-explain', model: 'm', base_url, api_key_env: 'OPENAI_API_KEY' },
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
    await addProvider(admin, { name: 'keyed', base_url: 'https://keyed.example/v1', api_key: KEY });
    expect(await start(admin, { base_url: 'https://keyed.example/v1' })).toMatchObject({
      provider: 'keyed.example',
    });
    expect((await auditOf('127.0.0.1:8080'))[0]).toMatchObject({ action: 'add_provider', actor: 'system' });
  });

  it('is allowed by the owner what an administrator added while the machine allowed it', async () => {
    await addProvider(admin, { name: 'loop', base_url: 'http://127.0.0.1:8181/v1' });
    expect(await arena.ports.providers.named('loop')).toMatchObject({ allowsPrivate: false });
    await start(owner, { base_url: 'http://127.0.0.1:8181/v1' });
    expect(await arena.ports.providers.named('loop')).toMatchObject({ allowsPrivate: true });
    expect(arena.logged).toEqual([]);
  });
});
