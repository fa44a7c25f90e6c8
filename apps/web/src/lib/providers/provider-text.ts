import type { ProviderJson } from '@agon/contract';
import { PROVIDER_PRESETS } from '@agon/contract/provider-presets';
import { countText, latencyText } from '#lib/runs/figures-text.ts';
import { m } from '#paraglide/messages.js';

/** A preset's own name, or what it stands for where it has none. */
export function presetTitle(preset: string): string {
  if (preset === 'custom') return m.providers_preset_custom();
  return Object.entries(PROVIDER_PRESETS).find(([name]) => name === preset)?.[1].title ?? preset;
}

/** Whether a provider has a key, and where it lies. The key itself never reaches a page. */
export function keyText({ key, key_env, key_end }: ProviderJson): string {
  if (key === 'env') return m.providers_key_in({ name: key_env ?? '' });
  if (key === 'none') return m.providers_key_none();
  return key_end === null ? m.providers_key_set() : m.providers_key_ends({ end: key_end });
}

/** What a check found, a few words each; what was not asked for is left out. */
export function foundFacts(found: ProviderJson['capabilities']): readonly string[] {
  if (found === null) return [];
  return [
    ...(found.models === null ? [m.providers_lists_none()] : []),
    ...(found.chat === false ? [m.providers_no_chat()] : []),
    ...(found.top_logprobs === undefined
      ? []
      : [
          found.top_logprobs === 0
            ? m.providers_no_logprobs()
            : m.providers_logprobs({ count: countText(found.top_logprobs) }),
        ]),
    ...(found.reasoning ? [m.providers_reasoning()] : []),
    ...(found.reports_cost ? [m.providers_reports_cost()] : []),
    ...(found.usage === false ? [m.providers_no_usage()] : []),
    ...(found.fingerprint ? [m.providers_fingerprint()] : []),
    ...(found.latency_ms === undefined ? [] : [m.providers_latency({ time: latencyText(found.latency_ms) })]),
  ];
}

type Features = NonNullable<NonNullable<ProviderJson['capabilities']>['features']>;

const FEATURES: Readonly<Record<keyof Features, () => string>> = {
  chat: m.providers_feature_chat,
  logprobs: m.providers_feature_logprobs,
  json_schema: m.providers_feature_json_schema,
  tools: m.providers_feature_tools,
  prefill: m.providers_feature_prefill,
  vision: m.providers_feature_vision,
  seed: m.providers_feature_seed,
  reasoning: m.providers_feature_reasoning,
  batch: m.providers_feature_batch,
};

const FOUND = { yes: m.providers_is_yes, no: m.providers_is_no, unknown: m.providers_is_unknown };

/** What a check found of each feature, and why it says so. */
export function featureFacts(
  found: ProviderJson['capabilities'],
): readonly { readonly name: string; readonly is: string; readonly why: string }[] {
  const features = found?.features ?? {};
  return (Object.keys(FEATURES) as (keyof Features)[]).flatMap((feature) => {
    const finding = features[feature];
    return finding === undefined
      ? []
      : [{ name: FEATURES[feature](), is: FOUND[finding.is](), why: finding.why }];
  });
}
