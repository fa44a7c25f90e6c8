/**
 * `npm run bench:board [votes] [models]`: a live board, of 300 models unless told. Loads all votes from the database into columns, against the
 * same rows as objects and against the server alone (the same COPY into /dev/null); then adds 1,000 votes at a time and
 * times the next board, read and fitted in its own thread, when its pairs were written as JSON there, and how long the
 * thread that answers requests was blocked.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { boardQuerySchema } from '@agon/contract';
import { connect, migrateDatabase, openBoardFits } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { voteCopySql } from '../../../packages/database/src/comparisons/comparison-sql.ts';
import { seedCampaign } from '../../crash/seed-campaign.ts';
import { insertVotes, prepareVotes } from './insert-votes.ts';

const votes = Number(process.argv[2] ?? 1_000_000);
const MODELS = Number(process.argv[3] ?? 300);
const PROMPTS = 200;
const ADDED = 1000;
const ROUNDS = 7;
/** Beyond, objects need more memory than a process has. */
const MAX_OBJECTS = 2_000_000;
const run = promisify(execFile);
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) =>
  values.toSorted((x, y) => x - y)[Math.floor(values.length / 2)]!;
const list = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(', ');

type Load = Readonly<Record<'rows' | 'seconds' | 'longestBlockMs' | 'before' | 'after' | 'peak', number>>;

async function timed<Result>(work: () => Promise<Result>) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  // a block that ends with the work is seen at the next turn
  await new Promise((resolve) => setTimeout(resolve, 5));
  delay.disable();
  return { result, ms, blockMs: delay.max / 1e6 };
}

const folder = mkdtempSync(join(tmpdir(), 'agon-bench-board-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
const database = connect(postgres.url, { connections: 2 });
try {
  await migrateDatabase(postgres.url);
  const { sql } = database;
  const [server] = await sql<{ version: string }[]>`select current_setting('server_version') as version`;
  const campaign = await seedCampaign(database, { slug: 'bench', models: MODELS, prompts: PROMPTS });
  await prepareVotes(sql, campaign);
  const made = await timed(() => insertVotes(sql, campaign, votes));
  await sql`vacuum analyze`;
  say(
    `machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]!.toFixed(1)}; ` +
      `Node ${process.versions.node}, PostgreSQL ${server?.version}; ${MODELS} models, ${PROMPTS} prompts, ${votes} votes ` +
      `(made in ${(made.ms / 1000).toFixed(0)} s)`,
  );

  const rule = { namesItself: false, quarantine: false, undone: false };
  const copy = voteCopySql(campaign, { after: 0, upTo: votes }, rule);
  const toNowhere = copy.replace('to stdout', "to '/dev/null'");
  // once before, so that the server reads from memory for everybody
  await sql.unsafe(toNowhere);
  const alone = await timed(() => sql.unsafe(toNowhere));
  const load = async (way: 'columns' | 'objects') => {
    const { stdout } = await run(
      process.execPath,
      ['--expose-gc', '--max-old-space-size=12000', script('./measure-load.ts'), postgres.url, campaign, way],
      { maxBuffer: 2 ** 20 },
    );
    return JSON.parse(stdout) as Load;
  };
  const describe = (name: string, { rows, seconds, longestBlockMs, before, after, peak }: Load) =>
    `${name}: ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s; memory ${before.toFixed(0)} → ${after.toFixed(0)} MiB ` +
    `(${(((after - before) * 2 ** 20) / rows).toFixed(0)} bytes a vote; peak ${peak.toFixed(0)} MiB); ` +
    `longest block of the event loop ${longestBlockMs.toFixed(0)} ms`;
  say(`the server alone, the same COPY into /dev/null: ${(alone.ms / 1000).toFixed(1)} s`);
  say(describe('columns', await load('columns')));
  if (votes <= MAX_OBJECTS) say(describe('one object a vote (the peer)', await load('objects')));
  else say(`one object a vote (the peer): not run, more than ${MAX_OBJECTS} votes`);

  const fits = openBoardFits(postgres.url);
  try {
    for (const [name, cluster] of [
      ['as boards are by default (intervals by prompt)', 'prompt'],
      ['intervals without clusters', 'none'],
      ['intervals by rater', 'rater'],
    ] as const) {
      const question = { kind: 'board', query: boardQuerySchema.parse({ cluster }) } as const;
      const first = await timed(() => fits.ask(campaign, question, 'exact'));
      const refreshes: { ms: number; blockMs: number; writtenMs: number }[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        await insertVotes(sql, campaign, ADDED);
        const startedAt = performance.now();
        const { result, ms, blockMs } = await timed(() => fits.ask(campaign, question, 'exact'));
        await result.pairs;
        refreshes.push({ ms, blockMs, writtenMs: performance.now() - startedAt });
      }
      const unchanged = await timed(() => fits.ask(campaign, question, 'exact'));
      say(
        `a board ${name}: first ${(first.ms / 1000).toFixed(2)} s; after ${ADDED} more votes ` +
          `${median(refreshes.map(({ ms }) => ms)).toFixed(0)} ms (${list(refreshes.map(({ ms }) => ms))}), with its JSON ${median(refreshes.map(({ writtenMs }) => writtenMs)).toFixed(0)} ms, ` +
          `unchanged ${unchanged.ms.toFixed(0)} ms; ` +
          `longest block of the thread that asks: ${first.blockMs.toFixed(0)} ms at the first, ` +
          `${Math.max(...refreshes.map(({ blockMs }) => blockMs)).toFixed(0)} ms at a refresh`,
      );
    }
    say(`memory of the process with its thread: ${(process.memoryUsage.rss() / 2 ** 20).toFixed(0)} MiB`);
  } finally {
    await fits.close();
  }
} finally {
  await database.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
