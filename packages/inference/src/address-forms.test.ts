import type { Asked } from '@agon/arena';
import { isArenaError } from '@agon/domain';
import { type ScriptedOpenAiServer, startScriptedOpenAiServer } from '@agon/testkit';
import { sampleProvider } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyVault } from './key-vault.ts';
import { createModelClients } from './model-clients.ts';
import { createProviderRules } from './provider-rules.ts';

/** Servers that would be reached if anything were; where a machine has no IPv6, one. */
const servers: ScriptedOpenAiServer[] = [];
let port: number;

beforeAll(async () => {
  const reply = () => ({ kind: 'text', text: 'reached' }) as const;
  const ipv4 = await startScriptedOpenAiServer(reply);
  port = Number(new URL(ipv4.baseUrl).port);
  const ipv6 = await startScriptedOpenAiServer(reply, { host: '::1', port }).catch(() => null);
  servers.push(ipv4, ...(ipv6 === null ? [] : [ipv6]));
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

const rules = createProviderRules({ environment: {}, ownPorts: () => [] });
const clients = createModelClients({
  environment: {},
  readKey: async () => null,
  vault: createKeyVault(''),
  keyContext: () => '',
  ownPorts: async () => [],
  now: () => Date.now(),
});

/** As a worker asks: whatever the row of the provider says, and however it came to be there. */
async function ask(baseUrl: string, allowsPrivate: boolean): Promise<Asked | { readonly kind: string }> {
  const limits = { concurrency: null, callsPerMinute: null, timeoutMs: 3000 };
  const settings = { temperature: 0, maxTokens: 1 };
  try {
    const client = await clients.open(sampleProvider(baseUrl, { allowsPrivate, limits }), 'scripted');
    return await client.ask(
      { kind: 'chat', system: '', turns: ['Hi'], settings },
      new AbortController().signal,
    );
  } catch (error) {
    if (isArenaError(error)) return { kind: error.code };
    throw error;
  }
}

function save(baseUrl: string, by: 'owner' | 'administrator'): string {
  try {
    return rules.checkAddress(baseUrl, by).allowsPrivate ? 'private' : 'public';
  } catch (error) {
    if (isArenaError(error)) return error.code;
    throw error;
  }
}

function reached(): number {
  return servers.reduce((sum, server) => sum + server.connections(), 0);
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
    const asked = await ask(url, owner !== 'private');
    const fault = (asked as { fault?: { reason: string } }).fault?.reason;
    expect(fault ?? asked.kind).toBe(
      owner === INVALID ? INVALID : fault === undefined ? FORBIDDEN : 'forbidden_address',
    );
    expect(reached()).toBe(0);
  });

  it('gives the plain spelling', () => {
    const hint = (url: string) => {
      try {
        rules.checkAddress(url, 'owner');
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
