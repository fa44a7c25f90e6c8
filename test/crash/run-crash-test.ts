import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, migrateDatabase } from '@agon/database';
import { startEmbeddedPostgres } from '@agon/database/embedded';
import { apiProcess } from './api-process.ts';
import { checkLedger, type Ledger } from './check-ledger.ts';
import { seedCampaign } from './seed-campaign.ts';
import { type Acknowledged, runVoter } from './voter.ts';

export type CrashPlan = {
  readonly name: string;
  /** File of the api process under test. */
  readonly script: string;
  readonly votes: number;
  readonly voters: number;
  readonly apiKills: number;
  readonly postgresKills: number;
  /** SQL that breaks the design on purpose, for the control runs. */
  readonly sabotage?: string;
};

export type CrashResult = Ledger & {
  readonly apiKills: number;
  readonly postgresKills: number;
  readonly retries: number;
  /** Times that the api ended by itself. */
  readonly ownEnds: number;
  readonly seconds: number;
};

/** Votes while api and database are killed at even steps of the way; every retry is the same request again. */
export async function runCrashTest(plan: CrashPlan): Promise<CrashResult> {
  const startMs = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'agon-crash-'));
  const port = await freePort();
  const dataDir = join(folder, 'postgres');
  const open = () => startEmbeddedPostgres({ dataDir, log: () => {} });
  let postgres = await open();
  const campaign = 'crash';
  const abort = new AbortController();
  let ownEnds = 0;
  const api = apiProcess(
    plan.script,
    {
      AGON_DATABASE_URL: postgres.url,
      AGON_SECRET: 'crash-test-secret-crash-test-secret',
      AGON_RATE_LIMITS: 'off',
      AGON_WEB: '0',
      AGON_DEMO: '0',
      // fifty starts: what was compiled once is read again
      NODE_COMPILE_CACHE: join(tmpdir(), 'agon-crash-compiled'),
      HOST: '127.0.0.1',
      PORT: String(port),
    },
    {
      logFile: join(folder, 'api.log'),
      onOwnEnd: () => {
        ownEnds += 1;
      },
    },
  );
  try {
    await migrateDatabase(postgres.url);
    const seeding = connect(postgres.url, { connections: 2 });
    await seedCampaign(seeding, { slug: campaign, models: 8, prompts: 100, importedVotes: 3 });
    if (plan.sabotage !== undefined) await seeding.sql.unsafe(plan.sabotage);
    await seeding.close();
    await api.start();
    let budget = plan.votes;
    let counted = 0;
    let kills = { api: 0, postgres: 0 };
    const voters = Array.from({ length: plan.voters }, (_, index) =>
      runVoter({
        url: `http://127.0.0.1:${port}`,
        campaign,
        index,
        claim: () => {
          budget -= 1;
          return budget >= 0;
        },
        onVote: () => {
          counted += 1;
        },
        signal: abort.signal,
      }),
    );
    const finished = Promise.all(voters).then((all) => {
      counted = Number.POSITIVE_INFINITY;
      return all;
    });
    finished.catch(() => abort.abort());
    const total = plan.apiKills + plan.postgresKills;
    for (let step = 1; step <= total; step += 1) {
      const goal = (plan.votes * step) / (total + 1);
      while (counted < goal && !abort.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 2));
      if (abort.signal.aborted) break;
      const hitsPostgres =
        Math.floor((step * plan.postgresKills) / total) >
        Math.floor(((step - 1) * plan.postgresKills) / total);
      if (hitsPostgres) {
        process.kill(postgres.pid, 'SIGKILL');
        postgres = await open();
        kills = { ...kills, postgres: kills.postgres + 1 };
      } else {
        await api.kill();
        await api.start();
        kills = { ...kills, api: kills.api + 1 };
      }
    }
    const results = await finished;
    const acknowledged: Acknowledged[] = results.flatMap((voter) => voter.acknowledged);
    await api.kill();
    const database = connect(postgres.url, { connections: 2 });
    const ledger = await checkLedger(database, acknowledged);
    await database.close();
    return {
      ...ledger,
      apiKills: kills.api,
      postgresKills: kills.postgres,
      retries: results.reduce((sum, voter) => sum + voter.retries, 0),
      ownEnds,
      seconds: (performance.now() - startMs) / 1000,
    };
  } finally {
    abort.abort();
    await api.kill();
    await postgres.stop();
    if (process.env.AGON_KEEP_CRASH_FOLDER === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
