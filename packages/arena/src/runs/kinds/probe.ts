import type { ModelRequest } from '../../ports/model-client.ts';
import type { ProviderCapabilities } from '../../ports/provider-store.ts';
import type { RunKind } from './run-kind.ts';

/** As many alternatives as the field's servers give at most. */
const TOP_LOGPROBS = 20;
/** Models that think before they speak need some. */
const MOST_TOKENS = 256;

const say = (text: string, settings = {}): ModelRequest => ({
  kind: 'chat',
  system: '',
  turns: [text],
  settings: { temperature: 0, maxTokens: MOST_TOKENS, ...settings },
});

const PROBES: Readonly<Record<string, ModelRequest>> = {
  models: { kind: 'models' },
  chat: say('Reply with the single word: ready'),
  logprobs: say('Reply with one letter, A or B.', { topLogprobs: TOP_LOGPROBS }),
};

/** What a provider can do. A target is the name of a probe. */
export const probe: RunKind<Record<string, never>> = {
  name: 'probe',
  parser: 'probe-1',
  results: ['yes', 'no'],
  independent: true,

  plan: () => Object.keys(PROBES).map((target) => ({ target, order: '', repeat: 1 })),

  render: (_config, call) => PROBES[call.target]!,

  read(_config, call, outcome) {
    const found = (label: string, capabilities: ProviderCapabilities) => ({
      label,
      reading: { type: 'capability' as const, found: capabilities },
    });
    if (outcome.kind === 'fault') {
      const { reason } = outcome.fault;
      // a server that knows no such request says so; every other fault leaves the question open
      if (reason !== 'refused' && reason !== 'unknown_model') return { label: reason, reading: null };
      if (call.target === 'models') return found('no', { models: null });
      return found('no', call.target === 'chat' ? { chat: false } : { topLogprobs: 0 });
    }
    const { reply } = outcome;
    if (call.target === 'models')
      return found('yes', { models: JSON.parse(reply.texts[0] ?? '[]') as string[] });
    if (call.target === 'logprobs') {
      const top = Math.max(0, ...(reply.logprobs ?? []).map((place) => place.top.length));
      return found(top > 0 ? 'yes' : 'no', { topLogprobs: top });
    }
    return found('yes', {
      chat: true,
      reasoning: reply.reasoning !== null,
      fingerprint: (reply.fingerprint ?? null) !== null,
      usage: (reply.promptTokens ?? null) !== null,
      ...(reply.latencyMs === undefined ? {} : { latencyMs: reply.latencyMs }),
    });
  },
};
