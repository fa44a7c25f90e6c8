import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createModelClients } from '@agon/inference';
import { LocalModel, type LocalRequest } from '@agon/inference/onnx';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/**
 * A real small model against the figures that Python's onnxruntime gives on the same file; where they come from and how
 * far they may be away is said in the folder's README.
 */
const FOLDER = fileURLToPath(new URL('../../../shared/models/smollm2-135m-instruct', import.meta.url));
const isHere = existsSync(FOLDER);
const whyNot = 'needs ../shared/models/smollm2-135m-instruct beside the repository';
const LOAD_MS = 300_000;

type Figures = {
  readonly top10: readonly (readonly [id: number, logprob: number])[];
  readonly labels: Readonly<Record<string, number>>;
  readonly greedy_text: string;
};
type Golden = {
  readonly cases: readonly {
    readonly name: string;
    readonly messages: readonly {
      readonly role: 'user' | 'system' | 'assistant';
      readonly content: string;
    }[];
    readonly ids: readonly number[];
    readonly onnxruntime_python_same_file: Figures;
  }[];
  readonly tokenizer: readonly { readonly text: string; readonly ids: readonly number[] }[];
};
const golden: Golden = isHere
  ? JSON.parse(readFileSync(`${FOLDER}/golden.json`, 'utf8'))
  : { cases: [], tokenizer: [] };
const TOLERANCE = 0.01;
/** Each of them is one token. */
const LABELS = ['A', 'B', ' A', ' B'];

const ask = (prompt: LocalRequest['prompt'], more: Partial<LocalRequest> = {}): LocalRequest => ({
  prompt,
  maxTokens: 1,
  temperature: 0,
  topP: 1,
  seed: null,
  stop: [],
  topLogprobs: null,
  echo: false,
  labels: [],
  ...more,
});

describe.skipIf(!isHere)(`a real model on its thread (${whyNot})`, () => {
  const load = {
    folder: FOLDER,
    file: null,
    executionProvider: 'cpu',
    threads: null,
    weightBytes: null,
  } as const;
  const model = new LocalModel({ ...load, numeric: 'float32' });
  const never = new AbortController().signal;
  beforeAll(() => model.info(), LOAD_MS);
  afterAll(() => model.unload());

  it('gives the log-probabilities and the greedy text of 12 chats', { timeout: LOAD_MS }, async () => {
    for (const { name, messages, ids, onnxruntime_python_same_file: figures } of golden.cases) {
      const chat = { kind: 'chat', messages, prefill: '' } as const;
      const reply = await model.ask(ask(chat, { maxTokens: 24, topLogprobs: 20, labels: LABELS }), never);
      expect(reply.promptTokens, name).toBe(ids.length);
      for (const { token, logprob } of reply.labels)
        expect(Math.abs(logprob - figures.labels[token]!), `${name} ${token}`).toBeLessThan(TOLERANCE);
      const top = reply.logprobs?.[0]?.top.slice(0, 10).map(({ logprob }) => logprob) ?? [];
      for (const [at, [, logprob]] of figures.top10.entries())
        expect(Math.abs(top[at]! - logprob), `${name} at ${at}`).toBeLessThan(TOLERANCE);
      expect(reply.text, name).toBe(figures.greedy_text);
    }
  });

  it('gives the same to the bit whatever it read before', { timeout: LOAD_MS }, async () => {
    const [first, second] = golden.cases.slice(4, 6);
    const chat = (one: typeof first) =>
      ask({ kind: 'chat', messages: one!.messages, prefill: '' }, { topLogprobs: 20 });
    await model.ask(chat(first), never);
    const warm = await model.ask(chat(second), never);
    const again = await model.ask(chat(second), never);
    expect(warm.cachedTokens).toBeGreaterThan(0);
    expect(again.cachedTokens).toBeGreaterThan(200);
    const cold = new LocalModel({ ...load, numeric: 'float32' });
    const fresh = await cold.ask(chat(second), never);
    await cold.unload();
    expect(fresh.cachedTokens).toBe(0);
    expect(fresh.logprobs).toEqual(warm.logprobs);
    expect(again.logprobs).toEqual(warm.logprobs);
  });

  it('writes by a JSON schema, greedy or drawn, beside replies that are free', {
    timeout: LOAD_MS,
  }, async () => {
    const { messages } = golden.cases[4]!;
    const chat = { kind: 'chat', messages, prefill: '' } as const;
    const jsonSchema = {
      type: 'object',
      properties: {
        sure: { type: 'boolean' },
        reasons: { type: 'array', items: { type: 'string', enum: ['correct', 'whole', 'clear'] } },
        choice: { type: 'string', enum: ['A', 'B', 'tie'] },
      },
    };
    const free = ask(chat, { maxTokens: 24 });
    const alone = await model.ask(free, never);
    const drawn = ['1', '2', '3'].map((seed) => ({ temperature: 1.5, seed }));
    const [beside, ...held] = await Promise.all([
      model.ask(free, never),
      ...[{}, ...drawn].map((more) => model.ask(ask(chat, { maxTokens: 200, jsonSchema, ...more }), never)),
    ]);
    expect(beside.text).toBe(alone.text);
    expect(() => JSON.parse(alone.text)).toThrow();
    const finished = held.filter(({ finishReason }) => finishReason === 'stop');
    expect(finished.length).toBeGreaterThan(1);
    for (const { text } of finished) {
      const read = JSON.parse(text) as Record<string, unknown>;
      expect(Object.keys(read)).toEqual(['sure', 'reasons', 'choice']);
      expect(['A', 'B', 'tie']).toContain(read.choice);
    }
  });

  it('draws the same under one seed and others under another', { timeout: LOAD_MS }, async () => {
    const chat = { kind: 'chat', messages: golden.cases[0]!.messages, prefill: '' } as const;
    const draw = (seed: string) =>
      model
        .ask(ask(chat, { maxTokens: 8, temperature: 1.2, topP: 0.95, seed }), never)
        .then(({ text }) => text);
    const [one, same, other] = [await draw('7'), await draw('7'), await draw('8')];
    expect(one).toBe(same);
    expect(other).not.toBe(one);
  });

  it('refuses a prompt that is too long, and a label of several tokens, by name', async () => {
    const long = { kind: 'text', text: 'word '.repeat(9000) } as const;
    await expect(model.ask(ask(long), never)).rejects.toMatchObject({ code: 'too_large' });
    const chat = { kind: 'text', text: 'Which one? ' } as const;
    await expect(model.ask(ask(chat, { labels: ['Answer A'] }), never)).rejects.toMatchObject({
      code: 'invalid_request',
      at: { value: 'Answer A' },
    });
  });
});

describe.skipIf(!isHere)(`the same model behind OpenAI's paths (${whyNot})`, () => {
  let child: ChildProcess;
  let url = '';
  let client: OpenAI;
  beforeAll(async () => {
    const script = fileURLToPath(new URL('../../apps/cli/src/main.ts', import.meta.url));
    child = spawn(process.execPath, [script, 'judge', 'serve', '--onnx', FOLDER, '--queue', '4', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    const ready = JSON.parse(line) as {
      readonly event: string;
      readonly url: string;
      readonly numeric: string;
    };
    expect(ready).toMatchObject({ event: 'ready', numeric: 'float32' });
    url = ready.url;
    client = new OpenAI({ baseURL: url, apiKey: 'none', maxRetries: 0 });
  }, LOAD_MS);
  afterAll(async () => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('gives the golden figures and texts, whole and streamed', { timeout: LOAD_MS }, async () => {
    for (const { name, messages, onnxruntime_python_same_file: figures } of golden.cases) {
      const body = {
        model: '',
        messages: [...messages],
        temperature: 0,
        max_tokens: 24,
        logprobs: true,
        top_logprobs: 10,
      };
      const { choices } = await client.chat.completions.create(body);
      expect(choices[0]?.message.content, name).toBe(figures.greedy_text);
      const top = choices[0]?.logprobs?.content?.[0]?.top_logprobs ?? [];
      for (const [at, [, logprob]] of figures.top10.entries())
        expect(Math.abs((top[at]?.logprob ?? 0) - logprob), `${name} at ${at}`).toBeLessThan(TOLERANCE);
    }
    const [{ messages, onnxruntime_python_same_file: figures }] = golden.cases as [Golden['cases'][number]];
    let text = '';
    const stream = await client.chat.completions.create({
      model: 'smollm2-135m-instruct',
      messages: [...messages],
      temperature: 0,
      max_tokens: 24,
      stream: true,
    });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(figures.greedy_text);
  });

  it('gives a prompt’s own log-probabilities, which sum to those of its parts', {
    timeout: LOAD_MS,
  }, async () => {
    const read = await client.completions.create({
      model: '',
      prompt: 'The capital of France is Paris.',
      max_tokens: 0,
      echo: true,
      logprobs: 1,
    });
    const { tokens = [], token_logprobs: logprobs = [] } = read.choices[0]?.logprobs ?? {};
    expect(tokens.join('')).toBe('The capital of France is Paris.');
    expect(logprobs[0]).toBeNull();
    const next = await client.completions.create({
      model: '',
      prompt: 'The capital of France is',
      max_tokens: 1,
      temperature: 0,
      logprobs: 20,
    });
    const top = next.choices[0]?.logprobs?.top_logprobs?.[0] ?? {};
    expect(Math.abs(top[' Paris']! - logprobs[tokens.indexOf(' Paris')]!)).toBeLessThan(TOLERANCE);
  });

  it('refuses what it does not follow, names what is too long, and is there afterwards', {
    timeout: LOAD_MS,
  }, async () => {
    const post = (body: object, type = 'application/json') =>
      fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: JSON.stringify(body),
      });
    const messages = [{ role: 'user', content: 'Hello' }];
    const long = [{ role: 'user', content: 'word '.repeat(9000) }];
    const codeOf = async (response: Response) => {
      const { error } = (await response.json()) as { readonly error: { readonly code: string } };
      return [response.status, error.code];
    };
    expect(await codeOf(await post({ messages, n: 2 }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(await post({ messages, top_logprobs: 21 }))).toEqual([400, 'invalid_request']);
    expect(await codeOf(await post({ messages: long }))).toEqual([400, 'context_length_exceeded']);
    expect(await codeOf(await post({ messages, model: 'another' }))).toEqual([404, 'model_not_found']);
    expect(await codeOf(await post({ messages }, 'text/plain'))).toEqual([415, 'wrong_content_type']);
    // who hangs up is not worked for; more than may wait are sent away
    const abort = new AbortController();
    const body = JSON.stringify({ messages, max_tokens: 2000, temperature: 1 });
    const headers = { 'content-type': 'application/json' };
    const gone = Array.from({ length: 4 }, () =>
      fetch(`${url}/chat/completions`, { method: 'POST', headers, body, signal: abort.signal }).catch(
        () => null,
      ),
    );
    await expect.poll(async () => (await post({ messages })).status, { timeout: 30_000 }).toBe(429);
    const refused = await post({ messages });
    expect(refused.headers.get('retry-after')).toBe('1');
    abort.abort();
    await Promise.all(gone);
    await expect
      .poll(async () => (await post({ messages, max_tokens: 1, temperature: 0 })).status, { timeout: 60_000 })
      .toBe(200);
  });

  it('answers our own adapter as any provider does', { timeout: LOAD_MS }, async () => {
    const clients = createModelClients({
      environment: {},
      readKey: async () => null,
      vault: { seal: () => '', open: () => '' } as never,
      keyContext: () => '',
      ownPorts: async () => [],
      now: () => 0,
    });
    const provider = {
      id: 'p',
      baseUrl: url,
      preset: 'custom',
      allowsPrivate: true,
      keyEnv: null,
      sealedKey: null,
    };
    const adapter = await clients.open(
      { ...provider, limits: { concurrency: null, callsPerMinute: null, timeoutMs: 60_000 } } as never,
      'smollm2-135m-instruct',
    );
    const [{ messages, onnxruntime_python_same_file: figures }] = golden.cases as [Golden['cases'][number]];
    const asked = await adapter.ask(
      {
        kind: 'chat',
        system: '',
        turns: [messages[0]!.content],
        settings: { temperature: 0, maxTokens: 24, topLogprobs: 20 },
      },
      new AbortController().signal,
    );
    expect(asked).toMatchObject({
      kind: 'reply',
      reply: {
        texts: [figures.greedy_text],
        finishReason: 'stop',
        fingerprint: expect.stringMatching(/^onnx-[0-9a-f]{16}-float32-cpu-(?:p64|rows)$/),
      },
    });
  });
});

describe.skipIf(!isHere)(`its tokenizer (${whyNot})`, () => {
  it('cuts 60 texts as the model was trained to', { timeout: LOAD_MS }, async () => {
    const { readTokenizer } = await import('../../packages/inference/src/onnx/read-tokenizer.ts');
    const json = (name: string) => JSON.parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));
    const tokenizer = readTokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
    expect(golden.tokenizer).toHaveLength(60);
    for (const { text, ids } of golden.tokenizer) expect(tokenizer.encode(text), text).toEqual(ids);
  });
});
