import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalModel } from '@agon/inference/onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelServer } from '../../apps/judge/src/serve/model-server.ts';
import { writeTinyDecoder } from '../../packages/inference/src/onnx/samples/tiny-decoder.ts';
import { writeTinyScorer } from '../../packages/inference/src/onnx/samples/tiny-scorer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'agon-served-'));
const folder = join(scratch, 'tiny');
let model: LocalModel;
let server: Server;
let url = '';
let isEnding = false;

beforeAll(async () => {
  writeTinyDecoder(folder, { groupQuery: true, saysLetters: true });
  model = new LocalModel({
    folder,
    file: null,
    numeric: 'float32',
    executionProvider: 'cpu',
    threads: 1,
    weightBytes: null,
  });
  server = createModelServer({ model, info: await model.info(), mostOpen: 3, isEnding: () => isEnding });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await model.unload();
  rmSync(scratch, { recursive: true, force: true });
});

const post = (path: string, body: unknown, more: RequestInit = {}) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  });
const messages = [{ role: 'user', content: 'w3 w7' }];
const problemOf = async (response: Response) => {
  const { error } = (await response.json()) as {
    readonly error: { readonly code: string; readonly param: string | null };
  };
  return [response.status, error.code, error.param];
};

describe('a local model behind OpenAI’s paths', () => {
  it('streams what it says whole', async () => {
    const body = { messages, temperature: 0, max_tokens: 6, logprobs: true, top_logprobs: 2 };
    const whole = (await (await post('/v1/chat/completions', body)).json()) as {
      choices: {
        message: { content: string };
        logprobs: { content: { logprob: number; top_logprobs: object[] }[] };
      }[];
      usage: { completion_tokens: number };
    };
    const [choice] = whole.choices;
    expect(
      choice?.logprobs.content.every(({ logprob, top_logprobs: top }) => logprob <= 0 && top.length === 2),
    ).toBe(true);
    const streamed = await (
      await post('/v1/chat/completions', { ...body, stream: true, stream_options: { include_usage: true } })
    ).text();
    const lines = streamed.split('\n\n').filter((line) => line !== '');
    expect(lines.at(-1)).toBe('data: [DONE]');
    const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.replace(/^data: /, '')));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      choice?.message.content,
    );
    expect(chunks.at(-1).usage).toMatchObject({ completion_tokens: whole.usage.completion_tokens });
  });

  it('goes on with a begun reply, and gives the probabilities of labels', async () => {
    const begun = await post('/v1/chat/completions', {
      messages: [...messages, { role: 'assistant', content: ' w5 w6' }],
      max_tokens: 1,
      temperature: 0,
    });
    const plain = await post('/v1/chat/completions', { messages, max_tokens: 1, temperature: 0 });
    const tokensOf = async (response: Response) =>
      ((await response.json()) as { usage: { prompt_tokens: number } }).usage.prompt_tokens;
    expect((await tokensOf(begun)) - (await tokensOf(plain))).toBe(2);
    const scored = await (
      await post('/v1/score', { query: 'w1 w2 ', items: ['w3', 'w4'], labels: ['A', 'B'] })
    ).json();
    for (const { scores, coverage } of (scored as { data: { scores: number[]; coverage: number }[] }).data) {
      expect(scores.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
      expect(coverage).toBeLessThan(1);
    }
  });

  it.each([
    ['no JSON', '{', [400, 'invalid_request', null]],
    ['no messages', {}, [400, 'invalid_request', 'messages']],
    ['two replies', { messages, n: 2 }, [400, 'invalid_request', 'n']],
    ['a tool', { messages, tools: [{}] }, [400, 'invalid_request', 'tools']],
    ['a temperature', { messages, temperature: 3 }, [400, 'invalid_request', 'temperature']],
    [
      'a picture',
      { messages: [{ role: 'user', content: [{ type: 'image_url' }] }] },
      [400, 'invalid_request', 'messages.0.content'],
    ],
    ['another model', { messages, model: 'other' }, [404, 'model_not_found', 'model']],
    [
      'a long prompt',
      { messages: [{ role: 'user', content: 'w1 '.repeat(3000) }] },
      [400, 'context_length_exceeded', 'messages'],
    ],
  ] as const)('refuses %s by name', async (_name, body, expected) => {
    expect(await problemOf(await post('/v1/chat/completions', body))).toEqual(expected);
  });

  it('names wrong paths, methods, types and tokens', async () => {
    expect((await problemOf(await post('/v1/nothing', {})))[0]).toBe(404);
    expect((await problemOf(await fetch(`${url}/v1/chat/completions`)))[0]).toBe(405);
    const text = { headers: { 'content-type': 'text/plain' } };
    expect((await problemOf(await post('/v1/completions', '{}', text)))[0]).toBe(415);
    expect(await problemOf(await post('/v1/completions', { prompt: [1, 99] }))).toEqual([
      400,
      'invalid_request',
      'prompt',
    ]);
    expect(
      await problemOf(await post('/v1/score', { query: 'w1', items: ['w2'], labels: ['w3 w4'] })),
    ).toEqual([400, 'invalid_request', 'labels']);
  });

  it('sends away who comes when too many wait, and stops working for who is gone', async () => {
    const abort = new AbortController();
    const long = { messages, max_tokens: 2000, temperature: 2, seed: 1, stop: ['never said'] };
    const waiting = Array.from({ length: 3 }, () =>
      post('/v1/completions', { ...long, prompt: 'w1', messages: undefined }, { signal: abort.signal }).catch(
        () => null,
      ),
    );
    await expect.poll(() => model.open).toBe(3);
    const refused = await post('/v1/chat/completions', { messages });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    abort.abort();
    await Promise.all(waiting);
    await expect.poll(() => model.open).toBe(0);
    expect((await post('/v1/chat/completions', { messages, max_tokens: 1 })).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/^agon_model_requests_total [1-9]/m);
    expect(metrics).toContain('execution_provider="cpu"');
  });

  it('takes nothing new when it ends', async () => {
    isEnding = true;
    const refused = await post('/v1/chat/completions', { messages });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    isEnding = false;
  });
});

describe('a reward model behind /v1/score', () => {
  const options = {
    file: null,
    numeric: 'float32',
    executionProvider: 'cpu',
    threads: 1,
    weightBytes: null,
  } as const;
  async function served<Value>(
    labels: number,
    use: (score: (body: unknown) => Promise<Response>) => Promise<Value>,
  ) {
    const at = join(scratch, `scorer-${labels}`);
    writeTinyScorer(at, { reads: 'encoder', labels });
    const scorer = new LocalModel({ ...options, folder: at });
    const own = createModelServer({
      model: scorer,
      info: await scorer.info(),
      mostOpen: 3,
      isEnding: () => false,
    });
    own.listen(0, '127.0.0.1');
    await once(own, 'listening');
    const base = `http://127.0.0.1:${(own.address() as AddressInfo).port}`;
    try {
      return await use((body) =>
        fetch(
          `${base}/v1/${(body as { messages?: unknown }).messages === undefined ? 'score' : 'chat/completions'}`,
          {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
        ),
      );
    } finally {
      own.closeAllConnections();
      own.close();
      await scorer.unload();
    }
  }
  type Scored = {
    object: string;
    data: { index: number; object: string; score: number; logits: number[] }[];
    usage: { prompt_tokens: number; total_tokens: number };
  };

  it('scores one text beside many, or each beside its own, as vLLM spells it', async () => {
    await served(1, async (score) => {
      const many = (await (await score({ text_1: 'w1 w2', text_2: ['w3', 'w4 w5'] })).json()) as Scored;
      expect(many).toMatchObject({ object: 'list', usage: { prompt_tokens: 11, total_tokens: 11 } });
      expect(many.data.map(({ index, object }) => [index, object])).toEqual([
        [0, 'score'],
        [1, 'score'],
      ]);
      for (const { score: share, logits } of many.data)
        expect(share).toBeCloseTo(1 / (1 + Math.exp(-logits[0]!)), 12);
      const paired = (await (
        await score({ text_1: ['w1 w2', 'w9'], text_2: ['w3', 'w4 w5'] })
      ).json()) as Scored;
      expect(paired.data[0]!.logits[0]).toBeCloseTo(many.data[0]!.logits[0]!, 5);
      expect(paired.data[1]!.logits[0]).not.toBeCloseTo(many.data[1]!.logits[0]!, 3);
      const raw = (await (
        await score({ text_1: 'w1 w2', text_2: 'w3', use_activation: false })
      ).json()) as Scored;
      expect(raw.data[0]!.score).toBeCloseTo(many.data[0]!.logits[0]!, 5);
      expect(await problemOf(await score({ text_1: ['w1', 'w2'], text_2: ['w3'] }))).toEqual([
        400,
        'invalid_request',
        'text_2',
      ]);
      expect(await problemOf(await score({ query: 'w1', items: ['w2'], labels: ['A'] }))).toEqual([
        400,
        'invalid_request',
        'text_1',
      ]);
      expect(await problemOf(await score({ text_1: 'w1', text_2: 'w2 '.repeat(5000) }))).toEqual([
        400,
        'context_length_exceeded',
        'inputs',
      ]);
      expect(await problemOf(await score({ messages }))).toEqual([400, 'unknown_model', null]);
    });
  });

  it('gives of two labels the share of the second', async () => {
    await served(2, async (score) => {
      const { data } = (await (await score({ text_1: 'w1', text_2: 'w3' })).json()) as Scored;
      const [{ score: share, logits }] = data as [Scored['data'][number]];
      const [worse, better] = logits.map(Math.exp) as [number, number];
      expect(share).toBeCloseTo(better / (worse + better), 9);
    });
  });
});
