import { createServer, type Socket } from 'node:net';
import type { CallFault } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { createAddressGuard } from './address-guard.ts';
import { CallFailed } from './call-fault.ts';
import { createGuardedAgents } from './guarded-agents.ts';
import { createGuardedFetch } from './guarded-fetch.ts';

const guard = createAddressGuard({ AGON_PROVIDER_HOSTS: 'loopback' });
const agents = createGuardedAgents({ guard, allowsPrivate: false, ownPorts: async () => [] });

/** What a call meets at a server that writes so, once it was asked. */
async function meet(
  write: (socket: Socket) => void,
  timeoutMs = 2000,
): Promise<CallFault | 'reply' | 'aborted'> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('data', () => write(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const baseUrl = `http://127.0.0.1:${port}`;
  const get = createGuardedFetch({ agents, baseUrl, apiKey: null, now: () => Date.now() });
  try {
    await get(`${baseUrl}/models`, { signal: AbortSignal.timeout(timeoutMs) });
    return 'reply';
  } catch (thrown) {
    return thrown instanceof CallFailed ? thrown.fault : 'aborted';
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

const SECRET = 'SSH-2.0-OpenSSH_9.2p1';

describe('createGuardedFetch', () => {
  it.each<[string, (socket: Socket) => void, CallFault['reason'] | 'reply' | 'aborted']>([
    ['a service that speaks no HTTP', (socket) => socket.end(`${SECRET}\r\n`), 'unreadable'],
    ['a line without a status', (socket) => socket.end(`HTTP/1.1 ${SECRET}\r\n\r\n`), 'unreadable'],
    [
      'headers without end',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${`x-${SECRET}: ${'a'.repeat(1000)}\r\n`.repeat(40)}`),
      'unreadable',
    ],
    [
      'two lengths of one body',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
      'unreadable',
    ],
    [
      'chunks that are none',
      (socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}'),
      'unreadable',
    ],
    [
      'a switch to another protocol',
      (socket) => socket.write('HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'),
      'server_error',
    ],
    [
      'a status of no kind',
      (socket) => socket.end('HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n'),
      'server_error',
    ],
    ['no more than "go on"', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 'aborted'],
    ['a first line that stays open', (socket) => socket.write('HTTP/1.1 200'), 'aborted'],
    ['a status without a body', (socket) => socket.write('HTTP/1.1 204 None\r\n\r\n'), 'reply'],
    [
      'an error whose text never ends',
      (socket) => {
        socket.write('HTTP/1.1 500 Odd\r\n\r\n');
        const flood = () => {
          while (socket.writable && socket.write(SECRET.repeat(1000)));
        };
        socket.on('drain', flood);
        flood();
      },
      'server_error',
    ],
  ])('meets %s', async (_name, write, expected) => {
    const met = await meet(write);
    expect(typeof met === 'string' ? met : met.reason).toBe(expected);
    expect(JSON.stringify(met)).not.toContain(SECRET);
  });

  it('opens no connection to an address that is written out and not allowed', async () => {
    let connections = 0;
    const server = createServer(() => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const strict = createGuardedAgents({
      guard: createAddressGuard({}),
      allowsPrivate: false,
      ownPorts: async () => [],
    });
    const get = createGuardedFetch({ agents: strict, baseUrl, apiKey: null, now: () => Date.now() });
    await expect(get(`${baseUrl}/models`)).rejects.toMatchObject({ fault: { reason: 'forbidden_address' } });
    await new Promise((resolve) => server.close(resolve));
    expect(connections).toBe(0);
  });
});
