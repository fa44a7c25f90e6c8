import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelClients } from '@agon/arena';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { LocalModel } from './local-model.ts';
import { LocalModels, readModelMemory } from './local-models.ts';
import { writeTinyDecoder } from './samples/tiny-decoder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-memory-'));
const folders = ['one', 'two', 'three'].map((name) => join(scratch, name));
for (const folder of folders) writeTinyDecoder(folder, { groupQuery: true, saysLetters: true });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let models: LocalModels;
afterEach(() => models.close());

const never = new AbortController().signal;
const nobody: ModelClients = { open: () => Promise.reject(new Error('only models of this machine')) };
type Provider = Parameters<ModelClients['open']>[0];
const open = (at: number) => {
  const provider = { baseUrl: `onnx:${folders[at]}` } as Provider;
  return models.over(nobody).open(provider, ['one', 'two', 'three'][at]!);
};
type Request = Parameters<Awaited<ReturnType<typeof open>>['ask']>[0];
const request = (maxTokens: number) =>
  ({
    kind: 'chat',
    system: '',
    turns: ['w4 w9'],
    settings: { temperature: 0, maxTokens },
  }) as unknown as Request;

/** What one of these models takes under a limit that is far above it. */
async function bytesOfOne(mostBytes: number): Promise<number> {
  models = new LocalModels(mostBytes);
  await open(0);
  const { bytes } = models;
  await models.close();
  return bytes;
}

describe('models of runs', () => {
  it('share what they may take: the one that was asked longest ago is unloaded, and loaded again when it is asked', async () => {
    // room for two, each with an eighth of it to keep what was read
    const mostBytes = 9 * 2 ** 20;
    const one = await bytesOfOne(mostBytes);
    expect(2 * one).toBeLessThan(mostBytes);
    expect(3 * one).toBeGreaterThan(mostBytes);
    models = new LocalModels(mostBytes);
    const clients = [await open(0), await open(1)];
    const said = [await clients[1]!.ask(request(3), never), await clients[0]!.ask(request(3), never)];
    expect(models.loaded).toEqual([folders[0], folders[1]]);
    // the second was asked before the first
    await open(2);
    expect(models.loaded).toEqual([folders[0], folders[2]]);
    expect(models.bytes).toBeLessThanOrEqual(mostBytes);
    const again = await clients[1]!.ask(request(3), never);
    expect(again).toMatchObject({ kind: 'reply', reply: { texts: textsOf(said[0]) } });
    expect(models.loaded).toEqual([folders[1], folders[2]]);
  });

  it('wait for one that is being asked', async () => {
    models = new LocalModels(5 * 2 ** 20);
    const first = await open(0);
    const order: string[] = [];
    const long = first.ask(request(1500), never).then(() => order.push('asked'));
    const second = open(1).then(() => order.push('loaded'));
    await Promise.all([long, second]);
    expect(order).toEqual(['asked', 'loaded']);
    expect(models.loaded).toEqual([folders[1]]);
  });

  it('are refused with the parts of what they take where one alone is too large', async () => {
    models = new LocalModels(2 ** 19);
    await expect(open(0)).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('for keys and values of 2048 tokens'),
    });
    expect(models.bytes).toBe(0);
  });

  it('are limited by a whole number of MiB', () => {
    models = new LocalModels();
    expect(readModelMemory({})).toBeNull();
    expect(readModelMemory({ AGON_MODEL_MEMORY: '512' })).toBe(2 ** 29);
    for (const wrong of ['0', '-1', '1.5', '8 GiB', 'half'])
      expect(() => readModelMemory({ AGON_MODEL_MEMORY: wrong })).toThrow(
        expect.objectContaining({
          code: 'unknown_option',
          at: { column: 'AGON_MODEL_MEMORY', value: wrong },
        }),
      );
  });
});

it('tells what a model takes, and writes no more replies at once than fit', async () => {
  models = new LocalModels();
  const options = {
    folder: folders[0]!,
    file: null,
    numeric: 'float32',
    executionProvider: 'cpu',
    threads: 1,
    weightBytes: null,
  } as const;
  const [wide, narrow] = [
    new LocalModel({ ...options, memoryBytes: 2 ** 24 }),
    new LocalModel({ ...options, memoryBytes: 2 ** 20 }),
  ];
  expect((await wide.info()).memory).toMatchObject({ rows: 8, mostBytes: 2 ** 24 });
  const { memory, notes } = await narrow.info();
  expect(memory.rows).toBeLessThan(8);
  expect(memory.bytes).toBeLessThanOrEqual(2 ** 20);
  expect(notes).toEqual([expect.stringMatching(/written at once, not 8/)]);
  const words = { kind: 'tokens', ids: [3, 4, 5, 6] } as const;
  const ask = (model: LocalModel) =>
    model.ask(
      {
        prompt: words,
        maxTokens: 4,
        temperature: 0,
        topP: 1,
        seed: null,
        stop: [],
        topLogprobs: null,
        echo: false,
        labels: [],
      },
      never,
    );
  const replies = await Promise.all(Array.from({ length: 12 }, (_, at) => ask(at % 2 === 0 ? wide : narrow)));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  await Promise.all([wide.unload(), narrow.unload()]);
});

function textsOf(asked: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['ask']>> | undefined) {
  return asked?.kind === 'reply' ? asked.reply.texts : undefined;
}
