import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  connect,
  createExporter,
  createExportStore,
  createIds,
  type Database,
  openJobProcesses,
} from '@agon/database';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { writableImports } from '@agon/testkit/bundles';
import { exporterContract, sampleBundle } from '@agon/testkit/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readParquet } from '../../packages/files/src/parquet/read-parquet.ts';
import { emptyCampaign } from './import-into.ts';

const ids = createIds({ now: () => Date.now() });
let testDatabase: TestDatabase;
let database: Database;
let folder: string;
const opened: ReturnType<typeof openJobProcesses>[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
  folder = await mkdtemp(join(tmpdir(), 'agon-exporter-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const processes of opened.splice(0)) processes.close();
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
  await rm(folder, { recursive: true });
});

function open() {
  const processes = openJobProcesses();
  opened.push(processes);
  return { processes, exporter: createExporter(testDatabase.url, processes) };
}

const campaign = async () => (await emptyCampaign(database)).id;

async function rowsOf(bytes: Uint8Array) {
  const path = join(folder, `${ids.next()}.parquet`);
  await writeFile(path, bytes);
  const rows: Record<string, unknown>[] = [];
  await readParquet(path, 'table', [], (more) => {
    for (const row of more) rows.push({ ...(row as { readonly values: object }).values });
    return undefined;
  });
  return rows;
}

exporterContract(async () => ({
  exporter: open().exporter,
  exports: createExportStore(database),
  imports: writableImports(database),
  ids,
  campaign,
  rowsOf,
}));

async function withVotes(count: number) {
  const id = await campaign();
  await writableImports(database).write(sampleBundle(id, ids.next(), count));
  return id;
}

/** Files without a name that this process holds open, in a temporary folder of the test's own. */
async function openNameless(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(
    descriptors.map((each) => readlink(`/proc/self/fd/${each}`).catch(() => '')),
  );
  return targets.filter((target) => target.includes('agon-export-') && target.endsWith('(deleted)')).length;
}

function exportProcesses(): number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return lines
    .split('\n')
    .filter((line) => line.includes('export-process'))
    .map((line) => Number.parseInt(line, 10));
}

describe.skipIf(!existsSync('/proc/self/fd'))(
  'files of an export (seen in /proc, which only Linux has)',
  () => {
    it('have no name in the temporary folder, and are gone when they were read or turned away from', async () => {
      vi.stubEnv('TMPDIR', await mkdtemp(join(folder, 'tmp-')));
      const { exporter } = open();
      const id = await withVotes(10);
      const writing = exporter.parquet(id, 'votes');
      await vi.waitFor(() => expect(exportProcesses()).toHaveLength(1));
      expect(await readdir(tmpdir())).toEqual([]);
      const [read, returned, unread] = [
        await writing,
        await exporter.parquet(id, 'votes'),
        await exporter.parquet(id, 'votes'),
      ];
      expect(await openNameless()).toBe(3);
      for await (const part of read.body) expect(part.length).toBe(read.byteLength);
      expect(await openNameless()).toBe(2);
      await returned.body.next();
      await returned.body.return?.();
      expect(await openNameless()).toBe(1);
      await unread.body.return?.();
      expect(await openNameless()).toBe(0);
    });

    it('are gone, with the process, when whoever wants them gives up', async () => {
      const { exporter } = open();
      const stop = new AbortController();
      const writing = exporter.parquet(await withVotes(10), 'votes', stop.signal);
      const ended = expect(writing).rejects.toThrow('gave up');
      await vi.waitFor(() => expect(exportProcesses()).toHaveLength(1));
      expect(await openNameless()).toBe(1);
      stop.abort(new Error('gave up'));
      await ended;
      expect(exportProcesses()).toEqual([]);
      expect(await openNameless()).toBe(0);
    });

    it('are gone when the process dies, or the arena stops', async () => {
      const { exporter, processes } = open();
      const id = await withVotes(10);
      const dying = expect(exporter.parquet(id, 'votes')).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining('SIGKILL'),
      });
      await vi.waitFor(() => expect(exportProcesses()).toHaveLength(1));
      process.kill(exportProcesses()[0]!, 'SIGKILL');
      await dying;
      const stopping = [1, 2, 3].map(() =>
        expect(exporter.parquet(id, 'votes')).rejects.toMatchObject({ code: 'shutting_down' }),
      );
      await vi.waitFor(() => expect(exportProcesses()).toHaveLength(2));
      processes.close();
      await Promise.all(stopping);
      expect(await openNameless()).toBe(0);
    });

    it('come from processes that know no secrets', async () => {
      vi.stubEnv('AGON_OWNER_KEY', 'the owner’s key');
      const { exporter } = open();
      const writing = exporter.parquet(await withVotes(10), 'votes');
      await vi.waitFor(() => expect(exportProcesses()).toHaveLength(1));
      const seen = execFileSync('cat', [`/proc/${exportProcesses()[0]}/environ`], { encoding: 'utf8' });
      expect(seen).toMatch(/(^|\0)PATH=/);
      expect(seen).not.toMatch(/AGON_|key/);
      await (await writing).body.return?.();
    });
  },
);
