import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunId } from '@agon/domain';
import { LocalModels } from '@agon/inference/onnx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTinyDecoder } from '../../packages/inference/src/onnx/samples/tiny-decoder.ts';
import { LETTERS, RunsUnderTest, says } from './runs-under-test.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-local-'));
const folder = join(scratch, 'tiny');
let arena: RunsUnderTest;
let models: LocalModels;

beforeEach(async () => {
  writeTinyDecoder(folder, { groupQuery: true, saysLetters: true });
  arena = await RunsUnderTest.open();
  models = new LocalModels();
});
afterEach(async () => {
  await models.close();
  await arena.close();
  rmSync(scratch, { recursive: true, force: true });
});

async function start(under: RunsUnderTest, local: LocalModels, options = {}) {
  const run = await under.judge(says('A'), { baseUrl: `onnx:${folder}`, model: 'tiny', ...options }, LETTERS);
  await run.server.stop();
  const deps = { ...run.deps, modelClients: local.over(run.deps.modelClients) };
  return { ...run, work: (signal?: AbortSignal) => under.workToEnd(run.id as RunId, deps, signal) };
}

describe('a model of this machine as a provider', () => {
  it('gives verdicts with the fingerprint of its weights, rounding and execution provider', async () => {
    const run = await start(arena, models);
    expect(run.started).toMatchObject({ provider: 'tiny', base_url: `onnx:${folder}` });
    await run.work();
    const document = await run.document();
    expect(document).toMatchObject({
      state: 'done',
      cost: 0,
      calls: { sent: 12, failed: 0 },
      verdicts: { unscored: {} },
    });
    expect(document.tokens.completion).toBe(12);
    const rows = await arena.database.sql<
      { fingerprint: string }[]
    >`select distinct fingerprint from replies`;
    expect(rows.map(({ fingerprint }) => fingerprint)).toEqual([
      expect.stringMatching(/^onnx-[0-9a-f]{16}-float32-cpu-(?:p64|rows)$/),
    ]);
  });

  it('ends a run with the reason where the folder is no model, or is of another name', async () => {
    const run = await start(arena, models, { model: 'another' });
    await run.work();
    expect(await run.document()).toMatchObject({
      state: 'failed',
      errors: expect.arrayContaining([
        expect.objectContaining({ example: 'The model in this folder is tiny, not another.' }),
      ]),
    });
    rmSync(join(folder, 'onnx', 'model.onnx'));
    const broken = await start(arena, new LocalModels());
    await broken.work();
    const [row] = await arena.database.sql<
      { error: string }[]
    >`select error from runs where id = ${broken.id}`;
    expect(row?.error).toContain('holds no model.onnx');
    await expect(start(arena, models, { baseUrl: `onnx:${scratch}/nowhere` })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(start(arena, models, { baseUrl: 'onnx:models/tiny' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});
