import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workRun } from '@agon/arena';
import { calibratedJudgeSchema, judgeCardSchema, judgeRunSchema } from '@agon/contract';
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

const card = async (name: string) => judgeCardSchema.parse(documentOf(await judge('report', name)));

const saidOf = (name: string) => arena.database.sql<
  { text: string; share: number | null; outcome: string }[]
>`
  select r.texts[1] as text, d.share_a as share, d.outcome from verdicts d join replies r on r.id = d.reply_id
    join judges j on j.id = d.judge_id where j.name = ${name}`;

describe('a reward model as a judge', () => {
  it('scores battles, and its card says what its scores are worth to people', async () => {
    const ran = judgeRunSchema.parse(documentOf(await run('reward-score', 'encoder')));
    expect(ran).toMatchObject({ state: 'done', cost: 0, judge: 'reward-score', verdicts: { unscored: {} } });
    const found = await card('reward-score');
    // answers that are read one at a time are asked about once
    expect(found.counts).toMatchObject({ battles: 442, verdicts: 442, both_orders: 0, votes: 689 });
    const { reward } = found;
    if (reward === null) throw new Error('it has scores');
    expect(reward).toMatchObject({ form: 'pointwise', state: 'fitted' });
    // one battle is left out: its answers are equal, so nobody was asked
    expect(reward.fitted_on).toMatchObject({ votes: 688, prompts: 24 });
    expect(reward.held_out).toEqual(reward.fitted_on);
    expect(reward.slope.value!).toBeGreaterThan(0);
    expect(reward.half.log_loss).toBeCloseTo(Math.LN2, 12);
    expect(reward.calibrated.log_loss!).toBeLessThan(reward.half.log_loss!);
    expect(reward.gain.value).toBeCloseTo(reward.half.log_loss! - reward.calibrated.log_loss!, 9);
    const { out } = await runVerb('judge', ['report', 'reward-score', '--campaign', slug]);
    expect(out).toMatch(/β = \d+\.\d\d \(/);
    expect(out).toContain('50 % for every battle');
    // what the card draws are chances of people, and not the scores
    expect(found.calibration.bins.length).toBeGreaterThan(1);
    for (const { judge: says, people } of found.disagreements.items)
      expect((says - 0.5) * (people - 0.5)).toBeLessThan(0);
    // no answer is shown first
    expect(found.orders.first_slot.of).toBe(0);
  }, 120_000);

  it('keeps raw scores as its replies, and chances of people with its verdicts', async () => {
    const { slope } = (await card('reward-score')).reward!;
    const rows = await saidOf('reward-score');
    expect(rows).toHaveLength(441);
    const slopes = new Set<string>();
    for (const { text, share, outcome } of rows) {
      const [[a = 0] = [], [b = 0] = []] = (JSON.parse(text) as { scores: number[][] }).scores;
      expect(outcome).toBe(a > b ? 'a' : a < b ? 'b' : 'tie');
      if (a !== b) slopes.add((Math.log(share! / (1 - share!)) / (a - b)).toFixed(4));
    }
    // one slope a fold, each without the votes on its own prompts
    expect(slopes.size).toBe(5);
    for (const each of slopes) expect(Math.abs(Number(each) / slope.value! - 1)).toBeLessThan(0.5);
  });

  it('is tried, checked for drift and bundled as any judge is', async () => {
    const tried = documentOf(
      await judge('dry-run', 'reward-score', '--battles', '3', '--onnx', join(scratch, 'encoder')),
    ) as { items: { readings: { state: string; user: string; raw: string; probability: unknown }[] }[] };
    const readings = tried.items.flatMap((item) => item.readings);
    expect(readings.length).toBeGreaterThan(2);
    for (const { state, user, raw, probability } of readings) {
      expect(state).toBe('scored');
      expect(user).toMatch(/^\[user\]\n/);
      expect(JSON.parse(raw)).toEqual({ scores: [[expect.any(Number)], [expect.any(Number)]] });
      expect(probability).toBeNull();
    }
    const { items } = await owner.call('listJudgeRuns', { params: { campaign: slug } });
    const id = items.find((each) => each.judge === 'reward-score')!.run;
    // a model of random weights may fail a probe
    await owner.call('admitRun', { params: { run: id }, body: { reason: 'a test' } });
    const drift = await judge('drift', 'reward-score', '--items', '20');
    expect([drift.code, documentOf(drift)]).toMatchObject([0, { state: 'same' }]);
    const path = join(scratch, 'bundle.jsonl');
    expect((await runVerb('runs', ['bundle', id, '--out', path])).code).toBe(0);
    const replayed = await runVerb('runs', ['replay', path, '--campaign', 'again', '--create', '--json']);
    expect([replayed.code, documentOf(replayed)]).toMatchObject([
      0,
      { read: 442, scored: 442, requests_differ: 0, verdicts_differ: 0 },
    ]);
  }, 120_000);

  it('asks nothing again, and follows new votes without being asked', async () => {
    const before = (await card('reward-score')).reward!;
    const spreadOf = async () => {
      const board = await owner.call('getBoard', { params: { campaign: slug }, query: { source: 'judges' } });
      const ratings = board.judges!.models.map(({ rating }) => rating ?? Number.NaN);
      return Math.max(...ratings) - Math.min(...ratings);
    };
    const byChances = await spreadOf();
    const again = judgeRunSchema.parse(documentOf(await run('reward-score', 'encoder')));
    expect(again.calls.sent).toBe(0);
    await arena.database.sql`delete from votes where outcome = 'a'`;
    const after = (await card('reward-score')).reward!;
    const told = await judge('calibrate', 'reward-score');
    expect(told.code).toBe(0);
    expect(calibratedJudgeSchema.parse(documentOf(told))).toMatchObject({
      judge: 'reward-score',
      verdicts: 441,
      reward: after,
    });
    expect(after.fitted_on.votes).toBeLessThan(before.fitted_on.votes);
    await arena.database.sql`delete from votes`;
    expect((await card('reward-score')).reward).toMatchObject({
      state: 'too_few',
      slope: { value: null },
      calibrated: { log_loss: null },
      needs: { votes: 40, prompts: 10 },
    });
    // what was written down before is no chance of these people any more
    const gone = await judge('calibrate', 'reward-score');
    expect(gone.code).toBe(1);
    expect(documentOf(gone)).toMatchObject({ verdicts: 0, changed: 441, reward: { state: 'too_few' } });
    expect((await saidOf('reward-score')).every(({ share }) => share === null)).toBe(true);
    expect((await card('reward-score')).calibration.votes).toBe(0);
    // bare winners say more than they know
    expect(await spreadOf()).toBeGreaterThan(byChances + 20);
  }, 120_000);

  it('is asked in both orders where it reads both answers at once', async () => {
    const ran = judgeRunSchema.parse(documentOf(await run('reward-pair', 'pairs', '--limit', '20')));
    expect(ran).toMatchObject({ state: 'done', judge: 'reward-pair' });
    const found = await card('reward-pair');
    expect(found.counts).toMatchObject({ battles: 20, verdicts: 40, both_orders: 20 });
    expect(found.reward).toMatchObject({ form: 'pairwise', state: 'too_few' });
    const { out } = await runVerb('judge', ['report', 'reward-pair', '--campaign', slug]);
    expect(out).toContain('Scores are not calibrated: 40 votes');
  }, 120_000);

  it('is refused where whoever is asked writes, and says so where a judge that reads texts asks it', async () => {
    const refused = await judge('run', 'reward-score', '--base-url', 'http://127.0.0.1:9/v1', '--model', 'm');
    expect(documentOf(refused)).toMatchObject({
      error: { code: 'invalid_request', hint: expect.stringContaining('--onnx') },
    });
    expect(documentOf(await judge('calibrate', 'gpt-4'))).toMatchObject({
      error: { code: 'invalid_request' },
    });
    const asked = judgeRunSchema.parse(documentOf(await run('pair-quick', 'encoder', '--limit', '2')));
    expect(asked.state).toBe('failed');
    expect(asked.errors[0]?.example).toContain('reward model');
  }, 120_000);
});
