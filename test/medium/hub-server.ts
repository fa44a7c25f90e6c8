import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const COMMIT = '5a'.repeat(20);
const LARGE = 1000;

export type HubServer = {
  readonly url: string;
  /** Paths of files, and bytes sent of each. */
  readonly sent: Map<string, number>;
  /** Ends the connection once so many bytes of the path were sent; taken out when it happened. */
  readonly cuts: Map<string, number>;
  /** Sends other bytes than are listed. */
  readonly spoilt: Set<string>;
  /** Sends so slowly that a person can stop it: bytes a step of 20 ms. */
  slowness: number | null;
  close(): Promise<void>;
};

/** The hub's paths over files in memory: repository facts, tree, resolve with ranges and redirects to another place. */
export async function serveHub(repo: string, files: ReadonlyMap<string, Buffer>): Promise<HubServer> {
  const sent = new Map<string, number>();
  const cuts = new Map<string, number>();
  const spoilt = new Set<string>();
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const json = (response: ServerResponse, body: unknown) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  const refuse = (response: ServerResponse, status: number, code: string) =>
    response
      .writeHead(status, { 'content-type': 'application/json', 'x-error-code': code })
      .end(JSON.stringify({ error: code }));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url!, 'http://hub').pathname);
    if (path.includes('/closed/')) return void refuse(response, 403, 'GatedRepo');
    if (path.startsWith(`/api/models/${repo}/revision/`)) {
      if (!/\/(main|v1|(5a){20})$/.test(path)) return void refuse(response, 404, 'RevisionNotFound');
      return void json(response, { _id: '1', id: repo, sha: COMMIT });
    }
    if (path === `/api/models/${repo}/tree/${COMMIT}`) {
      return void json(
        response,
        [...files].map(([name, content]) => listed(name, content)),
      );
    }
    const resolve = `/${repo}/resolve/${COMMIT}/`;
    if (path.startsWith(resolve)) {
      const name = path.slice(resolve.length);
      const content = files.get(name);
      if (content === undefined) return void refuse(response, 404, 'EntryNotFound');
      if (content.length < LARGE) return send(request, response, name, content);
      const { port } = server.address() as AddressInfo;
      return void response
        .writeHead(302, { location: `http://localhost:${port}/store/${name}`, etag: '"x"' })
        .end();
    }
    const stored = files.get(path.slice('/store/'.length));
    if (path.startsWith('/store/') && stored !== undefined) {
      return send(request, response, path.slice('/store/'.length), stored);
    }
    refuse(response, 401, 'RepoNotFound');
  }

  async function send(request: IncomingMessage, response: ServerResponse, name: string, content: Buffer) {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const first = range === null ? 0 : Number(range[1]);
    const last = range === null || range[2] === '' ? content.length - 1 : Number(range[2]);
    const isProbe = range !== null && first === 0 && last === 0;
    const body = Buffer.from(content.subarray(first, last + 1));
    if (spoilt.has(name)) body[0] = body[0]! ^ 1;
    response.writeHead(range === null ? 200 : 206, {
      'content-length': body.length,
      etag: '"x"',
      ...(range === null ? {} : { 'content-range': `bytes ${first}-${last}/${content.length}` }),
    });
    const cut = isProbe ? undefined : cuts.get(name);
    const step = hub.slowness ?? 65_536;
    for (let at = 0; at < body.length; at += step) {
      if (cut !== undefined && at >= cut) {
        cuts.delete(name);
        response.destroy();
        return;
      }
      const piece = body.subarray(at, at + step);
      response.write(piece);
      if (!isProbe) sent.set(name, (sent.get(name) ?? 0) + piece.length);
      await new Promise((resolve) => setTimeout(resolve, hub.slowness === null || isProbe ? 0 : 20));
      if (response.destroyed) return;
    }
    response.end();
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hub: HubServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent,
    cuts,
    spoilt,
    slowness: null,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return hub;
}

function listed(path: string, content: Buffer): unknown {
  const oid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
  const entry = { type: 'file', path, size: content.length, oid };
  if (content.length < LARGE) return entry;
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { ...entry, oid: 'f'.repeat(40), lfs: { oid: sha256, size: content.length, pointerSize: 130 } };
}
