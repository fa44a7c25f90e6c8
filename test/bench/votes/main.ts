/**
 * `npm run bench:votes [votes] [voters]`: durable votes a second through the api, against single-row commits on the
 * same server in the same run (pgbench-style: one insert, one transaction, as many clients as the pool has
 * connections). The goal: at least 80 %, p95 at most 150 ms with 200 voters, memory flat.
 */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect, migrateDatabase } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { seedCampaign } from '../../crash/seed-campaign.ts';

const votes = Number(process.argv[2] ?? 20_000);
const voters = Number(process.argv[3] ?? 200);
const CLIENTS = 10;
const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Rows a second of one-row transactions into a table with the keys of `votes`. */
async function singleRowCommits(url: string, rows: number): Promise<number> {
  const { sql, close } = connect(url, { connections: CLIENTS });
  await sql`create table if not exists bench_rows (id uuid primary key, campaign_id uuid not null, seq bigserial,
    battle_id uuid not null, rater_id uuid not null, outcome text not null, idempotency_key text not null,
    at timestamptz not null, unique (battle_id, rater_id), unique (rater_id, idempotency_key))`;
  const campaign = randomUUID();
  let left = rows;
  const startMs = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left > 0) {
        left -= 1;
        await sql`insert into bench_rows (id, campaign_id, battle_id, rater_id, outcome, idempotency_key, at)
          values (${randomUUID()}, ${campaign}, ${randomUUID()}, ${randomUUID()}, 'a', ${randomUUID()}, now())`;
      }
    }),
  );
  const seconds = (performance.now() - startMs) / 1000;
  await close();
  return rows / seconds;
}

function residentMib(pid: number): number {
  const line = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

const folder = mkdtempSync(join(tmpdir(), 'agon-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => {} });
try {
  await migrateDatabase(postgres.url);
  const database = connect(postgres.url, { connections: 2 });
  await seedCampaign(database, {
    slug: 'bench',
    models: 12,
    prompts: Math.max(20, Math.ceil((votes / voters / 66) * 2)),
  });
  await database.close();
  const api = spawn(process.execPath, [script('../../../apps/api/src/main.ts')], {
    env: {
      ...process.env,
      NODE_ENV: 'production',
      AGON_DATABASE_URL: postgres.url,
      AGON_SECRET: 'bench-secret-bench-secret-bench-secret',
      AGON_RATE_LIMITS: 'off',
      AGON_WEB: '0',
      AGON_DEMO: '0',
      PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      createInterface({ input: api.stdout }).on('line', (line) => {
        const event = JSON.parse(line) as { event: string; url: string };
        if (event.event === 'ready') resolve(event.url);
        else reject(new Error(line));
      });
    });
    const run = promisify(execFile);
    const load = async (count: number) =>
      JSON.parse(
        (
          await run(process.execPath, [
            script('./load-client.ts'),
            url,
            'bench',
            String(voters),
            String(count),
          ])
        ).stdout,
      ) as {
        votes: number;
        seconds: number;
        p50: number;
        p95: number;
        p99: number;
      };
    const warm = Math.floor(votes / 5);
    await load(warm);
    const before = await singleRowCommits(postgres.url, Math.min(votes, 10_000));
    const memoryBefore = residentMib(api.pid!);
    const result = await load(votes - warm);
    const memoryAfter = residentMib(api.pid!);
    const after = await singleRowCommits(postgres.url, Math.min(votes, 10_000));
    const peer = (before + after) / 2;
    const rate = result.votes / result.seconds;
    process.stdout.write(
      [
        `machine: ${availableParallelism()} cores, Node ${process.versions.node}; ${voters} voters, ${result.votes} votes`,
        `single-row commits: ${before.toFixed(0)}/s before, ${after.toFixed(0)}/s after (${CLIENTS} clients)`,
        `votes through the api, draws included: ${rate.toFixed(0)}/s = ${((100 * rate) / peer).toFixed(0)} % (goal 80 %)`,
        `latency of a vote: p50 ${result.p50.toFixed(0)} ms, p95 ${result.p95.toFixed(0)} ms (goal 150), p99 ${result.p99.toFixed(0)} ms`,
        `memory of the api: ${memoryBefore.toFixed(0)} MiB before, ${memoryAfter.toFixed(0)} MiB after`,
        '',
      ].join('\n'),
    );
  } finally {
    api.kill('SIGTERM');
  }
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
