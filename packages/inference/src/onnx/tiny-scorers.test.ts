import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocalClient } from './local-client.ts';
import { LocalModel } from './local-model.ts';
import { type TinyScorer, writeTinyScorer } from './samples/tiny-scorer.ts';
import { batchesOf } from './score-engine.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-scorer-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
function folderOf(kind: TinyScorer): string {
  folders += 1;
  const folder = join(scratch, `scorer-${folders}`);
  writeTinyScorer(folder, kind);
  return folder;
}
const options = {
  file: null,
  numeric: 'float32',
  executionProvider: 'cpu',
  threads: 1,
  weightBytes: null,
} as const;
const open = (kind: TinyScorer) => new LocalModel({ ...options, folder: folderOf(kind) });
const never = new AbortController().signal;
const pair = (first: string, second: string) => ({ kind: 'pair', first, second }) as const;
const talk = (...contents: readonly string[]) => ({
  kind: 'conversation' as const,
  messages: contents.map((content, at) => ({
    role: at % 2 === 0 ? ('user' as const) : ('assistant' as const),
    content,
  })),
});
const INPUTS = [
  pair('w1 w2 w3', 'w4'),
  pair('w1 w2 w3', 'w5 w6 w7 w8 w9 w10 w11'),
  pair('w1', 'w2 w2'),
  pair('w1 w2', 'w5 w6'),
  pair('w1 w2 w3', 'w4'),
];

describe.each([
  ['an encoder with one logit', { reads: 'encoder', labels: 1 }],
  ['an encoder with two logits', { reads: 'encoder', labels: 2 }],
  ['a decoder', { reads: 'decoder', labels: 1 }],
] as const satisfies readonly (readonly [string, TinyScorer])[])('%s', (_name, kind) => {
  it('gives in batches what it gives each text alone, and the same to the bit alone', async () => {
    const model = open(kind);
    const info = await model.info();
    expect(info).toMatchObject({ batches: true, labels: kind.labels, numeric: 'float32' });
    const alone = await model.score({ inputs: INPUTS, alone: true }, never);
    const together = await model.score({ inputs: INPUTS, alone: false }, never);
    for (const [at, logits] of alone.scores.entries()) {
      expect(logits).toHaveLength(kind.labels);
      for (const [label, logit] of logits.entries())
        expect(together.scores[at]![label]).toBeCloseTo(logit, 4);
    }
    expect(new Set(alone.scores.map(String)).size).toBe(4);
    expect(alone.cachedTokens).toBeGreaterThan(0);
    const [second] = (await model.score({ inputs: [INPUTS[1]!], alone: true }, never)).scores;
    expect(second).toEqual(alone.scores[1]);
    await model.unload();
  });
});

describe('a reward model', () => {
  it('is asked by its chat template, or as two texts where it has none', async () => {
    const [encoder, decoder] = [open({ reads: 'encoder', labels: 1 }), open({ reads: 'decoder', labels: 1 })];
    const score = async (
      model: LocalModel,
      ...inputs: Parameters<LocalModel['score']>[0]['inputs'][number][]
    ) => (await model.score({ inputs, alone: true }, never)).scores;
    const [asked, joined] = await score(encoder, talk('w1', 'w2', 'w3', 'w4'), pair('w1\n\nw2\n\nw3', 'w4'));
    expect(asked).toEqual(joined);
    // no reply is begun behind the answer that is scored
    const [templated, text] = await score(decoder, talk('w1', 'w2'), {
      kind: 'text',
      text: ' w1 <reply> w2',
    });
    expect(templated).toEqual(text);
    await Promise.all([encoder.unload(), decoder.unload()]);
  });

  it('goes one by one where its export scores the padding', async () => {
    const model = open({ reads: 'decoder', labels: 1, ignoresPadding: true });
    const info = await model.info();
    expect(info.batches).toBe(false);
    expect(info.notes[0]).toContain('one by one');
    const alone = await model.score({ inputs: INPUTS, alone: true }, never);
    expect((await model.score({ inputs: INPUTS, alone: false }, never)).scores).toEqual(alone.scores);
    await model.unload();
  });

  it('names what is wrong with it, and with what it is asked', async () => {
    await expect(open({ reads: 'encoder', labels: 3 }).info()).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining('1 × 3'),
    });
    const short = open({ reads: 'encoder', labels: 1, contextTokens: 40 });
    await expect(
      short.score({ inputs: [pair('w1', 'w2 '.repeat(60))], alone: true }, never),
    ).rejects.toMatchObject({ code: 'too_large', message: expect.stringContaining('63 tokens') });
    await expect(
      short.ask(
        {
          prompt: { kind: 'text', text: 'w1' },
          maxTokens: 1,
          temperature: 0,
          topP: 1,
          seed: null,
          stop: [],
          topLogprobs: null,
          echo: false,
          labels: [],
        },
        never,
      ),
    ).rejects.toMatchObject({ code: 'unknown_model' });
    const folder = folderOf({ reads: 'encoder', labels: 1 });
    await expect(new LocalModel({ ...options, folder, numeric: 'int8' }).info()).rejects.toMatchObject({
      code: 'unknown_option',
    });
    await expect(
      new LocalModel({ ...options, folder, executionProvider: 'wasm' }).info(),
    ).rejects.toMatchObject({ code: 'unknown_option' });
    const file = join(folder, 'onnx', 'model.onnx');
    writeFileSync(file, readFileSync(file).subarray(0, 300));
    await expect(new LocalModel({ ...options, folder }).info()).rejects.toMatchObject({
      code: 'invalid_file',
      at: { file },
    });
    await short.unload();
  });

  it('is asked as any provider is: its reply holds the raw logits, its faults have names', async () => {
    const model = open({ reads: 'encoder', labels: 1, contextTokens: 40 });
    const client = createLocalClient(model, '');
    const asked = await client.ask({ kind: 'score', inputs: [talk('w1', 'w2'), talk('w1', 'w3')] }, never);
    if (asked.kind !== 'reply') throw new Error(asked.fault.message);
    const { scores } = JSON.parse(asked.reply.texts[0]!) as { scores: number[][] };
    expect(scores).toEqual(
      (await model.score({ inputs: [pair('w1', 'w2'), pair('w1', 'w3')], alone: true }, never)).scores,
    );
    expect(asked.reply).toMatchObject({ promptTokens: 8, finishReason: 'stop', costUsd: 0 });
    const long = await client.ask({ kind: 'score', inputs: [talk('w1', 'w2 '.repeat(60))] }, never);
    expect(long).toMatchObject({ kind: 'fault', fault: { reason: 'too_long' } });
    await model.unload();
  });
});

describe('batches', () => {
  const rows = (...lengths: readonly number[]) =>
    lengths.map((length) => ({ ids: Array.from({ length }, () => 1) }));

  it('hold texts alike in length, and no more than fit', () => {
    expect(batchesOf(rows(100, 10, 12, 110, 13), true)).toEqual([[1, 2], [4], [0, 3]]);
    expect(batchesOf(rows(10, 10), false)).toEqual([[0], [1]]);
    expect(batchesOf(rows(...Array.from({ length: 70 }, () => 8)), true).map(({ length }) => length)).toEqual(
      [32, 32, 6],
    );
    expect(batchesOf(rows(4000, 4000, 4000), true).map(({ length }) => length)).toEqual([2, 1]);
  });
});
