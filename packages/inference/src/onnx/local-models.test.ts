import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ModelClients } from '@agon/arena';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { LocalModel } from './local-model.ts';
import { LocalModels, readModelMemory, readModelProvider } from './local-models.ts';
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

  it('take the place of one whose thread died, and give it back when it is asked again', async () => {
    models = new LocalModels(5 * 2 ** 20);
    const first = await open(0);
    const sending = vi.spyOn(Worker.prototype, 'postMessage');
    const long = first.ask(request(1500), never);
    const second = open(1);
    await vi.waitFor(() => expect(sending).toHaveBeenCalled());
    const [worker] = sending.mock.contexts as Worker[];
    sending.mockRestore();
    // it fails over it, as over a fault of its own
    worker?.postMessage(null);
    expect(await long).toMatchObject({ kind: 'fault' });
    await second;
    expect(models.loaded).toEqual([folders[1]]);
    expect(await first.ask(request(1), never)).toMatchObject({ kind: 'reply' });
    expect(models.loaded).toEqual([folders[0]]);
  });

  it('are refused with the parts of what they take where one alone is too large', async () => {
    models = new LocalModels(2 ** 19);
    await expect(open(0)).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('for keys and values of 2048 tokens'),
    });
    expect(models.bytes).toBe(0);
  });

  it('compute on the processor, or on what works where setup-gpu was run, unless a setting says where', () => {
    models = new LocalModels();
    expect(readModelProvider({})).toBe('cpu');
    expect(readModelProvider({ AGON_GPU_LIBRARIES: scratch })).toBe('cpu');
    const runtime = join(scratch, 'gpu', 'node_modules', 'onnxruntime-node');
    mkdirSync(runtime, { recursive: true });
    writeFileSync(join(runtime, 'package.json'), '{}');
    expect(readModelProvider({ AGON_GPU_LIBRARIES: join(scratch, 'gpu') })).toBe('auto');
    expect(readModelProvider({ AGON_GPU_LIBRARIES: join(scratch, 'gpu'), AGON_MODEL_EP: 'cpu' })).toBe('cpu');
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

it('shortens a context that does not fit, and says so to who asks for more', async () => {
  models = new LocalModels();
  const folder = join(scratch, 'long');
  writeTinyDecoder(folder, { groupQuery: true });
  const config = join(folder, 'config.json');
  writeFileSync(config, readFileSync(config, 'utf8').replace('2048', '65536'));
  const model = new LocalModel({
    folder,
    file: null,
    numeric: 'float32',
    executionProvider: 'cpu',
    threads: 1,
    weightBytes: null,
    memoryBytes: 2 ** 21,
  });
  const { contextTokens, memory, notes } = await model.info();
  expect(contextTokens).toBeGreaterThan(2048);
  expect(contextTokens).toBeLessThan(65_536);
  expect(memory.bytes).toBeLessThanOrEqual(2 ** 21);
  expect(notes[0]).toMatch(/^The context is \d+ tokens, not 65536/);
  const ids = Array.from({ length: contextTokens + 1 }, () => 5);
  const asked = model.ask(
    {
      prompt: { kind: 'tokens', ids },
      maxTokens: 0,
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
  await expect(asked).rejects.toMatchObject({
    code: 'too_large',
    hint: expect.stringContaining('allow the model more memory: its own context is 65536 tokens'),
  });
  await model.unload();
});

function textsOf(asked: Awaited<ReturnType<Awaited<ReturnType<typeof open>>['ask']>> | undefined) {
  return asked?.kind === 'reply' ? asked.reply.texts : undefined;
}
