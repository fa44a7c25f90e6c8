import { networkInterfaces } from 'node:os';
import type { Asked } from '@agon/arena';
import { isArenaError } from '@agon/domain';
import { type ScriptedOpenAiServer, startScriptedOpenAiServer } from '@agon/testkit';
import { sampleProvider } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostAddress } from './guarded-agents.ts';
import { createKeyVault } from './key-vault.ts';
import { createModelClients } from './model-clients.ts';
import { createProviderRules } from './provider-rules.ts';

/** Servers that would be reached if anything were. */
let ipv4: ScriptedOpenAiServer;
let ipv6: ScriptedOpenAiServer;
let port: number;

beforeAll(async () => {
  ipv4 = await startScriptedOpenAiServer(() => ({ kind: 'text', text: 'reached' }));
  port = Number(new URL(ipv4.baseUrl).port);
  ipv6 = await startScriptedOpenAiServer(() => ({ kind: 'text', text: 'reached' }), { host: '::1', port });
});

afterAll(async () => {
  await Promise.all([ipv4.stop(), ipv6.stop()]);
});

type Machine = {
  readonly hosts?: string;
  readonly ownPorts?: readonly number[];
  readonly allowsPrivate?: boolean;
  /** What names mean, one list a look; default: a public address. */
  readonly resolve?: (host: string) => readonly HostAddress[];
};

/** As a worker asks: whatever the row of the provider says, and however it came to be there. */
async function ask(baseUrl: string, machine: Machine = {}): Promise<Asked | { readonly kind: string }> {
  const clients = createModelClients({
    environment: { AGON_PROVIDER_HOSTS: machine.hosts },
    readKey: async () => null,
    vault: createKeyVault(''),
    keyContext: () => '',
    ownPorts: async () => machine.ownPorts ?? [],
    ...(machine.resolve === undefined ? {} : { resolve: async (host) => machine.resolve!(host) }),
    now: () => Date.now(),
  });
  const limits = { concurrency: null, callsPerMinute: null, timeoutMs: 3000 };
  try {
    const provider = sampleProvider(baseUrl, { allowsPrivate: machine.allowsPrivate ?? false, limits });
    const client = await clients.open(provider, 'scripted');
    const settings = { temperature: 0, maxTokens: 1 };
    return await client.ask(
      { kind: 'chat', system: '', turns: ['Hi'], settings },
      new AbortController().signal,
    );
  } catch (error) {
    if (isArenaError(error)) return { kind: error.code };
    throw error;
  }
}

function save(baseUrl: string, by: 'owner' | 'administrator', machine: Machine = {}): string {
  const rules = createProviderRules({
    environment: { AGON_PROVIDER_HOSTS: machine.hosts },
    ownPorts: () => machine.ownPorts ?? [],
  });
  try {
    return rules.checkAddress(baseUrl, by).allowsPrivate ? 'private' : 'public';
  } catch (error) {
    if (isArenaError(error)) return error.code;
    throw error;
  }
}

function reached(): number {
  return ipv4.connections() + ipv6.connections();
}

const INVALID = 'invalid_request';
const FORBIDDEN = 'provider_forbidden';

/** `:P` is the port of the server that would be reached. What the owner, and what an administrator is told. */
const FORMS: readonly (readonly [url: string, owner: string, administrator: string])[] = [
  // the owner may name what is private, and says so plainly
  ['http://127.0.0.1:P/v1', 'private', FORBIDDEN],
  ['http://localhost:P/v1', 'private', FORBIDDEN],
  ['http://[::1]:P/v1', 'private', FORBIDDEN],
  ['http://127.1.2.3:P/v1', 'private', FORBIDDEN],
  ['http://10.0.0.1:P', 'private', FORBIDDEN],
  ['http://172.16.0.1:P', 'private', FORBIDDEN],
  ['http://172.31.255.254:P', 'private', FORBIDDEN],
  ['http://192.168.1.1:P', 'private', FORBIDDEN],
  ['http://100.64.0.1:P', 'private', FORBIDDEN],
  ['http://100.100.100.200', 'private', FORBIDDEN],
  ['http://[fc00::1]:P', 'private', FORBIDDEN],
  ['http://[fd00:ec2::254]', 'private', FORBIDDEN],
  // numbers that some readers take for an address
  ...[
    'http://2130706433:P/v1',
    'http://0x7f000001:P/v1',
    'http://0x7f.0.0.1:P/v1',
    'http://0x7f.0x0.0x0.0x1:P/v1',
    'http://017700000001:P/v1',
    'http://0177.0.0.1:P/v1',
    'http://0177.0000.0000.0001:P/v1',
    'http://127.0.1:P/v1',
    'http://127.1:P/v1',
    'http://127.0.0.01:P/v1',
    'http://00000127.0.0.1:P/v1',
    'http://127.0.0.1.:P/v1',
    'http://0:P/v1',
    'http://0x0:P/v1',
    'http://2852039166/latest',
    'http://0xa9fea9fe/latest',
    'http://169.16689662/latest',
    'http://4294967296:P/v1',
    'http://256.0.0.1:P/v1',
    'http://1.2.3.4.5:P/v1',
    'http://127.0.0.0x1:P/v1',
    // letters that look like others
    'http://１２７.０.０.１:P/v1',
    'http://127。0。0。1:P/v1',
    'http://①②⑦.⓪.⓪.①:P/v1',
    'http://ⓛocalhost:P/v1',
    'http://ｌｏｃａｌｈｏｓｔ:P/v1',
    'http://LOCALHOST:P/v1',
    'http://localhost.:P/v1',
    'http://loc\u00adalhost:P/v1',
    'http://127.0.0.1\u3002:P/v1',
    // escapes, backslashes, blanks
    'http://%31%32%37.0.0.1:P/v1',
    'http://127%2e0%2e0%2e1:P/v1',
    'http://local%68ost:P/v1',
    'http:\\\\127.0.0.1:P\\v1',
    'http:/127.0.0.1:P/v1',
    'http:127.0.0.1:P/v1',
    'http:///127.0.0.1:P/v1',
    ' http://127.0.0.1:P/v1',
    'http://127.0.0.1:P/v1 ',
    'http://127.0.0.1\t:P/v1',
    'http://127.0.\n0.1:P/v1',
    'http://127.0.0.1:0P/v1',
    'http://127.0.0.1:P/v1/../..',
    'http://127.0.0.1:P/v1/%2e%2e/',
    // IPv6 in other spellings
    'http://[0:0:0:0:0:0:0:1]:P/v1',
    'http://[0000::0001]:P/v1',
    'http://[::0001]:P/v1',
    'http://[FD00::1]:P/v1',
    'http://[::ffff:127.0.0.1]:P/v1',
    'http://[::127.0.0.1]:P/v1',
    'http://[::FFFF:7F00:1]:P/v1',
    'http://[64:ff9b::127.0.0.1]:P/v1',
    'http://[fe80::1%25lo]:P/v1',
    'http://[fe80::1%lo]:P/v1',
    'http://::1:P/v1',
    // user names, which hide the host
    'http://api.example.org@127.0.0.1:P/v1',
    'http://user:password@127.0.0.1:P/v1',
    'http://@127.0.0.1:P/v1',
    'http://127.0.0.1:P@api.example.org/v1',
    'http://127.0.0.1:P\\@api.example.org/v1',
    // questions and fragments, which swallow the path of a call
    'http://127.0.0.1:P/v1?',
    'http://127.0.0.1:P/v1?x=1',
    'http://127.0.0.1:P/v1#',
    'http://127.0.0.1:P#@api.example.org/v1',
    // other schemes
    'data:application/json,{"choices":[]}',
    'file:///etc/passwd',
    'ftp://127.0.0.1:P/v1',
    'gopher://127.0.0.1:P/_x',
    'ws://127.0.0.1:P/v1',
    'dict://127.0.0.1:P/v1',
    'javascript:alert(1)',
    'blob:http://127.0.0.1:P/v1',
    'unix:/var/run/docker.sock',
    'http+unix://%2Fvar%2Frun%2Fdocker.sock/v1',
    '//127.0.0.1:P/v1',
    '127.0.0.1:P/v1',
    'localhost:P/v1',
    'http://',
    'http://:P/v1',
    '',
  ].map((url) => [url, INVALID, INVALID] as const),
  // plain, and still nothing that anybody may ask
  ...[
    'http://0.0.0.0:P/v1',
    'http://0.1.2.3:P/v1',
    'http://[::]:P/v1',
    'http://[::ffff:7f00:1]:P/v1',
    'http://[::7f00:1]:P/v1',
    'http://[::ffff:a9fe:a9fe]/latest',
    'http://[64:ff9b::7f00:1]:P/v1',
    'http://[64:ff9b:1::1]:P/v1',
    'http://[2002:7f00:1::]:P/v1',
    'http://[2001:0:7f00:1::]:P/v1',
    'http://[2001:db8::1]:P/v1',
    'http://[3fff::1]:P/v1',
    'http://[fe80::1]:P/v1',
    'http://[fec0::1]:P/v1',
    'http://[ff02::1]:P/v1',
    'http://[100::1]:P/v1',
    'http://169.254.169.254/latest/meta-data',
    'http://169.254.170.2',
    'http://168.63.129.16',
    'http://192.0.0.192',
    'http://192.0.2.1',
    'http://198.51.100.1',
    'http://203.0.113.1',
    'http://198.18.0.1',
    'http://192.88.99.1',
    'http://224.0.0.1',
    'http://239.255.255.255',
    'http://240.0.0.1',
    'http://255.255.255.255',
  ].map((url) => [url, FORBIDDEN, FORBIDDEN] as const),
];

describe('addresses of providers', () => {
  it('has a long table', () => {
    expect(FORMS.length).toBeGreaterThan(100);
    expect(new Set(FORMS.map(([url]) => url)).size).toBe(FORMS.length);
  });

  it.each(FORMS)('%j', async (form, owner, administrator) => {
    const url = form.replaceAll('P', String(port));
    expect([save(url, 'owner'), save(url, 'administrator')]).toEqual([owner, administrator]);
    // a row that came past the check, or was written by an older version
    const asked = await ask(url, { allowsPrivate: owner !== 'private' });
    const fault = (asked as { fault?: { reason: string } }).fault?.reason;
    expect(fault ?? asked.kind).toBe(
      owner === INVALID ? INVALID : fault === undefined ? FORBIDDEN : 'forbidden_address',
    );
    expect(reached()).toBe(0);
  });

  it('gives the plain spelling', () => {
    const hint = (url: string) => {
      try {
        createProviderRules({ environment: {}, ownPorts: () => [] }).checkAddress(url, 'owner');
        return null;
      } catch (error) {
        return isArenaError(error) ? error.hint : error;
      }
    };
    expect(hint('HTTP://0x7f.1:8000/v1/')).toBe('Write it as http://127.0.0.1:8000/v1');
    expect(hint('https://bücher.example/v1')).toBe('Write it as https://xn--bcher-kva.example/v1');
    expect(hint('http://localhost.:1/v1?key=1')).toBe('Write it as http://localhost:1/v1');
    expect(hint('http://user:hunter2@api.example.org')).not.toMatch(/hunter2/);
    expect(hint('https://xn--bcher-kva.example/v1')).toBeNull();
  });
});

describe('connections', () => {
  const FORBIDDEN_FAULT = { kind: 'fault', fault: { reason: 'forbidden_address' } };
  const REPLY = { kind: 'reply' };
  let server: ScriptedOpenAiServer;
  let at: number;

  beforeAll(async () => {
    server = await startScriptedOpenAiServer(() => ({ kind: 'text', text: 'ok' }));
    at = Number(new URL(server.baseUrl).port);
  });
  afterAll(() => server.stop());

  const ON_LOOPBACK: readonly HostAddress[] = [{ address: '127.0.0.1', family: 4 }];

  it('go to what the machine lists', async () => {
    for (const hosts of [`localhost:${at}`, 'localhost', 'loopback', '10.0.0.0/8, 127.0.0.0/8,::1']) {
      expect(await ask(`http://localhost:${at}/v1`, { hosts, resolve: () => ON_LOOPBACK })).toMatchObject(
        REPLY,
      );
    }
    for (const hosts of [`127.0.0.1:${at}`, '127.0.0.1', 'loopback', '127.0.0.0/8']) {
      expect(await ask(`http://127.0.0.1:${at}/v1`, { hosts })).toMatchObject(REPLY);
    }
    const named = { hosts: 'gpu-1', resolve: () => ON_LOOPBACK };
    expect(await ask(`http://gpu-1:${at}/v1`, named)).toMatchObject(REPLY);
  });

  it('go to localhost as this machine knows it', async () => {
    expect(await ask(`http://localhost:${at}/v1`, { hosts: 'loopback' })).toMatchObject(REPLY);
  });

  it('go nowhere else', async () => {
    const before = server.connections();
    for (const hosts of ['localhost:1', '127.0.0.1', '126.0.0.0/8', 'gpu-1', '']) {
      const asked = ask(`http://localhost:${at}/v1`, { hosts, resolve: () => ON_LOOPBACK });
      expect(await asked).toMatchObject(FORBIDDEN_FAULT);
    }
    // networks are for addresses: a name may mean another one tomorrow
    for (const hosts of ['127.0.0.0/8', 'loopback', 'localhost', '127.0.0.1', `gpu-2,other:${at}`]) {
      for (const host of ['gpu-1', 'localtest.example', 'a.localhost', '127.0.0.1.nip.example']) {
        const machine = { hosts, resolve: () => ON_LOOPBACK, allowsPrivate: true };
        expect(await ask(`http://${host}:${at}/v1`, machine)).toMatchObject(FORBIDDEN_FAULT);
      }
    }
    expect(server.connections()).toBe(before);
  });

  it.each([
    ['127.0.0.1', 4],
    ['10.0.0.1', 4],
    ['169.254.169.254', 4],
    ['0.0.0.0', 4],
    ['::1', 6],
    ['::', 6],
    ['fe80::1', 6],
    ['fd00:ec2::254', 6],
    ['::ffff:127.0.0.1', 6],
    ['64:ff9b::7f00:1', 6],
    ['fe80::1%lo', 6],
  ])('go to no name of which one address is %s', async (address, family) => {
    const before = server.connections();
    const mixed = [
      { address: '93.184.216.34', family: 4 },
      { address, family },
    ];
    const asked = ask(`http://models.example:${at}/v1`, { resolve: () => mixed, allowsPrivate: true });
    expect(await asked).toMatchObject(FORBIDDEN_FAULT);
    expect(server.connections()).toBe(before);
  });

  it('look a name up once for each, so that a second meaning is never used', async () => {
    let looks = 0;
    const rebound = (): readonly HostAddress[] => {
      looks += 1;
      // public, and nobody answers there: a network of the name service (AS112) that takes DNS alone
      return looks === 1 ? [{ address: '192.31.196.1', family: 4 }] : ON_LOOPBACK;
    };
    const before = server.connections();
    const clients = createModelClients({
      environment: {},
      readKey: async () => null,
      vault: createKeyVault(''),
      keyContext: () => '',
      ownPorts: async () => [],
      resolve: async () => rebound(),
      now: () => Date.now(),
    });
    const limits = { concurrency: null, callsPerMinute: null, timeoutMs: 500 };
    const provider = sampleProvider(`http://models.example:${at}/v1`, { allowsPrivate: true, limits });
    const client = await clients.open(provider, 'scripted');
    const settings = { temperature: 0, maxTokens: 1 };
    const request = { kind: 'chat', system: '', turns: ['Hi'], settings } as const;
    const signal = new AbortController().signal;
    expect(await client.ask(request, signal)).toMatchObject({ kind: 'fault' });
    expect(looks).toBe(1);
    expect(await client.ask(request, signal)).toMatchObject(FORBIDDEN_FAULT);
    expect(looks).toBe(2);
    expect(server.connections()).toBe(before);
  });

  it('never go to the arena itself, at any address of this machine', async () => {
    const before = server.connections();
    const machine = {
      hosts: `loopback,localhost,gpu-1,127.0.0.1:${at}`,
      ownPorts: [at],
      allowsPrivate: true,
    };
    for (const host of ['localhost', '127.0.0.1', '127.3.2.1', '[::1]']) {
      const asked = await ask(`http://${host}:${at}/v1`, machine);
      expect(asked.kind === FORBIDDEN ? FORBIDDEN_FAULT : asked).toMatchObject(FORBIDDEN_FAULT);
    }
    const own = Object.values(networkInterfaces()).flatMap((cards) => cards ?? []);
    for (const { address, family } of own) {
      const resolve = () => [{ address, family: family === 'IPv4' ? 4 : 6 }];
      expect(await ask(`http://gpu-1:${at}/v1`, { ...machine, resolve })).toMatchObject(FORBIDDEN_FAULT);
    }
    expect(server.connections()).toBe(before);
  });

  it('that wait for their next call serve nobody who may not open them', async () => {
    const clients = createModelClients({
      environment: {},
      readKey: async () => null,
      vault: createKeyVault(''),
      keyContext: () => '',
      ownPorts: async () => [],
      resolve: async () => ON_LOOPBACK,
      now: () => Date.now(),
    });
    const settings = { temperature: 0, maxTokens: 1 };
    const request = { kind: 'chat', system: '', turns: ['Hi'], settings } as const;
    const asked = async (allowsPrivate: boolean) => {
      const client = await clients.open(sampleProvider(`http://localhost:${at}/v1`, { allowsPrivate }), 'm');
      return client.ask(request, new AbortController().signal);
    };
    const before = server.connections();
    expect(await asked(true)).toMatchObject(REPLY);
    expect(await asked(true)).toMatchObject(REPLY);
    // the second call took the connection of the first
    expect(server.connections()).toBe(before + 1);
    const requests = server.requests.length;
    expect(await asked(false)).toMatchObject(FORBIDDEN_FAULT);
    expect(server.requests.length).toBe(requests);
  });

  it('follow no redirect to where they must not go', async () => {
    const inner = server.connections();
    const sender = await startScriptedOpenAiServer(({ index }) => ({
      kind: 'redirect',
      status: [301, 302, 303, 307, 308][index]!,
      to:
        index % 2 === 0
          ? 'http://169.254.169.254/latest/meta-data'
          : `http://127.0.0.1:${at}/v1/chat/completions`,
    }));
    try {
      for (let index = 0; index < 5; index++) {
        expect(await ask(sender.baseUrl, { hosts: 'loopback' })).toMatchObject(FORBIDDEN_FAULT);
      }
      expect(sender.requests).toHaveLength(5);
      expect(server.connections()).toBe(inner);
    } finally {
      await sender.stop();
    }
  });
});
