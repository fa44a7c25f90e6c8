import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workRun } from '@agon/arena';
import { judgeCardSchema, judgeRunSchema } from '@agon/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadDemoCampaign } from '../../apps/api/src/load-demo-campaign.ts';
import { type RunningServer, startServer } from '../../apps/api/src/server.ts';
import { type Ran, runVerb } from '../../apps/cli/src/verbs/run-verb.ts';
import { compose as composeWorker } from '../../apps/judge/src/compose.ts';
import { writeTinyScorer } from '../../packages/inference/src/onnx/samples/tiny-scorer.ts';
import { type ArenaUnderTest, ENCRYPTION_KEY, OWNER_KEY, openArena } from './arena-under-test.ts';
import type { Visitor } from './visitor.ts';

let arena: ArenaUnderTest;
let server: RunningServer;
let worker: Awaited<ReturnType<typeof composeWorker>>;
let owner: Visitor;
let slug: string;
let scratch: string;
const abort = new AbortController();
const works: Promise<void>[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'agon-reward-'));
  writeTinyScorer(join(scratch, 'encoder'), { reads: 'encoder', labels: 1 });
  writeTinyScorer(join(scratch, 'pairs'), { reads: 'encoder', labels: 2 });
  arena = await openArena({
    adapt: (composed) => ({
      ...composed,
      // runs are worked on in this process, as the judge service does
      ports: { ...composed.ports, runQueue: { announce: async (run) => void works.push(work(run)) } },
    }),
  });
  worker = await composeWorker(
    arena.databaseUrl,
    { AGON_PROVIDER_HOSTS: 'loopback', AGON_ENCRYPTION_KEY: ENCRYPTION_KEY },
    { readKey: async () => null, ownPorts: async () => [] },
  );
  await loadDemoCampaign(arena.ports);
  owner = arena.owner();
  slug = (await owner.call('listCampaigns')).items[0]!.slug;
  server = await startServer({ api: arena.api, host: '127.0.0.1', port: 0, pages: null, isHttps: false });
  vi.stubEnv('AGON_URL', server.url);
  vi.stubEnv('AGON_API_KEY', OWNER_KEY);
});
afterAll(async () => {
  abort.abort();
  await Promise.all(works);
  vi.unstubAllEnvs();
  await server.stop();
  await worker.close();
  await arena.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function work(run: Parameters<typeof workRun>[0]): Promise<void> {
  while (!abort.signal.aborted) {
    const result = await workRun(run, worker.ports, abort.signal);
    if (result.kind === 'finished') return;
    await worker.ports.timers.after(50, abort.signal);
  }
}

const documentOf = ({ out }: Ran): unknown => JSON.parse(out);
const judge = (...args: string[]) => runVerb('judge', [...args, '--campaign', slug, '--json']);
const run = (name: string, folder: string, ...more: string[]) =>
  judge('run', name, '--onnx', join(scratch, folder), ...more);

describe('a reward model as a judge', () => {
  it('scores battles, and its card says what its scores are worth to people', async () => {
    const ran = judgeRunSchema.parse(documentOf(await run('reward-score', 'encoder')));
    expect(ran).toMatchObject({ state: 'done', cost: 0, judge: 'reward-score' });
    const card = judgeCardSchema.parse(documentOf(await judge('report', 'reward-score')));
    console.log(
      JSON.stringify(
        {
          ran: ran.verdicts,
          calls: ran.calls,
          reward: card.reward,
          cal: card.calibration,
          summary: card.summary,
          probes: card.probes,
          counts: card.counts,
        },
        null,
        1,
      ),
    );
  }, 120_000);
});
