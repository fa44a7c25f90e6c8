import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportJob, ImportProgress, ImportSource } from '@agon/arena';
import { campaignSettingsSchema } from '@agon/contract';
import {
  connect,
  createCampaignStore,
  createExportStore,
  createIds,
  createImporter,
  createImportStore,
  type Database,
  openJobProcesses,
} from '@agon/database';
import type { CampaignId, ImportId } from '@agon/domain';
import { createTestDatabase, type TestDatabase } from '@agon/testkit';
import { importerContract, voteRows } from '@agon/testkit/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

const clock = { now: () => Date.now() };
const ids = createIds(clock);
let testDatabase: TestDatabase;
let database: Database;
let folder: string;
const opened: ReturnType<typeof openJobProcesses>[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = connect(testDatabase.url, { connections: 4 });
  folder = await mkdtemp(join(tmpdir(), 'agon-importer-'));
});
afterEach(async () => {
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
  return createImporter(testDatabase.url, processes);
}

async function campaign(): Promise<CampaignId> {
  const id = ids.next() as CampaignId;
  const settings = campaignSettingsSchema.parse({});
  const texts = { slug: `c-${id}`, title: 'Importer', description: '', attribution: null };
  await createCampaignStore(database, clock.now).create(
    { id, ...texts, state: 'draft', settings, createdAtMs: clock.now() },
    null,
  );
  return id;
}

async function file(name: string, content: string | Uint8Array): Promise<ImportSource> {
  const sha256 = createHash('sha256').update(content).digest('hex');
  const path = join(folder, `${ids.next()}-${name}`);
  await writeFile(path, content);
  return { name, path, sha256 };
}

async function jobOf(...files: readonly ImportSource[]): Promise<ImportJob & { campaignId: CampaignId }> {
  const rules = { unblinded: 'drop', oversampled: 'keep', onError: 'none', dryRun: false } as const;
  return {
    id: ids.next() as ImportId,
    campaignId: await campaign(),
    files,
    ...rules,
    shuffleSides: false,
    seed: 1,
    models: [],
    by: null,
    atMs: clock.now(),
  };
}

/** Still being read when the first progress is told. */
const longFile = () => file('long.jsonl', voteRows(4000, 0, 400));

importerContract(async () => ({
  importer: open(),
  imports: createImportStore(database),
  exports: createExportStore(database),
  ids,
  campaign,
  file,
}));

describe('imports in processes of their own', () => {
  it('runs two at a time; others wait their turn, and who gives up holds nobody back', async () => {
    const importer = open();
    const source = await file('votes.jsonl', voteRows(3));
    const stages: string[][] = [];
    const stops = Array.from({ length: 6 }, () => new AbortController());
    const jobs = await Promise.all(stops.map(() => jobOf(source)));
    const runs = jobs.map((job, i) => {
      const told: string[] = [];
      stages.push(told);
      const onProgress = ({ stage, total }: ImportProgress) =>
        told.push(stage === 'waiting' ? `waiting for ${total}` : stage);
      return importer.run(job, { onProgress, signal: stops[i]!.signal });
    });
    for (const i of [5, 4]) stops[i]!.abort(new Error(`${i} gave up`));
    for (const i of [4, 5]) await expect(runs[i]).rejects.toThrow(`${i} gave up`);
    for (const i of [0, 1, 2, 3]) expect(await runs[i]).toMatchObject({ written: true, votes: 3 });
    expect(stages.map((told) => told[0])).toEqual([
      'reading',
      'reading',
      ...[1, 2, 3, 4].map((before) => `waiting for ${before}`),
    ]);
    expect(stages.slice(4)).toEqual([['waiting for 3'], ['waiting for 4']]);
  });

  it.skipIf(process.platform !== 'linux')(
    'keep the arena’s secrets out of their environment and their arguments',
    async () => {
      vi.stubEnv('AGON_OWNER_KEY', 'the owner’s key');
      vi.stubEnv('AGON_SECRET', 'the sessions’ secret');
      vi.stubEnv('OPENAI_API_KEY', 'the judge’s key');
      const seen = onFirstProgress(async (child) => [
        await readFile(`/proc/${child}/environ`, 'utf8'),
        await readFile(`/proc/${child}/cmdline`, 'utf8'),
      ]);
      const run = open().run(await jobOf(await longFile()), { onProgress: seen.onProgress });
      const [environment = '', commandLine = ''] = await seen.result;
      await run;
      expect(environment).toMatch(/(^|\0)PATH=/);
      expect(environment).not.toMatch(/AGON_|API_KEY|’s key|secret/);
      expect(commandLine).toContain('import-process');
      expect(commandLine).not.toContain('postgres');
    },
  );

  it.skipIf(process.platform !== 'linux')('keep nothing where they end before their time', async () => {
    const importer = open();
    const job = await jobOf(await longFile());
    const killed = onFirstProgress(async (child) => process.kill(child, 'SIGKILL'));
    await expect(importer.run(job, { onProgress: killed.onProgress })).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining('SIGKILL'),
      hint: expect.stringMatching(/memory/),
    });
    await killed.result;
    expect(await createImportStore(database).find(job.id)).toBeNull();
    const votes = createExportStore(database).votes(job.campaignId)[Symbol.asyncIterator]();
    expect((await votes.next()).done).toBe(true);
    expect(await importer.run(job)).toMatchObject({ written: true, votes: 4000 });
  });

  it('end when the arena stops, running or waiting, and none begins after it', async () => {
    const importer = open();
    const source = await longFile();
    const jobs = await Promise.all([1, 2, 3].map(() => jobOf(source)));
    let isReading = () => {};
    const reading = new Promise<void>((resolve) => {
      isReading = resolve;
    });
    const runs = jobs.map((job) =>
      importer.run(job, { onProgress: ({ stage }) => stage === 'reading' && isReading() }),
    );
    const ends = runs.map((run) => expect(run).rejects.toMatchObject({ code: 'shutting_down' }));
    await reading;
    for (const processes of opened) processes.close();
    await Promise.all(ends);
    await expect(importer.run(jobs[0]!)).rejects.toMatchObject({
      code: 'shutting_down',
      kind: 'unavailable',
    });
    for (const job of jobs) expect(await createImportStore(database).find(job.id)).toBeNull();
  });
});

/** Does something to the import's process while it reads. */
function onFirstProgress<T>(work: (child: number) => Promise<T>) {
  let onProgress = () => {};
  const result = new Promise<T>((resolve, reject) => {
    onProgress = () => {
      onProgress = () => {};
      work(childOf(process.pid)).then(resolve, reject);
    };
  });
  return { result, onProgress: () => onProgress() };
}

function childOf(parent: number): number {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(parent)], {
    encoding: 'utf8',
  }).split('\n');
  const children = lines
    .filter((line) => line.includes('import-process'))
    .map((line) => Number.parseInt(line, 10));
  if (children.length !== 1) throw new Error(`${children.length} processes import`);
  return children[0]!;
}
