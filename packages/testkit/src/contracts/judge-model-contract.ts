import type { JudgeModel, JudgeModels } from '@agon/arena';
import { describe, expect, it } from 'vitest';
import {
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedOpenAiServer,
} from '../scripted-openai-server.ts';

/** @param open a judge model whose requests end after `timeoutMs` */
export function judgeModelContract(
  open: (where: { readonly baseUrl: string; readonly timeoutMs: number }) => JudgeModel,
): void {
  const MESSAGES = [
    { role: 'system', content: 'You are a judge.' },
    { role: 'user', content: 'Which one?' },
  ] as const;
  const NEVER = new AbortController().signal;
  const ask = (model: JudgeModel, signal = NEVER) =>
    model.ask(MESSAGES, { temperature: 0, maxTokens: 16 }, signal);

  /** What `use` gives with a model whose server replies so. */
  const against = async <T>(
    script: (request: ScriptedRequest) => ScriptedReply,
    use: (model: JudgeModel, requests: readonly ScriptedRequest[]) => Promise<T>,
    timeoutMs = 60_000,
  ): Promise<T> => {
    const server = await startScriptedOpenAiServer(script);
    try {
      return await use(open({ baseUrl: server.baseUrl, timeoutMs }), server.requests);
    } finally {
      await server.stop();
    }
  };
  const fault = (model: JudgeModel) =>
    ask(model).then(
      (answer) => answer,
      (error: unknown) => error,
    );

  describe('the contract of JudgeModel', () => {
    it('gives the reply with what it cost', async () => {
      const reply = { kind: 'text', text: 'the first one', finishReason: 'length', costUsd: 0.125 } as const;
      await against(
        () => reply,
        async (model, requests) => {
          expect(await ask(model)).toEqual({
            text: 'the first one',
            finishReason: 'length',
            // the scripted server counts words
            promptTokens: 6,
            completionTokens: 3,
            cachedTokens: null,
            costUsd: 0.125,
            latencyMs: expect.any(Number),
            retried: 0,
          });
          expect(requests.map(({ messages }) => messages)).toEqual([MESSAGES]);
        },
      );
    });

    it('makes up nothing that the server does not say', async () => {
      const choices = [{ index: 0, message: { role: 'assistant', content: null } }];
      const silent = await against(
        () => ({ kind: 'raw', body: JSON.stringify({ choices }) }),
        (model) => ask(model),
      );
      expect(silent).toMatchObject({ text: '', finishReason: null, costUsd: null });
      expect(silent).toMatchObject({ promptTokens: null, cachedTokens: null, completionTokens: null });
      const usage = { prompt_tokens: 9, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 8 } };
      const body = JSON.stringify({ choices, usage });
      expect(
        await against(
          () => ({ kind: 'raw', body }),
          (model) => ask(model),
        ),
      ).toMatchObject({
        promptTokens: 9,
        cachedTokens: 8,
        completionTokens: 0,
      });
    });

    it('counts how often it asked again, for each question by itself', async () => {
      let isFirst = true;
      await against(
        () => {
          if (!isFirst) return { kind: 'text', text: 'ok', delayMs: 3000 };
          isFirst = false;
          return { kind: 'status', status: 503 };
        },
        async (model, requests) => {
          const answers = await Promise.all([ask(model), ask(model)]);
          expect(requests).toHaveLength(3);
          expect(answers.map(({ retried }) => retried).sort()).toEqual([0, 1]);
        },
      );
    });

    it('calls every way to get no reply unreachable', async () => {
      const replies: Readonly<Record<string, ScriptedReply>> = {
        'a cut connection': { kind: 'drop' },
        'a reply that breaks off': { kind: 'cut' },
        'a fault of the server': { kind: 'status', status: 500 },
        'a page that is no JSON': { kind: 'raw', body: '<html>busy</html>' },
        'no choice': { kind: 'raw', body: '{"choices":[]}' },
        'too slow': { kind: 'text', text: 'late', delayMs: 5000 },
      };
      const codes = await Promise.all(
        Object.entries(replies).map(async ([name, reply]) => {
          const error = await against(() => reply, fault, name === 'too slow' ? 100 : 60_000);
          return [name, (error as { code?: unknown }).code ?? error];
        }),
      );
      expect(codes).toEqual(Object.keys(replies).map((name) => [name, 'provider_unreachable']));
      const gone = await startScriptedOpenAiServer(() => ({ kind: 'drop' }));
      await gone.stop();
      expect(await fault(open({ baseUrl: gone.baseUrl, timeoutMs: 60_000 }))).toMatchObject({
        code: 'provider_unreachable',
        kind: 'unavailable',
      });
    });

    it('says when a server that is asked too often may be asked again', async () => {
      const limited = (retryAfterS?: number) =>
        against(
          () => ({ kind: 'status', status: 429, ...(retryAfterS === undefined ? {} : { retryAfterS }) }),
          fault,
        );
      const [told, untold] = await Promise.all([limited(2), limited()]);
      expect(told).toMatchObject({ code: 'rate_limited', kind: 'unavailable', retryAfterMs: 2000 });
      expect(untold).toMatchObject({ code: 'rate_limited' });
      expect((untold as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(0);
    });

    it('passes a refusal on, and asks no second time', async () => {
      for (const status of [400, 401, 404])
        await against(
          () => ({ kind: 'status', status, message: 'no such model' }),
          async (model, requests) => {
            expect(await fault(model)).toMatchObject({
              code: 'provider_refused',
              message: expect.stringContaining('no such model'),
            });
            expect(requests).toHaveLength(1);
          },
        );
    });

    it('stops asking when it is told to', async () => {
      const stop = new AbortController();
      await against(
        () => {
          stop.abort();
          return { kind: 'text', text: 'late', delayMs: 2000 };
        },
        async (model, requests) => {
          await expect(ask(model, stop.signal)).rejects.toThrow();
          await expect(ask(model, stop.signal)).rejects.toThrow();
          expect(requests).toHaveLength(1);
        },
      );
    });
  });
}

/** @param make with the variables that keys are looked up in */
export function judgeModelsContract(
  make: (environment: Readonly<Record<string, string | undefined>>) => JudgeModels,
): void {
  const where = { baseUrl: 'http://127.0.0.1:9/v1', model: 'judge' };

  describe('the contract of JudgeModels', () => {
    it('refuses a key variable that is not set, by its name', () => {
      const models = make({ EMPTY: '', OTHER: 'secret' });
      for (const apiKeyEnv of ['EMPTY', 'MISSING']) {
        expect(() => models.open({ ...where, apiKeyEnv })).toThrow(
          expect.objectContaining({
            code: 'provider_refused',
            message: expect.stringContaining(apiKeyEnv),
          }),
        );
      }
    });

    it('opens with a key, and without one where none is asked for', () => {
      const models = make({ SOME_KEY: 'secret' });
      for (const apiKeyEnv of ['SOME_KEY', null])
        expect(models.open({ ...where, apiKeyEnv }).ask).toBeTypeOf('function');
    });
  });
}
