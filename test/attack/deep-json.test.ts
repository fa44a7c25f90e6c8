import { connect } from 'node:net';
import { type CallName, PATHS } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../apps/api/src/server.ts';
import { type ArenaUnderTest, OWNER_KEY, openArena } from '../api/arena-under-test.ts';

/** Nested by the thousand and the million: nothing overflows, and nobody else waits for it. */
const [THOUSANDS, MILLIONS] = [100_000, 10_000_000];
const AT_ONCE_MS = 100;
const JSON_TYPE = { 'content-type': 'application/json' };

let arena: ArenaUnderTest;
let server: RunningServer;

beforeAll(async () => {
  arena = await openArena();
  server = await startServer({ api: arena.api, host: '127.0.0.1', port: 0, pages: null, isHttps: false });
  await arena.owner().call('createCampaign', { body: { slug: 'deep', title: 'Deep' } });
  // what is compiled and connected at the first call is not what is measured
  await post('/api/v1/campaigns', '[[]]');
});
afterAll(async () => {
  await server.stop();
  await arena.close();
});

const authorization = { authorization: `Bearer ${OWNER_KEY}` };

async function post(
  path: string,
  body: BodyInit,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
  method = 'POST',
): Promise<{ readonly status: number; readonly ms: number; readonly problem: Record<string, unknown> }> {
  const startedAt = performance.now();
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...authorization, ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
  });
  const problem = (await response.json()) as Record<string, unknown>;
  return { status: response.status, ms: performance.now() - startedAt, problem };
}

const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const open = (levels: number) => '['.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const places = (Object.entries(PATHS) as [CallName, string][])
  .map(([name, place]) => ({ name, method: place.split(' ')[0]!, path: place.split(' ')[1]! }))
  .filter(({ method }) => method === 'POST' || method === 'PATCH')
  .map(({ path, ...place }) => ({ ...place, path: path.replace(/\{\w+\}/g, 'deep') }));
const accounts = ['sign-up/email', 'sign-in/email', 'update-user', 'change-password'].map((name) => ({
  name,
  method: 'POST',
  path: `/api/auth/${name}`,
}));

/** The status line, and when it came: the body goes out as fast as the server takes it. */
function firstLine(path: string, body: string): Promise<{ readonly line: string; readonly ms: number }> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const startedAt = performance.now();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', reject);
    socket.once('data', (data) => {
      resolve({ line: data.toString('latin1').split('\r\n', 1)[0]!, ms: performance.now() - startedAt });
      socket.destroy();
    });
    socket.write(
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${authorization.authorization}\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    socket.write(bytes);
  });
}

function chunked(text: string): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + 65_536));
      at += 65_536;
    },
  });
}

describe('bodies', () => {
  it.each([...places, ...accounts])('$name: 100,000 levels are refused', async ({ method, path }) => {
    for (const body of [lists(THOUSANDS), open(THOUSANDS), objects(60_000), `{"name":${lists(THOUSANDS)}}`]) {
      const { status, problem } = await post(path, body, JSON_TYPE, method);
      expect([413, 400, 404, 401, 403]).toContain(status);
      expect(JSON.stringify(problem).length).toBeLessThan(2000);
    }
    expect(arena.logged).toEqual([]);
  });

  it('say how deep they may be', async () => {
    expect(await post('/api/v1/campaigns', lists(65))).toMatchObject({
      status: 400,
      problem: { code: 'invalid_request', detail: 'The body is nested more than 64 deep.' },
    });
    // as deep as may be, and refused for what it is
    expect((await post('/api/v1/campaigns', lists(64))).problem.detail).not.toContain('deep');
  });

  it.each([
    ['a call', '/api/v1/campaigns'],
    ['an import', '/api/v1/campaigns/deep/imports'],
    ['sign-up', '/api/auth/sign-up/email'],
  ])('%s: ten million levels are refused at once', async (_, path) => {
    const before = process.memoryUsage().heapUsed;
    expect(await firstLine(path, open(MILLIONS))).toMatchObject({ line: expect.stringContaining(' 413 ') });
    const { ms } = await firstLine(path, open(MILLIONS));
    expect(ms).toBeLessThan(AT_ONCE_MS);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
    expect(arena.logged).toEqual([]);
  });

  it('of unknown length are refused as soon as they are too long', async () => {
    const reply = await post('/api/v1/campaigns', chunked(open(MILLIONS))).catch(() => null);
    // the connection may be cut before the reply is read
    if (reply !== null) expect(reply.status).toBe(413);
    expect((await post('/api/v1/campaigns', '{}')).status).toBe(400);
  });
});

describe('forms', () => {
  const formOf = (options: string, name?: string, text?: string) => {
    const form = new FormData();
    form.append('options', options);
    if (name !== undefined && text !== undefined) form.append('file', new Blob([text]), name);
    return form;
  };

  it.each([
    ['100,000 levels', lists(THOUSANDS), 400],
    ['100,000 levels in a field', `{"format":${lists(THOUSANDS)}}`, 400],
    ['10 million levels', open(MILLIONS), 413],
  ])('options of %s are refused', async (_, options, expected) => {
    for (const path of ['/api/v1/campaigns/deep/imports', '/api/v1/formats/inspect']) {
      const { status, problem } = await post(path, formOf(options, 'a.csv', 'x'), {});
      expect([status, problem.at]).toEqual([expected, { column: 'options' }]);
    }
  });

  const good = '{"model_a":"x","model_b":"y","winner":"model_a","prompt_id":"p1"}';
  const asRow = (deep: string) => `{"model_a":"x","model_b":"y","winner":"tie","prompt_id":${deep}}`;
  const cell = (deep: string) => `"${deep.replaceAll('"', '""')}"`;

  it.each<[string, (deep: string) => readonly [string, string]]>([
    ['lines', (deep) => ['rows.jsonl', `${good}\n${asRow(deep)}\n`]],
    ['a list', (deep) => ['rows.json', `[${good},\n${asRow(deep)}]`]],
    ['a table in an object', (deep) => ['rows.json', `{"data":[${good},\n${asRow(deep)}]}`]],
    [
      'CSV',
      (deep) => [
        'rows.csv',
        `model_a,model_b,winner,conversation_a,conversation_b\nx,y,model_a,,\nx,y,tie,${cell(deep)},${cell(deep)}\n`,
      ],
    ],
  ])('rows of %s are refused as rows, or read as texts', async (_, fileOf) => {
    for (const deep of [lists(THOUSANDS), objects(THOUSANDS), lists(MILLIONS)]) {
      const [name, text] = fileOf(deep);
      const options = '{"dry_run":true,"on_error":"good"}';
      const { status, problem } = await post(
        '/api/v1/campaigns/deep/imports',
        formOf(options, name, text),
        {},
      );
      expect([status, problem.detail]).toEqual([200, undefined]);
      expect(problem.votes).toBeGreaterThanOrEqual(1);
      expect(JSON.stringify(problem).length).toBeLessThan(20_000);
    }
    expect(arena.logged).toEqual([]);
  });
});

describe('while a file of ten million levels is read', () => {
  it('others are answered', async () => {
    const form = new FormData();
    form.append('options', '{"dry_run":true}');
    form.append('file', new Blob([`[${lists(MILLIONS)}]`]), 'deep.json');
    const reading = post('/api/v1/campaigns/deep/imports', form, {});
    let longest = 0;
    let done = false;
    void reading.finally(() => {
      done = true;
    });
    while (!done) {
      const startedAt = performance.now();
      await fetch(`${server.url}/healthz`);
      longest = Math.max(longest, performance.now() - startedAt);
    }
    expect((await reading).status).toBe(422);
    expect(longest).toBeLessThan(1000);
  });
});
