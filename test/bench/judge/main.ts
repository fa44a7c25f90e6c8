/**
 * `npm run bench:judge [calls] [latency ms] [concurrency]`: calls a second of a judge run, in a judge service as it runs in
 * production, on a server that answers after 50 ms: from the first request until the run is done, every verdict and reply
 * durable. The peer is bare fetch with as many calls in flight, in the same run, before and after. The goal: 750 a second.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SYSTEM_ACTOR, startJudgeRun } from '@agon/arena';
import { connect, migrateDatabase, openRunQueue } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import type { RunId } from '@agon/domain';
import { startingPorts } from '../../crash/run-ports.ts';
import { seedCampaign } from '../../crash/seed-campaign.ts';
import { judgesWithoutProbes } from '../../crash/without-probes.ts';

const calls = Number(process.argv[2] ?? 2000);
const latencyMs = Number(process.argv[3] ?? 50);
const concurrency = Number(process.argv[4] ?? 64);
const ROUNDS = 3;
const GOAL = 750;
const ANSWER_CHARACTERS = 400;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

async function firstLine<T>(child: ChildProcess): Promise<T> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as T;
  throw new Error('a process ended without a word');
}

function start(path: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawn(process.execPath, [script(path), ...args], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
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
const judge = start('../../../apps/judge/src/main.ts', [], {
  AGON_DATABASE_URL: postgres.url,
  AGON_PROVIDER_HOSTS: 'loopback',
});
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
  const peers: number[] = [await bareFetch(url)];
  for (let round = 1; round <= ROUNDS; round += 1) {
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
  say(`agon ${Math.round(best)}/s, bare fetch ${Math.round(peer)}/s, ratio ${(best / peer).toFixed(2)}`);
  say(best >= GOAL ? `goal of ${GOAL}/s met` : `goal of ${GOAL}/s missed`);
  process.exitCode = best >= GOAL ? 0 : 1;
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
