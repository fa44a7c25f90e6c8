import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../apps/api/src/server.ts';
import { type ArenaUnderTest, OWNER_KEY, openArena } from './arena-under-test.ts';
import { seedCampaign } from './seed-campaign.ts';

let arena: ArenaUnderTest;
let server: RunningServer;

beforeEach(async () => {
  arena = await openArena();
  server = await startServer({
    api: arena.api,
    host: '127.0.0.1',
    port: 0,
    pages: null,
    isHttps: false,
    drainMs: 2000,
  });
});
afterEach(async () => {
  await server.stop();
  await arena.close();
});

describe('the server', () => {
  it('answers the API, and says where there are no pages', async () => {
    expect(await (await fetch(`${server.url}/healthz`)).text()).toBe('ok\n');
    expect((await fetch(`${server.url}/api/v1/campaigns`)).status).toBe(200);
    const page = await fetch(server.url);
    expect([page.status, await page.text()]).toEqual([503, expect.stringContaining('/api/v1')]);
  });

  it('takes its own origin from the host it was asked at', async () => {
    const { slug } = await seedCampaign(arena);
    const consent = (origin: string) =>
      fetch(`${server.url}/api/v1/campaigns/${slug}/consents`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/json' },
        body: JSON.stringify({ version: 1, language: 'en' }),
      });
    expect((await consent('http://evil.example')).status).toBe(403);
    const response = await consent(server.url);
    expect(response.status).toBe(201);
    // plain http: a Secure cookie would never come back
    expect(response.headers.getSetCookie().join()).not.toMatch(/secure/i);
  });

  it('names a taken port', async () => {
    const { port } = new URL(server.url);
    await expect(
      startServer({ api: arena.api, host: '127.0.0.1', port: Number(port), pages: null, isHttps: false }),
    ).rejects.toMatchObject({ code: 'port_taken', message: expect.stringContaining(port) });
  });

  it('lets requests in flight finish, ends event streams, and refuses new connections', async () => {
    const { slug } = await seedCampaign(arena);
    const events = await fetch(`${server.url}/api/v1/campaigns/${slug}/board/events`);
    const reader = events.body!.getReader();
    await reader.read();
    // a request whose body is still on its way when the server begins to stop
    const body = JSON.stringify({ version: 1, language: 'en' });
    const { port } = new URL(server.url);
    const slow = httpRequest({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: `/api/v1/campaigns/${slug}/consents`,
      headers: {
        origin: server.url,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    const answered = new Promise<number>((resolve, reject) => {
      slow.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      slow.on('error', reject);
    });
    slow.write(body.slice(0, 5));
    // the server has seen it once it answers another request sent after it
    await fetch(`${server.url}/healthz`);
    const startedAt = performance.now();
    const stopped = server.stop();
    expect((await reader.read()).done).toBe(true);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();
    slow.end(body.slice(5));
    expect(await answered).toBe(201);
    await stopped;
    expect(performance.now() - startedAt).toBeLessThan(1500);
    server = { url: '', stop: async () => {} };
  });

  it('cuts off what does not end in time', async () => {
    const hasty = await startServer({
      api: arena.api,
      host: '127.0.0.1',
      port: 0,
      pages: null,
      isHttps: false,
      drainMs: 200,
    });
    const hanging = httpRequest({
      host: '127.0.0.1',
      port: new URL(hasty.url).port,
      method: 'POST',
      path: '/api/v1/campaigns',
      headers: {
        authorization: `Bearer ${OWNER_KEY}`,
        'content-type': 'application/json',
        'content-length': 10,
      },
    });
    const cut = new Promise<{ code?: string }>((resolve) => hanging.on('error', resolve));
    hanging.write('{');
    await fetch(`${hasty.url}/healthz`);
    await hasty.stop();
    expect((await cut).code).toBe('ECONNRESET');
  });
});

describe('pages', () => {
  it('are rendered with calls to the same process, as the page’s own visitor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'agon-pages-'));
    const handler = join(folder, 'handler.mjs');
    // what apps/web/build/handler.js does, in small: a call while rendering, with the cookies of the page's request
    writeFileSync(
      handler,
      `export async function handler(request, response) {
        const call = new Request('http://' + request.headers.host + '/api/v1/campaigns/seeded/consents', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ version: 1, language: 'en' }),
        });
        const reply = await request.api(call);
        response.end(JSON.stringify([reply.status, request.headers['x-forwarded-proto']]));
      }`,
    );
    await seedCampaign(arena);
    const shown = async (isHttps: boolean) => {
      const pages = await startServer({
        api: arena.api,
        host: '127.0.0.1',
        port: 0,
        pages: handler,
        isHttps,
      });
      const response = await fetch(pages.url, { headers: { 'x-forwarded-proto': 'gopher' } });
      const text = await response.text();
      await pages.stop();
      return JSON.parse(text);
    };
    expect(await shown(false)).toEqual([201, 'http']);
    expect(await shown(true)).toEqual([201, 'https']);
    rmSync(folder, { recursive: true });
  });
});

describe('a page that takes a form', () => {
  it('is not asked about anything else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'agon-pages-'));
    const handler = join(folder, 'handler.mjs');
    writeFileSync(handler, "export function handler(_, response) { response.end('read'); }");
    const pages = await startServer({
      api: arena.api,
      host: '127.0.0.1',
      port: 0,
      pages: handler,
      isHttps: false,
    });
    const sent = async (type: string) => {
      const response = await fetch(`${pages.url}/mode`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: 'mode=dark',
      });
      return response.status;
    };
    expect(await sent('application/json')).toBe(415);
    expect(await sent('text/plain')).toBe(415);
    expect(await sent('application/x-www-form-urlencoded;charset=UTF-8')).toBe(200);
    expect(await sent('multipart/form-data; boundary=x')).toBe(200);
    await pages.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('addresses', () => {
  it('that are not ours get no page', async () => {
    const local = await startServer({
      api: arena.api,
      host: '127.0.0.1',
      port: 0,
      pages: null,
      allowedHosts: new Set(['localhost']),
      isHttps: false,
    });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      httpRequest({ host: '127.0.0.1', port: new URL(local.url).port, headers: { host: 'evil.example' } })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
    await local.stop();
  });

  it('are shown as a browser can open them', async () => {
    const all = await startServer({ api: arena.api, host: '0.0.0.0', port: 0, pages: null, isHttps: false });
    expect(all.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await all.stop();
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const fixed = await startServer({
      api: arena.api,
      host: '127.0.0.1',
      port,
      pages: '/nowhere/handler.js',
      isHttps: false,
    });
    expect(fixed.url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await fetch(fixed.url)).text()).toContain('npm run build');
    await fixed.stop();
  });
});
