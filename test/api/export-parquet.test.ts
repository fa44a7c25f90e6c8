import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Composed } from '../../apps/api/src/compose.ts';
import { type RunningServer, startServer } from '../../apps/api/src/server.ts';
import { ratingsOf, runVerb } from '../../apps/cli/src/verbs/run-verb.ts';
import { type ArenaUnderTest, OWNER_KEY, openArena } from './arena-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-export-api-'));
const params = { campaign: 'columns' };
const PATH = `/api/v1/campaigns/columns/export`;
const headers = { authorization: `Bearer ${OWNER_KEY}` };
/** A text that hardly shrinks. */
const noise = (seed: number) =>
  Array.from({ length: 2400 }, (_, at) =>
    Math.abs(Math.sin(seed * 2400 + at))
      .toString(36)
      .slice(2),
  ).join(' ');

let arena: ArenaUnderTest;
let server: RunningServer;
/** Called when an export's file begins to be made. */
let began = () => {};

beforeAll(async () => {
  const adapt = (composed: Composed): Composed => ({
    ...composed,
    ports: {
      ...composed.ports,
      exporter: {
        parquet(...given) {
          began();
          return composed.ports.exporter.parquet(...given);
        },
      },
    },
  });
  arena = await openArena({ adapt });
  const owner = arena.owner();
  await owner.call('createCampaign', { body: { slug: 'columns', title: 'Columns' } });
  const votes = Array.from(
    { length: 120 },
    (_, i) =>
      `model-${i % 3},model-${(i + 1 + (i % 2)) % 3},${['model_a', 'model_b', 'tie'][i % 3]},r${i % 9},p${i % 30}`,
  );
  // together more than sockets take in by themselves
  const answers = Array.from({ length: 5 }, (_, part) =>
    Array.from({ length: 100 }, (_, i) => {
      const id = `q${part}-${i}`;
      const model = `model-${i % 3}`;
      return JSON.stringify({
        prompt_id: id,
        prompt: `Question ${id}`,
        model,
        answer: noise(100 * part + i),
      });
    }).join('\n'),
  );
  for (const [name, text] of [
    ['votes.csv', ['model_a,model_b,winner,rater,prompt_id', ...votes].join('\n')],
    ...answers.map((text, part) => [`answers-${part}.jsonl`, text]),
  ] as [string, string][]) {
    const { rows } = await owner.call('createImport', { params, body: { files: [{ name, text }] } });
    expect(rows).toMatchObject({ imported: rows.read, refused: 0 });
  }
  const settings = { pages: null, isHttps: false, drainMs: 2000 };
  server = await startServer({ api: arena.api, host: '127.0.0.1', port: 0, ...settings });
});
afterEach(() => {
  began = () => {};
  expect(arena.logged).toEqual([]);
});
afterAll(async () => {
  await server.stop();
  await arena.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Files without a name that this process holds open. */
async function openNameless(): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const targets = await Promise.all(names.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')));
  return targets.filter((target) => /agon-export-.*\(deleted\)$/.test(target)).length;
}

/** The reply as it begins; nothing of its body was read. */
function ask(query: string, method = 'GET'): { readonly reply: Promise<IncomingMessage>; leave(): void } {
  const asked = httpRequest(`${server.url}${PATH}?${query}`, { method, headers });
  const reply = new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve).on('error', reject);
  });
  asked.end();
  return { reply, leave: () => asked.destroy() };
}

describe('an export as Parquet', () => {
  it('comes with its length and rates as the campaign does', async () => {
    const response = await fetch(`${server.url}${PATH}?what=votes&as=parquet`, { headers });
    expect(response.headers.get('content-type')).toBe('application/vnd.apache.parquet');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="columns-votes.parquet"');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    const path = join(folder, 'votes.parquet');
    writeFileSync(path, bytes);
    const ratings = ratingsOf(await runVerb('rank', [path, '--cluster', 'prompt', '--json']));
    const { people } = await arena.owner().call('getBoard', { params });
    expect('models' in ratings && ratings.models).toEqual(people?.models);
    expect(people?.models).toHaveLength(3);
  });

  it('is there for a board too, and for what has no rows', async () => {
    for (const what of ['board', 'verdicts', 'scores', 'battles']) {
      const response = await fetch(`${server.url}${PATH}?what=${what}&as=parquet`, { headers });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect([what, response.status, bytes.length]).toEqual([
        what,
        200,
        Number(response.headers.get('content-length')),
      ]);
      expect(bytes.subarray(-4).toString()).toBe('PAR1');
    }
  });

  it('is only for researchers', async () => {
    const refused = await fetch(`${server.url}${PATH}?what=votes&as=parquet`);
    expect(refused.status).toBe(401);
  });
});

describe.skipIf(!existsSync('/proc/self/fd'))(
  'readers that leave (seen in /proc, which only Linux has)',
  () => {
    it('while the file is made: it is given up', async () => {
      const isBegun = new Promise<void>((resolve) => {
        began = resolve;
      });
      const { reply, leave } = ask('what=votes&as=parquet');
      const left = expect(reply).rejects.toThrow();
      await isBegun;
      await vi.waitFor(async () => expect(await openNameless()).toBe(1));
      leave();
      await left;
      await vi.waitFor(async () => expect(await openNameless()).toBe(0), { timeout: 5000 });
    });

    it('on the way: the file is let go', async () => {
      const { reply, leave } = ask('what=answers&as=parquet');
      const response = await reply;
      expect(Number(response.headers['content-length'])).toBeGreaterThan(8_000_000);
      expect(await openNameless()).toBe(1);
      response.on('error', () => {});
      leave();
      await vi.waitFor(async () => expect(await openNameless()).toBe(0), { timeout: 5000 });
    });

    it('or only ask for the head: neither a file nor a query stays open', async () => {
      for (const as of ['parquet', 'jsonl']) {
        const response = await ask(`what=answers&as=${as}`, 'HEAD').reply;
        expect(response.statusCode).toBe(200);
        response.resume();
      }
      expect(await openNameless()).toBe(0);
      const [row] = await arena.database.sql<{ open: number }[]>`
      select count(*)::int as open from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`;
      expect(row?.open).toBe(0);
    });
  },
);
