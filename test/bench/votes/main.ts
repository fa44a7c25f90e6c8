/**
 * `npm run bench:votes [votes] [voters]`: durable votes a second through the api, against single-row commits on the
 * same server in the same run (single-row-commits.ts says what that is). The goal: at least 80 %, p95 at most 150 ms
 * with 200 voters, memory of the api flat over 100,000 votes.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connect, migrateDatabase } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { seedCampaign } from '../../crash/seed-campaign.ts';
import { startBenchedApi } from '../api-process.ts';
import { processorSeconds } from './processor-time.ts';
import { singleRowCommits } from './single-row-commits.ts';

const votes = Number(process.argv[2] ?? 100_000);
const voters = Number(process.argv[3] ?? 200);
const GOAL = 0.8;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Least squares: MiB a 1,000 votes. */
function slope(points: readonly { readonly votes: number; readonly mib: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map((point) => point.votes / 1000)), mean(points.map((point) => point.mib))];
  const over = points.reduce((sum, point) => sum + (point.votes / 1000 - x) * (point.mib - y), 0);
  return over / points.reduce((sum, point) => sum + (point.votes / 1000 - x) ** 2, 0);
}

type Load = {
  readonly votes: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly processorSeconds: number;
};

async function load(
  url: string,
  mode: 'inline' | 'drawn-before',
  count: number,
  onReached: (votes: number) => void,
) {
  const child = spawn(
    process.execPath,
    [script('./load-client.ts'), url, 'bench', mode, String(voters), String(count)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let result: Load | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as Partial<Load> & { readonly reached?: number };
    if (message.reached === undefined) result = message as Load;
    else onReached(message.reached);
  }
  if (result === undefined) throw new Error('the load client ended without a result');
  return result;
}

const folder = mkdtempSync(join(tmpdir(), 'agon-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
try {
  await migrateDatabase(postgres.url);
  const database = connect(postgres.url, { connections: 2 });
  await seedCampaign(database, {
    slug: 'bench',
    models: 12,
    // a voter is given six battles to a prompt: each of the twelve answers once
    prompts: Math.max(20, Math.ceil((votes / voters / 6) * 2)),
    answerCharacters: 1000,
  });
  const [server] = await database.sql<
    { version: string }[]
  >`select current_setting('server_version') as version`;
  await database.close();
  const profile = process.env.AGON_BENCH_PROFILE;
  const api = await startBenchedApi(
    postgres.url,
    profile === undefined ? {} : { nodeArguments: ['--cpu-prof', `--cpu-prof-dir=${profile}`] },
  );
  try {
    const { url } = api;
    const mib = () => api.memory('now');
    say(
      `machine: ${availableParallelism()} cores (${cpus()[0]?.model ?? 'unknown'}), load ${loadavg()[0]!.toFixed(1)} before; ` +
        `Node ${process.versions.node}, PostgreSQL ${server?.version}; ${voters} voters`,
    );
    const warmUp = Math.min(10_000, Math.ceil(votes / 5));
    await load(url, 'inline', warmUp, () => {});
    // as pgbench does before it measures: else both sides run on plans made while the tables were empty
    const keeper = connect(postgres.url, { connections: 1 });
    await keeper.sql`vacuum analyze`;
    await keeper.close();
    const commits = async () => ({
      one: await singleRowCommits(postgres, 1, 3),
      ten: await singleRowCommits(postgres, 10, 3),
    });
    const costs: string[] = [];
    const costed = async (name: string, work: () => Promise<Load>): Promise<Load> => {
      const read = () => [processorSeconds(api.pid), processorSeconds(postgres.pid)];
      const [apiBefore = 0, postgresBefore = 0] = read();
      const result = await work();
      const [apiAfter = 0, postgresAfter = 0] = read();
      const each = (seconds: number) => `${((1e6 * seconds) / result.votes).toFixed(0)} µs`;
      costs.push(
        `processor time of a vote, ${name}: api ${each(apiAfter - apiBefore)}, PostgreSQL ${each(postgresAfter - postgresBefore)}, ` +
          `load client ${each(result.processorSeconds)}`,
      );
      return result;
    };
    const before = await commits();
    const points = [{ votes: 0, mib: mib() }];
    const inline = await costed('draws included', () =>
      load(url, 'inline', votes, (reached) => points.push({ votes: reached, mib: mib() })),
    );
    const between = await commits();
    const drawn = await costed('drawn before (draws counted too)', () =>
      load(url, 'drawn-before', Math.min(votes, 20_000), () => {}),
    );
    const after = await commits();
    const median = (values: readonly number[]) => values.toSorted((x, y) => x - y)[1]!;
    const one = median([before.one.rate, between.one.rate, after.one.rate]);
    const ten = median([before.ten.rate, between.ten.rate, after.ten.rate]);
    const rounds = (name: 'one' | 'ten') =>
      [before, between, after].map((round) => round[name].rate.toFixed(0)).join(', ');
    say(`single-row commits, 1 client: ${one.toFixed(0)}/s (${rounds('one')})`);
    say(`single-row commits, 10 clients: ${ten.toFixed(0)}/s (${rounds('ten')})`);
    for (const [name, result] of [
      ['draws included', inline],
      ['drawn before', drawn],
    ] as const) {
      const rate = result.votes / result.seconds;
      say(
        `votes through the api, ${name}: ${rate.toFixed(0)}/s = ${((100 * rate) / one).toFixed(0)} % of 1 client (goal ${100 * GOAL} %), ` +
          `${((100 * rate) / ten).toFixed(0)} % of 10; p50 ${result.p50.toFixed(0)} ms, p95 ${result.p95.toFixed(0)} ms (goal 150), ` +
          `p99 ${result.p99.toFixed(0)} ms; ${result.votes} votes`,
      );
    }
    for (const cost of costs) say(cost);
    for (const [name, commit] of [
      ['1 client', between.one],
      ['10 clients', between.ten],
    ] as const) {
      say(
        `processor time of a single-row commit, ${name}: PostgreSQL ${commit.serverMicros.toFixed(0)} µs, client ${commit.clientMicros.toFixed(0)} µs`,
      );
    }
    say(
      `memory of the api in MiB, each 10,000 votes: ${points.map((point) => point.mib.toFixed(0)).join(' ')}`,
    );
    const settled = points.filter((point) => point.votes >= votes * 0.3);
    if (settled.length > 2)
      say(
        `after the first 30 %: ${slope(settled).toFixed(3)} MiB a 1,000 votes, ${mib().toFixed(0)} MiB at the end`,
      );
  } finally {
    await api.stop();
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
