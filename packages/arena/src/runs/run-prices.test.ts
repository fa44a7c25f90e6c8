import { describe, expect, it } from 'vitest';
import type { ModelReply } from '../ports/model-client.ts';
import type { RunPrices } from '../ports/run-store.ts';
import { costOfTokens, priced, pricesOf, refuseUncountable } from './run-prices.ts';

const PRICES: RunPrices = { input: 2, cached: 0.5, output: 8, from: 'a test' };
const REPLY: ModelReply = {
  texts: ['x'.repeat(40)],
  reasoning: null,
  finishReason: 'stop',
  logprobs: null,
  promptTokens: 1000,
  cachedTokens: 400,
  completionTokens: 100,
  costUsd: null,
  latencyMs: 5,
  model: null,
  fingerprint: null,
  requestHash: '00',
};

describe('prices of a run', () => {
  it('are by the million, cached tokens apart', () => {
    // by hand: (600 × 2 + 400 × 0.5 + 100 × 8) / 1,000,000
    expect(costOfTokens({ prompt: 1000, cached: 400, completion: 100 }, PRICES)).toBeCloseTo(0.0022, 12);
    expect(costOfTokens({ prompt: 1000, cached: 400, completion: 100 }, PRICES, 0.5)).toBeCloseTo(0.0011, 12);
    // no price of their own: 1000 × 2
    const flat = { ...PRICES, cached: null };
    expect(costOfTokens({ prompt: 1000, cached: 400, completion: 0 }, flat)).toBeCloseTo(0.002, 12);
    // a server that counts more cached tokens than there are
    expect(costOfTokens({ prompt: 10, cached: 400, completion: 0 }, PRICES)).toBeCloseTo(0.000005, 12);
  });

  it('take the place of what the provider does not say, and of nothing else', () => {
    expect(priced(REPLY, PRICES, () => 0)).toMatchObject({ costUsd: 0.0022, costEstimated: true });
    expect(priced({ ...REPLY, costUsd: 0 }, PRICES, () => 0)).toEqual({ ...REPLY, costUsd: 0 });
    expect(priced(REPLY, null, () => 0)).toBe(REPLY);
    const uncounted = { ...REPLY, promptTokens: null, cachedTokens: null, completionTokens: null };
    // by hand: 50 × 2 + 10 × 8
    expect(priced(uncounted, PRICES, () => 50).costUsd).toBeCloseTo(0.00018, 12);
  });

  it('are those that are given, else published ones', () => {
    expect(pricesOf({ preset: 'openai' }, 'gpt-4.1', null)).toMatchObject({ input: 2, output: 8 });
    const given = { input: 1, cached: null, output: 1 };
    expect(pricesOf({ preset: 'openai' }, 'gpt-4.1', given)).toMatchObject(given);
    expect(pricesOf({ preset: 'vllm' }, 'gpt-4.1', null)).toBeNull();
  });

  it('are needed for a budget, unless replies say what they cost', () => {
    const provider = { name: 'p', preset: 'custom', capabilities: null };
    expect(() => refuseUncountable(1, null, provider, 'm')).toThrow(/budget cannot be kept/);
    for (const [budget, prices, of] of [
      [null, null, provider],
      [1, PRICES, provider],
      [1, null, { ...provider, preset: 'openrouter' }],
      [1, null, { ...provider, capabilities: { reportsCost: true } }],
    ] as const) {
      expect(() => refuseUncountable(budget, prices, of, 'm')).not.toThrow();
    }
    const silent = { ...provider, preset: 'openrouter', capabilities: { reportsCost: false } };
    expect(() => refuseUncountable(1, null, silent, 'm')).toThrow();
  });
});
