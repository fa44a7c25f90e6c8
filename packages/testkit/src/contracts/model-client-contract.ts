import type { Asked, ChatSettings, KeyVault, ModelClient, ModelClients, ProviderRecord } from '@agon/arena';
import type { ProviderId } from '@agon/domain';
import { describe, expect, it } from 'vitest';
import {
  type ScriptedReply,
  type ScriptedRequest,
  type ScriptedServerOptions,
  startScriptedOpenAiServer,
} from '../scripted-openai-server.ts';

const NEVER = new AbortController().signal;
const SETTINGS: ChatSettings = { temperature: 0, maxTokens: 16 };
/** What no message of a fault may show. */
const SECRET = 'root:x:0:0';

/** A provider that the owner of the data folder named. */
export function sampleProvider(baseUrl: string, change: Partial<ProviderRecord> = {}): ProviderRecord {
  return {
    id: 'provider-1' as ProviderId,
    name: 'scripted',
    preset: 'custom',
    baseUrl,
    keyEnv: null,
    sealedKey: null,
    keyEnd: null,
    allowsPrivate: true,
    limits: { concurrency: null, callsPerMinute: null, timeoutMs: 60_000 },
    capabilities: null,
    checkedAtMs: null,
    createdAtMs: 0,
    removedAtMs: null,
    ...change,
  };
}

type Arranged = {
  readonly reply: ScriptedReply | ((request: ScriptedRequest) => ScriptedReply);
  readonly provider?: Partial<ProviderRecord>;
  readonly model?: string;
  readonly server?: ScriptedServerOptions;
};

/** @param makeClients with the variables of the machine; providers may be private where their owner named them */
export function modelClientContract(
  makeClients: (environment: Readonly<Record<string, string | undefined>>) => ModelClients,
): void {
  /** What `use` gives with a client whose server replies so. */
  const against = async <T>(
    { reply, provider = {}, model = 'scripted', server: options }: Arranged,
    use: (client: ModelClient, requests: readonly ScriptedRequest[], baseUrl: string) => Promise<T>,
  ): Promise<T> => {
    const server = await startScriptedOpenAiServer(
      typeof reply === 'function' ? reply : () => reply,
      options,
    );
    try {
      const client = await makeClients({}).open(sampleProvider(server.baseUrl, provider), model);
      return await use(client, server.requests, server.baseUrl);
    } finally {
      await server.stop();
    }
  };
  const ask = (client: ModelClient, settings = SETTINGS, turns: readonly string[] = ['Which one?']) =>
    client.ask({ kind: 'chat', system: 'You are a judge.', turns, settings }, NEVER);
  const asked = (reply: ScriptedReply, provider: Partial<ProviderRecord> = {}) =>
    against({ reply, provider }, (client) => ask(client));
  const raw = (value: unknown): ScriptedReply => ({ kind: 'raw', body: JSON.stringify(value) });

  describe('the contract of ModelClient', () => {
    it('gives the reply with all that the server says of it', async () => {
      const reply: ScriptedReply = {
        kind: 'text',
        text: '<think>hm</think>the first one',
        finishReason: 'length',
        costUsd: 0.125,
        reasoning: 'It is shorter.',
        fingerprint: 'fp_1',
        logprobs: [
          [
            ['A', -0.25],
            ['B', -1.5],
          ],
        ],
      };
      await against({ reply }, async (client, requests) => {
        expect(await ask(client, { ...SETTINGS, topLogprobs: 2, seed: 7 })).toEqual({
          kind: 'reply',
          reply: {
            texts: ['<think>hm</think>the first one'],
            reasoning: 'It is shorter.',
            finishReason: 'length',
            logprobs: [
              {
                token: 'A',
                logprob: -0.25,
                top: [
                  { token: 'A', logprob: -0.25 },
                  { token: 'B', logprob: -1.5 },
                ],
              },
            ],
            // the scripted server counts words
            promptTokens: 6,
            completionTokens: 3,
            cachedTokens: null,
            costUsd: 0.125,
            latencyMs: expect.any(Number),
            model: 'scripted',
            fingerprint: 'fp_1',
            requestHash: expect.stringMatching(/^[0-9a-f]{64}$/),
          },
        });
        expect(requests.map(({ body }) => body)).toEqual([
          {
            model: 'scripted',
            messages: [
              { role: 'system', content: 'You are a judge.' },
              { role: 'user', content: 'Which one?' },
            ],
            max_tokens: 16,
            temperature: 0,
            seed: 7,
            logprobs: true,
            top_logprobs: 2,
          },
        ]);
      });
    });

    it('sends what was asked for and nothing else', async () => {
      const bare = { temperature: null, maxTokens: 5, topLogprobs: 0 };
      const sent = (provider: Partial<ProviderRecord>) =>
        against({ reply: { kind: 'text', text: 'ok' }, provider }, async (client, requests) => {
          await client.ask({ kind: 'chat', system: '', turns: ['Hi'], settings: bare }, NEVER);
          return requests[0]!;
        });
      const [custom, openai] = await Promise.all([sent({}), sent({ preset: 'openai' })]);
      const said = { model: 'scripted', messages: [{ role: 'user', content: 'Hi' }] };
      expect(custom.body).toEqual({ ...said, max_tokens: 5 });
      expect(openai.body).toEqual({ ...said, max_completion_tokens: 5 });
      // the package would say which machine this is, and whatever OPENAI_* holds
      expect(Object.keys(custom.headers).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'content-length',
        'content-type',
        'host',
        'user-agent',
      ]);
    });

    it('asks turn by turn, with the replies so far', async () => {
      const reply = ({ index }: ScriptedRequest): ScriptedReply => ({
        kind: 'text',
        text: `reply ${index}`,
        costUsd: 0.5,
        finishReason: index === 1 ? 'length' : 'stop',
      });
      await against({ reply }, async (client, requests) => {
        const told = replyOf(await ask(client, SETTINGS, ['one', 'two', 'three']));
        expect(told).toMatchObject({
          texts: ['reply 0', 'reply 1', 'reply 2'],
          finishReason: 'length',
          costUsd: 1.5,
          completionTokens: 6,
          // 5, then the two words of each reply and one of each question more
          promptTokens: 5 + 8 + 11,
        });
        expect(requests[2]!.messages.slice(1).map(({ content }) => content)).toEqual([
          'one',
          'reply 0',
          'two',
          'reply 1',
          'three',
        ]);
      });
    });

    it('makes up nothing that the server does not say', async () => {
      const choices = [{ index: 0, message: { role: 'assistant', content: null } }];
      const silent = replyOf(await asked(raw({ choices })));
      expect(silent).toMatchObject({
        texts: [''],
        reasoning: null,
        finishReason: null,
        logprobs: null,
        promptTokens: null,
        cachedTokens: null,
        completionTokens: null,
        costUsd: null,
        model: null,
        fingerprint: null,
      });
      const usage = { prompt_tokens: 9, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 8 } };
      expect(replyOf(await asked(raw({ choices, usage })))).toMatchObject({
        promptTokens: 9,
        cachedTokens: 8,
        completionTokens: 0,
      });
      const odd = { prompt_tokens: -1, completion_tokens: '7', cost: { total: 1 } };
      expect(replyOf(await asked(raw({ choices, usage: odd, model: 5 })))).toMatchObject({
        promptTokens: null,
        completionTokens: null,
        costUsd: null,
        model: null,
      });
    });

    it('reads reasoning, refusals and parts wherever servers put them', async () => {
      const said = async (message: unknown) => replyOf(await asked(raw({ choices: [{ message }] })));
      expect(await said({ content: 'b', reasoning: 'because' })).toMatchObject({ reasoning: 'because' });
      expect(await said({ content: null, refusal: 'I will not' })).toMatchObject({ texts: ['I will not'] });
      const parts = [
        { type: 'text', text: 'one ' },
        { type: 'text', text: 'two' },
      ];
      expect(await said({ content: parts })).toMatchObject({ texts: ['one two'] });
    });

    it('gives nothing that could not be stored', async () => {
      const body = `{"model":"m\\u0000\\ud83d","usage":{"prompt_tokens":1e300,"completion_tokens":4294967296,"cost":1e999},
        "choices":[{"finish_reason":"\\u0000","message":{"content":"a\\u0000b\\ud83d","reasoning":"\\udc00"},
        "logprobs":{"content":[{"token":"\\ud83d","logprob":-1,"top_logprobs":[{"token":"x","logprob":-1e999}]}]}}]}`;
      expect(replyOf(await asked({ kind: 'raw', body }))).toMatchObject({
        texts: ['a\u{fffd}b\u{fffd}'],
        reasoning: '\u{fffd}',
        finishReason: '\u{fffd}',
        model: 'm\u{fffd}\u{fffd}',
        promptTokens: null,
        completionTokens: null,
        costUsd: null,
        logprobs: [{ token: '\u{fffd}', logprob: -1, top: [] }],
      });
    });

    it('hashes what was sent, and not the key', async () => {
      const reply: ScriptedReply = { kind: 'text', text: 'ok' };
      await against({ reply }, async (client, _requests, baseUrl) => {
        const hash = async (settings: ChatSettings) => replyOf(await ask(client, settings)).requestHash;
        const first = await hash(SETTINGS);
        expect(await hash(SETTINGS)).toBe(first);
        expect(await hash({ ...SETTINGS, temperature: 1 })).not.toBe(first);
        const keyed = await makeClients({ SOME_KEY: 'sk-1' }).open(
          sampleProvider(baseUrl, { keyEnv: 'SOME_KEY' }),
          'scripted',
        );
        expect(replyOf(await ask(keyed)).requestHash).toBe(first);
      });
    });

    it('lists models, and asks the first where none is named', async () => {
      const server = { models: ['small', 'large'] };
      await against({ reply: { kind: 'text', text: 'ok' }, model: '', server }, async (client, requests) => {
        const listed = replyOf(await client.ask({ kind: 'models' }, NEVER));
        expect(JSON.parse(listed.texts[0]!)).toEqual(['small', 'large']);
        await ask(client);
        expect(requests.map(({ model }) => model)).toEqual(['small']);
      });
      await against(
        { reply: { kind: 'text', text: 'ok' }, model: '', server: { models: [] } },
        async (client) => {
          expect(faultOf(await ask(client))).toMatchObject({ reason: 'unknown_model' });
        },
      );
    });

    it.each(FAULTS)('calls $name $reason', async ({ reply, reason, shows }) => {
      await against(
        { reply, provider: { limits: { ...sampleProvider('').limits, timeoutMs: 2500 } } },
        async (client, requests, baseUrl) => {
          const startMs = performance.now();
          const fault = faultOf(await ask(client));
          expect(fault).toMatchObject({ reason, message: expect.stringContaining(baseUrl) });
          if (shows !== undefined) expect(fault.message).toContain(shows);
          expect(fault.message).not.toContain(SECRET);
          // one sentence of plain text
          expect(fault.message).toMatch(/^[^\n<>{}]{20,300}\.$/);
          // nothing is tried again in here
          expect(requests).toHaveLength(1);
          expect(performance.now() - startMs).toBeLessThan(5000);
        },
      );
    });

    it('calls a server that is gone unreachable', async () => {
      const server = await startScriptedOpenAiServer(() => ({ kind: 'drop' }));
      await server.stop();
      const client = await makeClients({}).open(sampleProvider(server.baseUrl), 'scripted');
      expect(faultOf(await ask(client))).toMatchObject({ reason: 'unreachable' });
    });

    it.each([
      [{ 'retry-after': '120' }, 120_000],
      [{ 'retry-after': '0' }, 0],
      [{ 'retry-after-ms': '1500', 'retry-after': '9' }, 1500],
      [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1m30s' }, 90_000],
      [{ 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '6m0s' }, null],
      [{ 'retry-after': 'soon' }, null],
      [{}, null],
    ])('says when a busy server may be asked again: %j', async (headers, retryAfterMs) => {
      for (const status of [429, 503]) {
        const fault = faultOf(
          await asked({ kind: 'status', status, headers: headers as Record<string, string> }),
        );
        expect(fault.retryAfterMs).toBe(retryAfterMs);
      }
    });

    it('reads what Gemini writes into the body alone', async () => {
      const details = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '39.5s' }];
      const body = JSON.stringify([{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details } }]);
      const fault = faultOf(await asked({ kind: 'status', status: 429, body }));
      expect(fault).toMatchObject({ reason: 'rate_limited', retryAfterMs: 39_500 });
    });

    it('keeps the connection of a call that a busy server refused', async () => {
      const server = await startScriptedOpenAiServer(() => ({ kind: 'status', status: 429 }));
      try {
        const client = await makeClients({}).open(sampleProvider(server.baseUrl), 'scripted');
        for (let call = 0; call < 3; call++) await ask(client);
        expect([server.requests.length, server.connections()]).toEqual([3, 1]);
      } finally {
        await server.stop();
      }
    });

    it('reads a date as the time from now', async () => {
      const date = new Date(Date.now() + 3_600_000).toUTCString();
      const fault = faultOf(await asked({ kind: 'status', status: 429, headers: { 'retry-after': date } }));
      expect(fault.retryAfterMs).toBeGreaterThan(3_590_000);
      expect(fault.retryAfterMs).toBeLessThanOrEqual(3_600_000);
    });

    it('follows no redirect', async () => {
      await against({ reply: { kind: 'text', text: 'secret' } }, async (_client, requests, baseUrl) => {
        for (const status of [301, 302, 303, 307, 308]) {
          const to = `${baseUrl}/chat/completions`;
          const fault = faultOf(await asked({ kind: 'redirect', status, to }));
          expect(fault.reason).toBe('forbidden_address');
          expect(fault.message).toMatch(/final address/);
        }
        expect(requests).toEqual([]);
      });
    });

    it('stops asking when it is told to', async () => {
      const stop = new AbortController();
      const late = (): ScriptedReply => {
        stop.abort(new Error('the run was cancelled'));
        return { kind: 'hang' };
      };
      await against({ reply: late }, async (client, requests) => {
        const request = { kind: 'chat', system: '', turns: ['Hi'], settings: SETTINGS } as const;
        await expect(client.ask(request, stop.signal)).rejects.toThrow('the run was cancelled');
        await expect(client.ask(request, stop.signal)).rejects.toThrow('the run was cancelled');
        expect(requests).toHaveLength(1);
      });
    });
  });
}

/** How servers fail, what that is called, and words that its sentence holds. Bodies carry a secret that it must not. */
const FAULTS: readonly {
  readonly name: string;
  readonly reply: ScriptedReply;
  readonly reason: string;
  readonly shows?: string;
}[] = [
  { name: 'a cut connection', reply: { kind: 'drop' }, reason: 'unreachable' },
  { name: 'a reply that breaks off', reply: { kind: 'cut' }, reason: 'unreadable' },
  { name: 'a page that is no JSON', reply: { kind: 'raw', body: `<html>${SECRET}` }, reason: 'unreadable' },
  { name: 'an empty body', reply: { kind: 'raw', body: '' }, reason: 'unreadable' },
  { name: 'JSON that ends early', reply: { kind: 'raw', body: '{"choices":[{"mess' }, reason: 'unreadable' },
  { name: 'no choice', reply: { kind: 'raw', body: '{"choices":[]}' }, reason: 'unreadable' },
  { name: 'no object', reply: { kind: 'raw', body: `"${SECRET}"` }, reason: 'unreadable' },
  {
    name: 'a choice of another shape',
    reply: { kind: 'raw', body: '{"choices":[5]}' },
    reason: 'unreadable',
  },
  {
    name: 'content of another shape',
    reply: { kind: 'raw', body: '{"choices":[{"message":{"content":5}}]}' },
    reason: 'unreadable',
  },
  { name: 'more than 16 MB', reply: { kind: 'flood', bytes: 17 * 2 ** 20 }, reason: 'unreadable' },
  { name: 'a server that never replies', reply: { kind: 'hang' }, reason: 'timeout' },
  { name: 'a reply that drips', reply: { kind: 'drip', everyMs: 100 }, reason: 'timeout' },
  { name: 'a reply that comes late', reply: { kind: 'text', text: 'x', delayMs: 4000 }, reason: 'timeout' },
  ...[500, 502, 503, 529].map((status) => ({
    name: `${status}`,
    reply: { kind: 'status', status, message: SECRET } as const,
    reason: 'server_error',
    shows: String(status),
  })),
  {
    name: '429',
    reply: { kind: 'status', status: 429, code: 'rate_limit_exceeded', message: SECRET },
    reason: 'rate_limited',
    shows: '429 (rate_limit_exceeded)',
  },
  {
    name: '429 without credit',
    reply: { kind: 'status', status: 429, code: 'insufficient_quota', message: SECRET },
    reason: 'unpaid',
  },
  {
    name: 'a router whose provider is busy',
    reply: { kind: 'raw', body: JSON.stringify({ error: { code: 429, message: SECRET } }) },
    reason: 'rate_limited',
  },
  {
    name: 'a router whose provider failed midway',
    reply: {
      kind: 'raw',
      body: JSON.stringify({
        choices: [{ error: { code: 502, message: SECRET }, message: { content: 'ha' } }],
      }),
    },
    reason: 'server_error',
  },
  {
    name: 'an error that no text can be made of',
    reply: { kind: 'status', status: 400, body: '{"error":{"code":{"toString":1},"message":{"valueOf":1}}}' },
    reason: 'refused',
  },
  {
    name: 'a good reply with a deep error',
    reply: {
      kind: 'raw',
      body: `{"error":{"code":503,"message":${'['.repeat(200_000)}${']'.repeat(200_000)}}}`,
    },
    reason: 'server_error',
  },
  {
    name: 'a choice as deep',
    reply: { kind: 'raw', body: `{"choices":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}` },
    reason: 'unreadable',
  },
  { name: '402', reply: { kind: 'status', status: 402, message: SECRET }, reason: 'unpaid' },
  { name: '401', reply: { kind: 'status', status: 401, message: SECRET }, reason: 'denied' },
  { name: '403', reply: { kind: 'status', status: 403, message: SECRET }, reason: 'denied' },
  {
    name: '403 for a prompt that a filter met',
    reply: { kind: 'status', status: 403, code: 403, message: `Your input was flagged. ${SECRET}` },
    reason: 'refused',
  },
  { name: '404', reply: { kind: 'status', status: 404, message: SECRET }, reason: 'unknown_model' },
  ...[400, 405, 409, 413, 422].map((status) => ({
    name: `${status}`,
    reply: { kind: 'status', status, message: SECRET, type: 'invalid_request_error' } as const,
    reason: 'refused',
    shows: `${status} (invalid_request_error)`,
  })),
  {
    name: 'an error whose code is no name',
    reply: { kind: 'status', status: 400, code: `${SECRET}\n`, type: `<b>${SECRET}` },
    reason: 'refused',
  },
  { name: 'an error without JSON', reply: { kind: 'status', status: 400, body: SECRET }, reason: 'refused' },
  {
    name: 'OpenAI’s word for a long prompt',
    reply: { kind: 'status', status: 400, code: 'context_length_exceeded', message: SECRET },
    reason: 'too_long',
  },
  {
    name: 'vLLM’s',
    reply: {
      kind: 'status',
      status: 400,
      body: JSON.stringify({
        object: 'error',
        message: `This model's maximum context length is 4096 tokens. ${SECRET}`,
        type: 'BadRequestError',
        code: 400,
      }),
    },
    reason: 'too_long',
    shows: '400: the prompt',
  },
  {
    name: 'llama.cpp’s',
    reply: {
      kind: 'status',
      status: 400,
      type: 'exceed_context_size_error',
      code: 400,
      message: 'the request exceeds the available context size, try increasing it',
    },
    reason: 'too_long',
  },
];

/** @param make with the variables of the machine, and what opens stored keys */
export function modelClientsContract(
  make: (
    environment: Readonly<Record<string, string | undefined>>,
    vault: Pick<KeyVault, 'open'>,
  ) => ModelClients,
): void {
  const where = 'http://127.0.0.1:9/v1';
  const closed = {
    open() {
      throw new Error('no stored key');
    },
  };

  describe('the contract of ModelClients', () => {
    it('refuses a key variable that is not set, by its name', async () => {
      const clients = make({ EMPTY: '', OTHER: 'secret' }, closed);
      for (const keyEnv of ['EMPTY', 'MISSING']) {
        await expect(clients.open(sampleProvider(where, { keyEnv }), 'm')).rejects.toMatchObject({
          code: 'provider_refused',
          message: expect.stringContaining(keyEnv),
        });
      }
    });

    it('never sends a variable of the arena, whoever wrote its name into the provider', async () => {
      const clients = make({ AGON_OWNER_KEY: 'secret', DATABASE_URL: 'postgres://' }, closed);
      for (const keyEnv of ['AGON_OWNER_KEY', 'DATABASE_URL']) {
        await expect(clients.open(sampleProvider(where, { keyEnv }), 'm')).rejects.toMatchObject({
          code: 'provider_forbidden',
        });
      }
    });

    it('sends the key of the variable, the stored one, or none', async () => {
      const server = await startScriptedOpenAiServer(() => ({ kind: 'text', text: 'ok' }));
      try {
        const clients = make({ SOME_KEY: ' sk-env\n' }, { open: (sealed) => `opened-${sealed}` });
        for (const key of [{ keyEnv: 'SOME_KEY' }, { sealedKey: 'box' }, {}]) {
          const client = await clients.open(sampleProvider(server.baseUrl, key), 'm');
          await client.ask({ kind: 'chat', system: '', turns: ['Hi'], settings: SETTINGS }, NEVER);
        }
        expect(server.requests.map(({ authorization }) => authorization)).toEqual([
          'Bearer sk-env',
          'Bearer opened-box',
          null,
        ]);
      } finally {
        await server.stop();
      }
    });

    it('refuses a key that no header can carry, without showing it', async () => {
      const clients = make({ SOME_KEY: 'sk\r\nx-evil: 1' }, closed);
      const opening = clients.open(sampleProvider(where, { keyEnv: 'SOME_KEY' }), 'm');
      await expect(opening).rejects.toMatchObject({
        code: 'provider_refused',
        message: expect.not.stringContaining('x-evil'),
      });
    });

    it('opens no address that must not be asked', async () => {
      const strict = sampleProvider(where, { allowsPrivate: false });
      await expect(make({}, closed).open(strict, 'm')).rejects.toMatchObject({ code: 'provider_forbidden' });
    });
  });
}

function replyOf(asked: Asked) {
  expect(asked).toMatchObject({ kind: 'reply' });
  return (asked as Asked & { kind: 'reply' }).reply;
}

function faultOf(asked: Asked) {
  expect(asked).toMatchObject({ kind: 'fault' });
  return (asked as Asked & { kind: 'fault' }).fault;
}
