import type { ProviderJson } from '@agon/contract';
import type { Finding, ProviderCapabilities, ProviderRecord } from '../ports/provider-store.ts';

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
  const { models, topLogprobs, latencyMs, chat, reasoning, fingerprint, usage, reportsCost } = found;
  const seed = findSeed(found.seeds ?? {});
  const features = { ...found.features, ...(seed === null ? {} : { seed }) };
  return {
    ...(models === undefined ? {} : { models: models === null ? null : [...models] }),
    ...(chat === undefined ? {} : { chat }),
    ...(topLogprobs === undefined ? {} : { top_logprobs: topLogprobs }),
    ...(reasoning === undefined ? {} : { reasoning }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(usage === undefined ? {} : { usage }),
    ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
    ...(reportsCost === undefined ? {} : { reports_cost: reportsCost }),
    ...(Object.keys(features).length === 0 ? {} : { features }),
  };
}

/** Whether a seed decides the reply: two probes ask with the same one, a third with another. Null: not all were asked. */
function findSeed({ first, second, other }: Readonly<Record<string, string>>): Finding | null {
  if (first === undefined || second === undefined || other === undefined) return null;
  if (first !== second) return { is: 'no', why: 'Two replies under one seed differ.' };
  if (first === other) return { is: 'unknown', why: 'Its replies are the same under any seed.' };
  return { is: 'yes', why: 'Two replies under one seed are the same, and one under another seed differs.' };
}
