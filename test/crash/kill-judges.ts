import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SYSTEM_ACTOR, startJudgeRun } from '@agon/arena';
import { connect } from '@agon/database';
import type { RunId } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { createTestDatabase, nonceOf, startScriptedOpenAiServer } from '@agon/testkit';
import { startingPorts } from './run-ports.ts';
import { seedCampaign } from './seed-campaign.ts';
import { judgesWithoutProbes } from './without-probes.ts';

const JUDGE = fileURLToPath(new URL('../../apps/judge/src/main.ts', import.meta.url));
const LATENCY_MS = 40;

export type KillPlan = { readonly calls: number; readonly concurrency: number; readonly kills: number };
export type KillReport = {
  /** Hash over every verdict of the run whose workers were killed, and of one that was left alone. */
  readonly killed: string;
  readonly whole: string;
  readonly verdicts: number;
  /** Verdicts that are not what the judge thinks of the battle. */
  readonly odd: number;
  /** Requests beyond one a call, and replies that are in the ledger beyond one a call. */
  readonly paidAgain: number;
  readonly repliesAgain: number;
  /** Most requests that one kill made necessary again. */
  readonly worst: number;
  readonly counts: { readonly done: number; readonly pending: number; readonly failed: number };
};

/** A judge run whose workers are killed with SIGKILL at random points, and the same run left alone. */
export async function killJudges({ calls, concurrency, kills }: KillPlan): Promise<KillReport> {
  const testDatabase = await createTestDatabase();
  const database = connect(testDatabase.url, { connections: 3 });
  // what a judge thinks depends on the battle alone
  const server = await startScriptedOpenAiServer((request) => {
    const nonce = nonceOf(request);
    const text = request.messages.map(({ content }) => content).join();
    const label = /prompt-\d*[05]\?/.test(text) ? 'tie' : 'A';
    return { kind: 'text', text: `<v-${nonce}>${label}</v-${nonce}>`, delayMs: LATENCY_MS, costUsd: 0.001 };
  });
  try {
    await seedCampaign(database, { slug: 'killed', models: 2, prompts: calls / 2 });
    // probes are calls as others are, and their number is not what is counted here
    const deps = { ...startingPorts(database), judges: judgesWithoutProbes };
    const { runs } = deps;
    const start = async (model: string) => {
      const { run } = await startJudgeRun(
        {
          actor: SYSTEM_ACTOR,
          campaign: 'killed',
          judge: 'pair-explain',
          model,
          provider: null,
          baseUrl: server.baseUrl,
          apiKeyEnv: null,
          orders: 'both',
          limit: calls / 2,
          repeat: 1,
          concurrency,
          budgetUsd: null,
          seed: 1,
        },
        deps,
      );
      return run as RunId;
    };
    const finish = async (id: RunId) => {
      const child = await startJudge(testDatabase.url);
      while ((await runs.find(id))?.state !== 'done') await pause(20);
      child.kill('SIGTERM');
      await once(child, 'exit');
    };
    const hashOf = async (id: RunId) => {
      const rows = await database.sql<{ line: string }[]>`
        select concat_ws('/', battle_id, slot_order, repeat, outcome, unscored) as line from verdicts where run_id = ${id} order by 1`;
      return createHash('sha256')
        .update(rows.map(({ line }) => line).join('\n'))
        .digest('hex');
    };

    const id = await start('killed');
    const random = seededRandom('kills');
    const total = (await runs.counts(id)).total;
    const points = Array.from({ length: kills }, () => Math.floor(total * 0.95 * random.next())).sort(
      (x, y) => x - y,
    );
    let worst = 0;
    for (const point of points) {
      const before = { asked: server.requests.length, done: (await runs.counts(id)).done };
      const child = await startJudge(testDatabase.url);
      // so that each worker does something, however close the points are
      while ((await runs.counts(id)).done < Math.max(point, before.done + 1)) await pause(5);
      child.kill('SIGKILL');
      await once(child, 'exit');
      const after = { asked: server.requests.length, done: (await runs.counts(id)).done };
      worst = Math.max(worst, after.asked - before.asked - (after.done - before.done));
    }
    await finish(id);
    const asked = server.requests.length;
    const [stored] = await database.sql<{ all: number; odd: number; replies: number }[]>`
      select count(*)::int as all, (count(*) filter (where d.outcome is distinct from
          case when p.turns->>0 ~ 'prompt-[0-9]*[05][?]' then 'tie' when d.slot_order = 'ab' then 'a' else 'b' end))::int as odd,
        (select count(*)::int from replies) as replies
      from verdicts d join battles b on b.id = d.battle_id join prompts p on p.id = b.prompt_id where d.run_id = ${id}`;
    const { done, pending, failed } = await runs.counts(id);
    const whole = await start('whole');
    await finish(whole);
    return {
      killed: await hashOf(id),
      whole: await hashOf(whole),
      verdicts: stored!.all,
      odd: stored!.odd,
      paidAgain: asked - total,
      repliesAgain: stored!.replies - total,
      worst,
      counts: { done, pending, failed },
    };
  } finally {
    await server.stop();
    await database.close();
    await testDatabase.drop();
  }
}

/** A judge service that has said that it is ready. */
export async function startJudge(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [JUDGE], {
    env: { PATH: process.env.PATH, AGON_DATABASE_URL: url, AGON_PROVIDER_HOSTS: 'loopback' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const said = JSON.parse(String(line)) as { event?: string };
  if (said.event !== 'ready') throw new Error(`the judge service said ${String(line)}`);
  return child;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
