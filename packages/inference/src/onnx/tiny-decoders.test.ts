import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '@agon/stats';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { Decoder } from './decoder.ts';
import { loadModel } from './load-model.ts';
import { LocalModel } from './local-model.ts';
import type { LocalRequest } from './local-request.ts';
import type { Kernel } from './prepare-model.ts';
import { TINY_WORDS, type TinyDecoder, writeTinyDecoder } from './samples/tiny-decoder.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-tiny-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
function folderOf(kind: TinyDecoder): string {
  folders += 1;
  const folder = join(scratch, `tiny-${folders}`);
  writeTinyDecoder(folder, kind);
  return folder;
}

const load = (folder: string, kernel: Kernel = 'given') =>
  Decoder.load({
    modelFile: join(folder, 'onnx', 'model.onnx'),
    kernel,
    executionProvider: 'cpu',
    threads: 1,
  });
const ids = [1, 9, 12, 3, 30, 7, 22, 5, 2];
const last = (prompt: readonly number[]) => [{ ids: prompt, places: [prompt.length - 1] }];
function furthest(one: Float32Array, other: Float32Array): number {
  return Math.max(...Array.from(one, (value, at) => Math.abs(value - other[at]!)));
}

/** Logits behind the whole prompt, read token by token: the slow twin of one prefill. */
async function stepwise(decoder: Decoder, prompt: readonly number[]): Promise<Float32Array> {
  let read = await decoder.read(last(prompt.slice(0, 1)), null, true);
  for (const id of prompt.slice(1)) read = await decoder.read(last([id]), read.past, true);
  return read.logits[0]![0]!;
}

const KINDS: readonly (readonly [string, TinyDecoder])[] = [
  ['plain operators, position_ids', {}],
  ['GroupQueryAttention', { groupQuery: true }],
  ['num_logits_to_keep', { keepsLogits: true }],
  ['weights in a file beside it', { external: true }],
  ['past in half precision', { halfPast: true }],
  ['a convolution’s state', { convolution: true }],
  ['8-bit weights', { groupQuery: true, quantised: true, external: true }],
];

describe.each(KINDS)('a decoder with %s', (_name, kind) => {
  it('gives the same logits by one prefill, token by token, and behind a beginning that was read before', async () => {
    const decoder = await load(folderOf(kind));
    const whole = (await decoder.read(last(ids), null, true)).logits[0]![0]!;
    // half precision rounds what is carried over, not what is read at once
    const near = kind.halfPast === true ? 0.01 : 1e-5;
    expect(furthest(whole, await stepwise(decoder, ids))).toBeLessThan(near);
    expect(new Set(whole).size).toBeGreaterThan(20);
    const begun = await decoder.read(last(ids.slice(0, 4)), null, true);
    const rest = await decoder.read(last(ids.slice(4)), begun.past, false);
    expect(furthest(whole, rest.logits[0]![0]!)).toBeLessThan(near);
    expect(decoder.canCut).toBe(kind.convolution !== true);
    if (decoder.canCut) {
      const other = await decoder.read(last([...ids.slice(0, 4), 20, 21]), null, true);
      const cut = decoder.cut(other.past!, 4);
      const again = await decoder.read(last(ids.slice(4)), cut, false);
      expect(furthest(whole, again.logits[0]![0]!)).toBeLessThan(near);
    }
    await decoder.release();
  });

  it('gives of two padded rows what each gives alone, and every place that is asked for', async () => {
    const decoder = await load(folderOf(kind));
    const short = ids.slice(2, 7);
    const places = [...ids.keys()];
    const all = (await decoder.read([{ ids, places }], null, false)).logits[0]!;
    for (const place of [0, 3, 8]) {
      const alone = (await decoder.read(last(ids.slice(0, place + 1)), null, false)).logits[0]![0]!;
      expect(furthest(all[place]!, alone)).toBeLessThan(kind.halfPast === true ? 0.01 : 1e-5);
    }
    if (decoder.canPad) {
      const both = await decoder.read([...last(ids), ...last(short)], null, false);
      const alone = (await decoder.read(last(short), null, false)).logits[0]![0]!;
      expect(furthest(both.logits[0]![0]!, all[8]!)).toBeLessThan(1e-5);
      expect(furthest(both.logits[1]![0]!, alone)).toBeLessThan(1e-5);
    }
    await decoder.release();
  });
});

describe('kernels', () => {
  it('compute the same with 8-bit weights turned into float32, and nearly so with int8 activations', async () => {
    const folder = folderOf({ groupQuery: true, quantised: true });
    const [given, float, int8] = [
      await load(folder),
      await load(folder, 'float32'),
      await load(folder, 'int8'),
    ];
    const read = async (decoder: Decoder) => (await decoder.read(last(ids), null, false)).logits[0]![0]!;
    const exact = await read(given);
    expect(furthest(exact, await read(float))).toBeLessThan(1e-4);
    const away = furthest(exact, await read(int8));
    expect(away).toBeGreaterThan(1e-4);
    expect(away).toBeLessThan(0.2);
  });

  it('are chosen by measurement, within the memory that float32 weights may take', async () => {
    const folder = folderOf({ quantised: true });
    const options = { folder, file: null, executionProvider: 'cpu', threads: 1 } as const;
    const exact = (await loadModel({ ...options, numeric: 'float32', weightBytes: null })).info;
    expect(exact).toMatchObject({
      kernels: { prefill: 'float32', decode: 'float32' },
      numeric: 'float32',
      batches: true,
    });
    const narrow = (await loadModel({ ...options, numeric: 'float32', weightBytes: 1000 })).info;
    expect(narrow).toMatchObject({ kernels: { prefill: 'given', decode: 'given' }, numeric: 'float32' });
    expect(narrow.notes[0]).toContain('more than');
    const rounded = (await loadModel({ ...options, numeric: 'int8', weightBytes: null })).info;
    expect(rounded.fingerprint).toMatch(/^onnx-[0-9a-f]{16}-int8-cpu-p64$/);
    expect((await loadModel({ ...options, numeric: 'auto', weightBytes: null })).info.measured).toHaveLength(
      2,
    );
  });
});

describe('a model on a thread', () => {
  const options = {
    file: null,
    numeric: 'float32',
    executionProvider: 'cpu',
    threads: 1,
    weightBytes: null,
  } as const;
  const request: LocalRequest = {
    prompt: { kind: 'chat', messages: [{ role: 'user', content: 'w4 w9 w11' }], prefill: '' },
    maxTokens: 5,
    temperature: 0,
    topP: 1,
    seed: null,
    stop: [],
    topLogprobs: 3,
    echo: false,
    labels: ['A', 'B'],
  };
  const never = new AbortController().signal;

  it('names a label’s probability, stops at a text, and streams what it writes', async () => {
    const model = new LocalModel({ ...options, folder: folderOf({ groupQuery: true }) });
    const pieces: string[] = [];
    const reply = await model.ask(request, never, ({ text }) => pieces.push(text));
    expect(pieces.join('')).toBe(reply.text);
    expect(reply.labels.map(({ token, id }) => [token, id])).toEqual([
      ['A', TINY_WORDS.indexOf('A')],
      ['B', TINY_WORDS.indexOf('B')],
    ]);
    expect(Object.values(reply.labels).every(({ logprob }) => logprob < 0)).toBe(true);
    const [first = ''] = reply.text.split(' ');
    const stopped = await model.ask({ ...request, stop: [first] }, never);
    expect(stopped).toMatchObject({ text: '', finishReason: 'stop', completionTokens: 1 });
    await expect(model.ask({ ...request, maxTokens: 3, labels: ['w1 w2'] }, never)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    await model.unload();
  });

  it('comes back after its thread was killed, and says so to who waited', async () => {
    const model = new LocalModel({ ...options, folder: folderOf({ saysLetters: true }) });
    const before = await model.ask(request, never);
    const sending = vi.spyOn(Worker.prototype, 'postMessage');
    const waiting = model.ask({ ...request, maxTokens: 2000, temperature: 0 }, never);
    await new Promise(setImmediate);
    const [worker] = sending.mock.contexts as Worker[];
    sending.mockRestore();
    // it fails over it, as over a fault of its own
    worker?.postMessage(null);
    await expect(waiting).rejects.toMatchObject({ code: 'provider_unreachable' });
    expect(model.deaths).toBe(1);
    expect(await model.ask(request, never)).toEqual(before);
    await model.unload();
  });

  it.each<TinyDecoder>([
    { groupQuery: true },
    {},
    { groupQuery: true, quantised: true },
    { halfPast: true },
    { convolution: true },
  ])('says the same to the bit, whatever it read before and writes beside it: %j', async (kind) => {
    const model = new LocalModel({ ...options, folder: folderOf({ ...kind }) });
    const fresh = new LocalModel({ ...options, folder: folderOf({ ...kind }) });
    const random = seededRandom('prompts');
    const words = (count: number) => Array.from({ length: count }, () => 1 + random.below(30));
    const beginning = words(300);
    const prompts = Array.from({ length: 90 }, () =>
      random.below(3) === 0
        ? words(1 + random.below(60))
        : [...beginning.slice(0, 1 + random.below(300)), ...words(1 + random.below(90))],
    );
    const requestOf = (ids: readonly number[], at: number): LocalRequest => ({
      ...request,
      prompt: { kind: 'tokens', ids },
      maxTokens: 1 + (at % 6),
    });
    for (let from = 0; from < prompts.length; from += 15) {
      const asked = prompts.slice(from, from + 15).map(requestOf);
      const replies = await Promise.all(asked.map((each) => model.ask(each, never)));
      for (const [at, { cachedTokens: _cached, promptLogprobs: _none, ...reply }] of replies.entries()) {
        // with echo every prompt is read alone, from its first token
        expect(await fresh.ask({ ...asked[at]!, echo: true }, never)).toMatchObject(reply);
      }
    }
    const { cachedTokens, batches, batchTokens, paddedTokens, steps, completionTokens } = model.counts!;
    // a state that sums up all that was read is of no use to another prompt
    if (kind.convolution === true) expect(cachedTokens).toBe(0);
    else expect(cachedTokens).toBeGreaterThan(1000);
    expect(batchTokens).toBeLessThanOrEqual(paddedTokens);
    if (kind.groupQuery === true) {
      expect((await model.info()).reading.keepsBits).toBe(true);
      expect(batches).toBeGreaterThan(0);
      expect(steps).toBeLessThan((completionTokens - prompts.length) / 2);
    } else expect(batches).toBe(0);
    await Promise.all([model.unload(), fresh.unload()]);
  });

  it('gives up what is aborted and goes on with the rest', async () => {
    const model = new LocalModel({ ...options, folder: folderOf({}) });
    const abort = new AbortController();
    const long = model.ask({ ...request, maxTokens: 60, temperature: 1, seed: '1' }, abort.signal);
    abort.abort(new Error('gone'));
    await expect(long).rejects.toThrow('gone');
    expect((await model.ask(request, never)).completionTokens).toBeGreaterThan(0);
    await model.unload();
  });

  it('names what is wrong with a folder, and loads it once it is mended', async () => {
    const folder = folderOf({ external: true });
    const file = join(folder, 'onnx', 'model.onnx');
    const whole = readFileSync(file);
    const model = new LocalModel({ ...options, folder });
    truncateSync(file, 700);
    await expect(model.info()).rejects.toMatchObject({ code: 'invalid_file', at: { file } });
    writeFileSync(file, 'not a model at all');
    await expect(model.info()).rejects.toMatchObject({ code: 'invalid_file', at: { file } });
    writeFileSync(file, whole);
    const data = join(folder, 'onnx', 'model.onnx_data');
    const weights = readFileSync(data);
    truncateSync(data, 100);
    await expect(model.info()).rejects.toMatchObject({ code: 'invalid_file' });
    rmSync(data);
    await expect(model.info()).rejects.toMatchObject({ code: 'not_found', at: { file: data } });
    writeFileSync(data, weights);
    const tokenizer = join(folder, 'tokenizer.json');
    const words = readFileSync(tokenizer, 'utf8');
    writeFileSync(tokenizer, words.replace('"w26":31', '"w26":31,"w27":32'));
    await expect(model.info()).rejects.toMatchObject({ code: 'invalid_file', at: { file: tokenizer } });
    writeFileSync(tokenizer, words);
    expect((await model.info()).vocabulary).toBe(TINY_WORDS.length);
    await expect(
      new LocalModel({ ...options, folder: join(scratch, 'nowhere') }).info(),
    ).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      new LocalModel({ ...options, folder, executionProvider: 'wasm' }).info(),
    ).rejects.toMatchObject({
      code: 'unknown_option',
    });
    await model.unload();
  });

  it('refuses a model that is larger than its session may be, and gives up a prompt that is being read', async () => {
    const folder = folderOf({ external: true });
    const file = join(folder, 'onnx', 'model.onnx');
    await expect(new LocalModel({ ...options, folder, memoryBytes: 1000 }).info()).rejects.toMatchObject({
      code: 'too_large',
      at: { file },
    });
    const model = new LocalModel({ ...options, folder, memoryBytes: 2 ** 24 });
    const ids = Array.from({ length: 2000 }, (_, i) => 3 + (i % 20));
    const abort = new AbortController();
    const asked: LocalRequest = { ...request, prompt: { kind: 'tokens', ids } };
    const [running, queued] = [model.ask(asked, abort.signal), model.ask(asked, abort.signal)];
    abort.abort(new Error('gone'));
    await expect(running).rejects.toThrow('gone');
    await expect(queued).rejects.toThrow('gone');
    expect((await model.ask(request, never)).cachedTokens).toBe(0);
    // what was given up was not read to its end
    expect(model.counts).toMatchObject({ prefills: 1 });
    await model.unload();
  });

  it('leaves no trace of onnxruntime’s reports to its maker', async () => {
    const home = mkdtempSync(join(scratch, 'home-'));
    const source = `
      const { LocalModel } = await import(${JSON.stringify(new URL('./local-model.ts', import.meta.url).href)});
      const model = new LocalModel(${JSON.stringify({ ...options, folder: folderOf({}) })});
      const { vocabulary } = await model.info();
      await model.unload();
      process.exit(vocabulary === 32 ? 0 : 1);`;
    const { ORT_DISABLE_TELEMETRY: _off, ...environment } = process.env;
    const script = join(scratch, 'trace.mjs');
    writeFileSync(script, source);
    const child = spawn(process.execPath, [script], {
      env: { ...environment, HOME: home, XDG_CACHE_HOME: '', TMPDIR: home },
      stdio: 'inherit',
    });
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readdirSync(home, { recursive: true })).toEqual([]);
    expect(existsSync(`/tmp/mat-debug-${child.pid}.log`)).toBe(false);
  });
});
