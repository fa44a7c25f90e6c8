import { networkInterfaces } from 'node:os';
import type { Asked, ModelClients } from '@agon/arena';
import { isArenaError } from '@agon/domain';
import { type ScriptedOpenAiServer, startScriptedOpenAiServer } from '@agon/testkit';
import { sampleProvider } from '@agon/testkit/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostAddress } from './guarded-agents.ts';
import { createKeyVault } from './key-vault.ts';
import { createModelClients } from './model-clients.ts';

type Machine = {
  readonly hosts?: string;
  readonly ownPorts?: readonly number[];
  /** What names mean, one list a look; default: as this machine resolves them. */
  readonly resolve?: (host: string) => readonly HostAddress[];
};

function clientsOf({ hosts, ownPorts = [], resolve }: Machine): ModelClients {
  return createModelClients({
    environment: { AGON_PROVIDER_HOSTS: hosts },
    readKey: async () => null,
    vault: createKeyVault(''),
    keyContext: () => '',
    ownPorts: async () => ownPorts,
    ...(resolve === undefined ? {} : { resolve: async (host) => resolve(host) }),
    now: () => Date.now(),
  });
}

/** Where opening refuses, the fault that asking would meet. */
async function askThrough(
  clients: ModelClients,
  baseUrl: string,
  allowsPrivate: boolean,
  timeoutMs = 3000,
): Promise<Asked> {
  const limits = { concurrency: null, callsPerMinute: null, timeoutMs };
  const settings = { temperature: 0, maxTokens: 1 };
  try {
    const client = await clients.open(sampleProvider(baseUrl, { allowsPrivate, limits }), 'scripted');
    return await client.ask(
      { kind: 'chat', system: '', turns: ['Hi'], settings },
      new AbortController().signal,
    );
  } catch (error) {
    if (!isArenaError(error) || error.code !== 'provider_forbidden') throw error;
    const { message } = error;
    return { kind: 'fault', fault: { reason: 'forbidden_address', message, retryAfterMs: null } };
  }
}

function ask(baseUrl: string, machine: Machine & { readonly allowsPrivate?: boolean }): Promise<Asked> {
  return askThrough(clientsOf(machine), baseUrl, machine.allowsPrivate ?? false);
}

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
    const clients = clientsOf({ resolve: rebound });
    const again = () => askThrough(clients, `http://models.example:${at}/v1`, true, 500);
    expect(await again()).toMatchObject({ kind: 'fault' });
    expect(looks).toBe(1);
    expect(await again()).toMatchObject(FORBIDDEN_FAULT);
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
      expect(await ask(`http://${host}:${at}/v1`, machine)).toMatchObject(FORBIDDEN_FAULT);
    }
    const own = Object.values(networkInterfaces()).flatMap((cards) => cards ?? []);
    for (const { address, family } of own) {
      const resolve = () => [{ address, family: family === 'IPv4' ? 4 : 6 }];
      expect(await ask(`http://gpu-1:${at}/v1`, { ...machine, resolve })).toMatchObject(FORBIDDEN_FAULT);
    }
    expect(server.connections()).toBe(before);
  });

  it('that wait for their next call serve nobody who may not open them', async () => {
    const clients = clientsOf({ resolve: () => ON_LOOPBACK });
    const asked = (allowsPrivate: boolean) => askThrough(clients, `http://localhost:${at}/v1`, allowsPrivate);
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
