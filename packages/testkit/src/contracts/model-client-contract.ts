import type { Asked, ChatSettings, ModelClient, ModelClients, ProviderRecord } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import { type ScriptedServerOptions, startScriptedOpenAiServer } from '../scripted-openai-server.ts';
import type { ScriptedReply, ScriptedRequest } from '../scripted-requests.ts';
import { FAULTS, SECRET } from './model-faults.ts';
import { sampleProvider } from './sample-provider.ts';

const NEVER = new AbortController().signal;
const SETTINGS: ChatSettings = { temperature: 0, maxTokens: 16 };

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
        reasoningTokens: 2,
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
            texts: ['the first one'],
            reasoning: 'It is shorter.\n\nhm',
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
            reasoningTokens: 2,
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

    it('holds a reply to a schema in the words of the server', async () => {
      const jsonSchema = { type: 'object', properties: { choice: { enum: ['A', 'B'] } } };
      const settings = { temperature: null, maxTokens: 5, topLogprobs: 0, jsonSchema };
      const formFor = (preset: string) =>
        against({ reply: { kind: 'text', text: '{}' }, provider: { preset } }, async (client, requests) => {
          await client.ask({ kind: 'chat', system: '', turns: ['Hi'], settings }, NEVER);
          return requests[0]!.body.response_format;
        });
      expect(await formFor('custom')).toEqual({
        type: 'json_schema',
        json_schema: { name: 'reply', strict: true, schema: jsonSchema },
      });
      expect(await formFor('llama-cpp-python')).toEqual({ type: 'json_object', schema: jsonSchema });
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

    it('asks the rest of a conversation that broke off, and what was said is not asked again', async () => {
      const reply = ({ index }: ScriptedRequest): ScriptedReply =>
        index === 1 || index === 3
          ? { kind: 'status', status: 429 }
          : { kind: 'text', text: `reply ${index}`, costUsd: 0.5 };
      await against({ reply }, async (client, requests) => {
        const turns = ['one', 'two', 'three'];
        for (let tries = 1; tries <= 2; tries += 1)
          expect((await ask(client, SETTINGS, turns)).kind).toBe('fault');
        const told = replyOf(await ask(client, SETTINGS, turns));
        expect(told).toMatchObject({ texts: ['reply 0', 'reply 2', 'reply 4'], costUsd: 1.5 });
        const last = (i: number) => requests[i]!.messages.at(-1)!.content;
        expect(requests.map((_, i) => last(i))).toEqual(['one', 'two', 'two', 'three', 'three']);
        // a conversation that came to its end begins anew
        expect(replyOf(await ask(client, SETTINGS, turns)).texts[0]).toBe('reply 5');
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

function replyOf(asked: Asked) {
  expect(asked).toMatchObject({ kind: 'reply' });
  return (asked as Asked & { kind: 'reply' }).reply;
}

function faultOf(asked: Asked) {
  expect(asked).toMatchObject({ kind: 'fault' });
  return (asked as Asked & { kind: 'fault' }).fault;
}
