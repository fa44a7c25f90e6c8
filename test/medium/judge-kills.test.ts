import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SYSTEM_ACTOR, startJudgeRun } from '@agon/arena';
import { connect } from '@agon/database';
import type { RunId } from '@agon/domain';
import { parseJudge } from '@agon/judging';
import { createTestDatabase, nonceOf, startScriptedOpenAiServer } from '@agon/testkit';
import { expect, it } from 'vitest';
import { startingPorts } from '../crash/run-ports.ts';
import { seedCampaign } from '../crash/seed-campaign.ts';
import { WITHOUT_PROBES } from './runs-under-test.ts';

const JUDGE = fileURLToPath(new URL('../../apps/judge/src/main.ts', import.meta.url));
const CALLS = 800;
const CONCURRENCY = 16;
const KILLS = 4;
const LATENCY_MS = 40;

/** A judge service that has said that it is ready. */
async function startJudge(url: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [JUDGE], {
    env: { PATH: process.env.PATH, AGON_DATABASE_URL: url, AGON_PROVIDER_HOSTS: 'loopback' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  expect(JSON.parse(String(line))).toMatchObject({ event: 'ready' });
  return child;
}

it('ends with the same verdicts however often its workers are killed, and pays twice only for what was in flight or had just come', async () => {
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
    await seedCampaign(database, { slug: 'killed', models: 2, prompts: CALLS / 2 });
    // probes are calls as others are, and their number is not what is counted here
    const judge = parseJudge(WITHOUT_PROBES);
    const deps = { ...startingPorts(database), judges: { all: async () => [judge] } };
    const { runs } = deps;
    const { run } = await startJudgeRun(
      {
        actor: SYSTEM_ACTOR,
        campaign: 'killed',
        judge: 'pair-explain',
        model: 'scripted',
        provider: null,
        baseUrl: server.baseUrl,
        apiKeyEnv: null,
        orders: 'both',
        limit: CALLS / 2,
        repeat: 1,
        concurrency: CONCURRENCY,
        budgetUsd: null,
        seed: 1,
      },
      deps,
    );
    const id = run as RunId;
    const done = async () => (await runs.counts(id)).done;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const child = await startJudge(testDatabase.url);
      const until = (CALLS * kill) / (KILLS + 2);
      while ((await done()) < until) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const last = await startJudge(testDatabase.url);
    while ((await runs.find(id))?.state !== 'done') await new Promise((resolve) => setTimeout(resolve, 20));
    last.kill('SIGTERM');
    await once(last, 'exit');
    const [stored] = await database.sql<{ all: number; ties: number; odd: number; replies: number }[]>`
      select count(*)::int as all, (count(*) filter (where d.outcome = 'tie'))::int as ties,
        (count(*) filter (where d.outcome is distinct from
          case when p.turns->>0 ~ 'prompt-[0-9]*[05][?]' then 'tie' when d.slot_order = 'ab' then 'a' else 'b' end))::int as odd,
        (select count(*)::int from replies) as replies
      from verdicts d join battles b on b.id = d.battle_id join prompts p on p.id = b.prompt_id`;
    expect(stored).toMatchObject({ all: CALLS, ties: CALLS / 5, odd: 0 });
    expect(stored!.replies).toBeGreaterThanOrEqual(CALLS);
    // each kill loses what is in flight, and replies that came a moment before
    expect(server.requests.length).toBeLessThanOrEqual(CALLS + KILLS * 2 * CONCURRENCY);
    expect(await runs.counts(id)).toMatchObject({ total: CALLS, done: CALLS, pending: 0, failed: 0 });
  } finally {
    await server.stop();
    await database.close();
    await testDatabase.drop();
  }
}, 120_000);
