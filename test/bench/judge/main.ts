/**
 * `npm run bench:judge [calls] [latency ms] [concurrency]`: calls a second of a judge run, in a judge service as it runs in
 * production, on a server that answers after 50 ms: from the first request until the run is done, every verdict and reply
 * durable. Peers, in the same run: bare fetch with as many calls in flight, before and after each round, and promptfoo on
 * the same requests where AGON_BENCH_PROMPTFOO is the path of its program (`npm i promptfoo@0.123.1` in a folder of its
 * own). The goals: 60 % of bare fetch, ten times promptfoo, and a judge service that stays below 250 MB (Linux only).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SYSTEM_ACTOR, startJudgeRun } from '@agon/arena';
import { connect, migrateDatabase, openRunQueue } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import type { RunId } from '@agon/domain';
import { JUDGE_NODE_ARGS } from '@agon/inference/supervisor';
import { startingPorts } from '../../crash/run-ports.ts';
import { seedCampaign } from '../../crash/seed-campaign.ts';
import { judgesWithoutProbes } from '../../crash/without-probes.ts';
import { askPromptfoo } from './promptfoo-peer.ts';

const calls = Number(process.argv[2] ?? 2000);
const latencyMs = Number(process.argv[3] ?? 50);
const concurrency = Number(process.argv[4] ?? 64);
/** A run that is long enough to show memory is asked once. */
const ROUNDS = calls > 10_000 ? 1 : 3;
/** Goals: share of bare fetch, multiple of promptfoo, resident memory of the judge service in MB. */
const GOALS = { ofBareFetch: 0.6, ofPromptfoo: 10, megabytes: 250 };
const SAMPLE_MS = 1000;
const ANSWER_CHARACTERS = 400;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

async function firstLine<T>(child: ChildProcess): Promise<T> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as T;
  throw new Error('a process ended without a word');
}

function start(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeArgs: readonly string[] = [],
) {
  return spawn(process.execPath, [...nodeArgs, script(path), ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Resident memory of a process in MB, each second; Linux only, elsewhere nothing. */
function watchMemory(pid: number): { readonly samples: readonly number[]; stop(): void } {
  const samples: number[] = [];
  const timer = setInterval(() => {
    const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : '';
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    if (kilobytes > 0) samples.push(kilobytes / 1024);
  }, SAMPLE_MS);
  return { samples, stop: () => clearInterval(timer) };
}

function mark(what: string, ratio: number, goal: number): boolean {
  say(`${what}: ratio ${ratio.toFixed(2)}, goal ${goal} ${ratio >= goal ? 'met' : 'missed'}`);
  return ratio >= goal;
}

async function bareFetch(url: string): Promise<number> {
  const { seconds } = await firstLine<{ seconds: number }>(
    start('./bare-fetch.ts', [url, String(calls), String(concurrency)]),
  );
  await fetch(`${url}/seen`);
  return calls / seconds;
}

const folder = mkdtempSync(join(tmpdir(), 'agon-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
await migrateDatabase(postgres.url);
const database = connect(postgres.url, { connections: 4 });
const queue = await openRunQueue(postgres.url, () => {});
const server = start('./slow-server.ts', [String(latencyMs)]);
const { url } = await firstLine<{ url: string }>(server);
const environment = { AGON_DATABASE_URL: postgres.url, AGON_PROVIDER_HOSTS: 'loopback' };
const judge = start('../../../apps/judge/src/main.ts', [], environment, JUDGE_NODE_ARGS);
await firstLine(judge);
try {
  // both orders of each battle
  await seedCampaign(database, {
    slug: 'bench',
    models: 2,
    prompts: Math.ceil(calls / 2),
    answerCharacters: ANSWER_CHARACTERS,
  });
  const deps = { ...startingPorts(database), runQueue: queue, judges: judgesWithoutProbes };
  const { runs } = deps;
  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(2)}`,
  );
  say(
    `${calls} calls, ${latencyMs} ms, ${concurrency} in flight; at best ${Math.round((1000 * concurrency) / latencyMs)} a second`,
  );
  const ours: number[] = [];
  const memories: (readonly number[])[] = [];
  const peers: number[] = [await bareFetch(url)];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const memory = watchMemory(judge.pid!);
    const { run } = await startJudgeRun(
      {
        actor: SYSTEM_ACTOR,
        campaign: 'bench',
        judge: 'pair-explain',
        model: `slow-${round}`,
        provider: null,
        baseUrl: `${url}/v1`,
        apiKeyEnv: null,
        orders: 'both',
        limit: Math.ceil(calls / 2),
        repeat: 1,
        concurrency,
        budgetUsd: null,
        seed: 1,
      },
      deps,
    );
    while ((await runs.find(run as RunId))?.state !== 'done')
      await new Promise((resolve) => setTimeout(resolve, 25));
    memory.stop();
    memories.push(memory.samples);
    const endMs = (await runs.find(run as RunId))!.finishedAtMs!;
    const seen = (await (await fetch(`${url}/seen`)).json()) as {
      first: number;
      requests: number;
      most: number;
    };
    const [stored] = await database.sql<{ verdicts: number; replies: number }[]>`
      select (select count(*)::int from verdicts where run_id = ${run} and outcome is not null) as verdicts,
        (select count(*)::int from replies where run_id = ${run}) as replies`;
    if (stored?.verdicts !== calls || stored.replies !== calls || seen.requests !== calls)
      throw new Error(`lost or doubled: ${JSON.stringify({ stored, seen })}`);
    ours.push((1000 * calls) / (endMs - seen.first));
    peers.push(await bareFetch(url));
    say(
      `round ${round}: agon ${Math.round(ours.at(-1)!)}/s (${seen.most} in flight at most), bare fetch ${Math.round(peers.at(-1)!)}/s`,
    );
  }
  const best = Math.max(...ours);
  const peer = Math.max(...peers);
  const marks = [
    mark(`agon ${Math.round(best)}/s, bare fetch ${Math.round(peer)}/s`, best / peer, GOALS.ofBareFetch),
  ];
  const program = process.env.AGON_BENCH_PROMPTFOO;
  if (program === undefined) say('promptfoo: not run, AGON_BENCH_PROMPTFOO is not set');
  else {
    const { callsASecond, megabytes } = await askPromptfoo({ program, url, calls, concurrency, folder });
    marks.push(
      mark(
        `promptfoo ${Math.round(callsASecond)}/s, ${Math.round(megabytes)} MB at most`,
        best / callsASecond,
        GOALS.ofPromptfoo,
      ),
    );
  }
  const all = memories.flat();
  if (all.length === 0) say('memory: not measured, this system has no /proc');
  else {
    // medians of tenths of the last run: flat or growing
    const last = memories.at(-1)!;
    const tenths = Array.from({ length: 10 }, (_, i) => {
      const part = last.slice(Math.floor((i * last.length) / 10), Math.ceil(((i + 1) * last.length) / 10));
      return Math.round(part.toSorted((x, y) => x - y)[Math.floor(part.length / 2)] ?? 0);
    });
    const most = Math.max(...all);
    say(`judge service: ${Math.round(most)} MB at most; by tenths of the last run ${tenths.join(' ')} MB`);
    marks.push(most <= GOALS.megabytes);
  }
  process.exitCode = marks.every(Boolean) ? 0 : 1;
} finally {
  for (const child of [judge, server]) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await queue.stop();
  await database.close();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
