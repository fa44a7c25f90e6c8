import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SYSTEM_ACTOR, startJudgeRun } from '@agon/arena';
import { connect, createRunStore, type Database } from '@agon/database';
import type { RunId } from '@agon/domain';
import { LocalModels } from '@agon/inference/onnx';
import { parseJudge } from '@agon/judging';
import { createTestDatabase } from '@agon/testkit';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeTinyDecoder } from '../../packages/inference/src/onnx/samples/tiny-decoder.ts';
import { startJudge } from '../crash/kill-judges.ts';
import { startingPorts } from '../crash/run-ports.ts';
import { seedCampaign } from '../crash/seed-campaign.ts';
import { ASKING, LETTERS, RunsUnderTest, says } from './runs-under-test.ts';

const PROMPTS = 150;
const MODELS = 3;
/** Each pair of models on each prompt, in both orders. */
const CALLS = PROMPTS * MODELS * (MODELS - 1);

const scratch = mkdtempSync(join(tmpdir(), 'agon-kills-'));
let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(scratch, 'model-')), 'tiny');
  writeTinyDecoder(folder, { groupQuery: true, saysLetters: true });
  // digits are words of their own: each prompt reads otherwise, and its probabilities are its own
  const file = join(folder, 'tokenizer.json');
  const tokenizer = JSON.parse(readFileSync(file, 'utf8')) as {
    pre_tokenizer: unknown;
    model: { vocab: Record<string, number> };
  };
  tokenizer.pre_tokenizer = {
    type: 'Sequence',
    pretokenizers: [{ type: 'Whitespace' }, { type: 'Digits', individual_digits: true }],
  };
  tokenizer.model.vocab = Object.fromEntries(
    Object.entries(tokenizer.model.vocab).map(([word, id]) => [word.replace(/^w([1-9]|10)$/, digitOf), id]),
  );
  writeFileSync(file, JSON.stringify(tokenizer));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
const digitOf = (_word: string, number: string) => String(Number(number) - 1);

/** Every number of a run, to the bit, in an order that does not depend on when it came. */
async function ledgerOf(database: Database, run: RunId): Promise<readonly string[]> {
  const rows = await database.sql<{ line: string }[]>`
    select concat_ws('/', v.battle_id, v.slot_order, v.repeat, v.outcome, v.unscored, v.share_a, v.weight, r.texts::text, r.logprobs::text, r.fingerprint) as line
    from verdicts v left join replies r on r.id = v.reply_id where v.run_id = ${run} order by 1`;
  return rows.map(({ line }) => line);
}

async function readLedger(url: string, run: RunId): Promise<readonly string[]> {
  const database = connect(url, { connections: 1 });
  try {
    return await ledgerOf(database, run);
  } finally {
    await database.close();
  }
}

async function begin(url: string): Promise<RunId> {
  const database = connect(url, { connections: 2 });
  try {
    await seedCampaign(database, { slug: 'killed', models: MODELS, prompts: PROMPTS });
    const judge = parseJudge(LETTERS);
    const options = { campaign: 'killed', judge: 'letters', model: 'tiny', baseUrl: `onnx:${folder}` };
    const { run } = await startJudgeRun(
      { ...ASKING, ...options, actor: SYSTEM_ACTOR, orders: 'both', limit: CALLS / 2, repeat: 1 },
      { ...startingPorts(database), judges: { all: async () => [judge] } },
    );
    return run as RunId;
  } finally {
    await database.close();
  }
}

/** A judge service that works on the run until so many calls are done, and is ended so. @returns calls that are done */
async function workUntil(url: string, run: RunId, done: number, signal: 'SIGKILL' | 'SIGTERM') {
  const database = connect(url, { connections: 1 });
  const runs = createRunStore(database);
  const child = await startJudge(url);
  try {
    while ((await runs.counts(run)).done < done) await new Promise((resolve) => setTimeout(resolve, 2));
    child.kill(signal);
    await once(child, 'exit');
    return (await runs.counts(run)).done;
  } finally {
    child.kill('SIGKILL');
    await database.close();
  }
}

describe('a judge run over a model of this machine', () => {
  it('equals the one that was left alone, to the bit, after its service was killed twice', async () => {
    // prompts hold what only their run and their call decide: both runs are copies of one that was started
    const begun = await createTestDatabase();
    const run = await begin(begun.url);
    const [killed, whole] = [await createTestDatabase(begun.url), await createTestDatabase(begun.url)];
    try {
      const stops = [
        await workUntil(killed.url, run, CALLS * 0.15, 'SIGKILL'),
        await workUntil(killed.url, run, CALLS * 0.5, 'SIGKILL'),
      ];
      // each kill came in the middle of the work
      expect(stops[0]).toBeGreaterThan(0);
      expect(stops[1]).toBeGreaterThan(stops[0]!);
      expect(stops[1]).toBeLessThan(CALLS);
      await workUntil(killed.url, run, CALLS, 'SIGTERM');
      await workUntil(whole.url, run, CALLS, 'SIGTERM');
      const [one, other] = [await readLedger(killed.url, run), await readLedger(whole.url, run)];
      expect(one).toHaveLength(CALLS);
      expect(other).toHaveLength(CALLS);
      // battles differ, so that verdicts in each other's place would be seen
      expect(new Set(one.map((line) => line.split('/')[4])).size).toBeGreaterThan(CALLS / 10);
      expect(one.filter((line, at) => line !== other[at])).toEqual([]);
    } finally {
      for (const database of [begun, killed, whole]) await database.drop();
    }
  }, 300_000);

  it('asks again what a thread of the model had not answered when it died', async () => {
    const arena = await RunsUnderTest.open();
    const models = new LocalModels();
    try {
      const run = await arena.judge(says('A'), { baseUrl: `onnx:${folder}`, model: 'tiny' }, LETTERS);
      await run.server.stop();
      const deps = { ...run.deps, modelClients: models.over(run.deps.modelClients) };
      const post = Worker.prototype.postMessage;
      let asked = 0;
      const posting = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
        this: Worker,
        ...message: Parameters<typeof post>
      ) {
        const isAsk = (message[0] as { kind?: string } | null)?.kind === 'ask';
        if (isAsk) asked += 1;
        // the third question of the run ends the thread, as a fault of its own would
        if (isAsk && asked === 3) post.call(this, null);
        post.apply(this, message);
      });
      await arena.workToEnd(run.id, deps);
      posting.mockRestore();
      expect(asked).toBeGreaterThan(12);
      expect(await run.document()).toMatchObject({ state: 'done', verdicts: { unscored: {} } });
      expect(await ledgerOf(arena.database, run.id)).toHaveLength(12);
    } finally {
      await models.close();
      await arena.close();
    }
  }, 120_000);
});
