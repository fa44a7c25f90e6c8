import type { ProviderJson } from '@agon/contract';
import type { ProviderCapabilities, ProviderRecord } from '../ports/provider-store.ts';

/** A provider as everybody may see it who may see providers: of its key, whether there is one and how it ends. */
export function presentProvider(provider: ProviderRecord): ProviderJson {
  const { name, baseUrl, preset, limits, capabilities } = provider;
  return {
    name,
    base_url: baseUrl,
    preset,
    key: provider.sealedKey !== null ? 'set' : provider.keyEnv !== null ? 'env' : 'none',
    key_env: provider.keyEnv,
    key_end: provider.keyEnd,
    limits: {
      concurrency: limits.concurrency,
      calls_per_minute: limits.callsPerMinute,
      timeout_seconds: limits.timeoutMs / 1000,
    },
    capabilities: capabilities === null ? null : presentCapabilities(capabilities),
    checked_at: provider.checkedAtMs === null ? null : new Date(provider.checkedAtMs).toISOString(),
    created_at: new Date(provider.createdAtMs).toISOString(),
  };
}

function presentCapabilities(found: ProviderCapabilities): NonNullable<ProviderJson['capabilities']> {
  const { models, topLogprobs, latencyMs, chat, reasoning, fingerprint, usage } = found;
  return {
    ...(models === undefined ? {} : { models: models === null ? null : [...models] }),
    ...(chat === undefined ? {} : { chat }),
    ...(topLogprobs === undefined ? {} : { top_logprobs: topLogprobs }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(usage === undefined ? {} : { usage }),
    ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
  };
}
