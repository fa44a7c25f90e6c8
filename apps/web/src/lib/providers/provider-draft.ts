import type { AddProviderBody, ChangeProviderBody, ProviderJson, ProviderPreset } from '@agon/contract';
import { PROVIDER_PRESETS } from '@agon/contract/provider-presets';

/** What stands in the form of a provider; its fields write into it. */
export type ProviderDraft = {
  preset: ProviderPreset;
  name: string;
  baseUrl: string;
  /** `keep`: as it is, when one is changed. */
  keyKind: 'keep' | 'none' | 'env' | 'stored';
  keyName: string;
  key: string;
  concurrency: number | null;
  callsPerMinute: number | null;
  timeoutSeconds: number | null;
};

/** As the contract has it where nothing is said. */
const TIMEOUT_SECONDS = 120;

const isPreset = (name: string): name is ProviderPreset => Object.hasOwn(PROVIDER_PRESETS, name);

/** The form as it opens. @param provider null: a new one */
export function draftOf(provider: ProviderJson | null): ProviderDraft {
  if (provider === null) return withPreset(EMPTY, 'openai');
  return {
    preset: isPreset(provider.preset) ? provider.preset : 'custom',
    name: provider.name,
    baseUrl: provider.base_url,
    keyKind: 'keep',
    keyName: provider.key_env ?? '',
    key: '',
    concurrency: provider.limits.concurrency,
    callsPerMinute: provider.limits.calls_per_minute,
    timeoutSeconds: provider.limits.timeout_seconds,
  };
}

const EMPTY: ProviderDraft = {
  preset: 'custom',
  name: '',
  baseUrl: '',
  keyKind: 'none',
  keyName: '',
  key: '',
  concurrency: null,
  callsPerMinute: null,
  timeoutSeconds: TIMEOUT_SECONDS,
};

/** The form after another preset was chosen: what the preset knows is filled in, what somebody wrote stays. */
export function withPreset(draft: ProviderDraft, preset: ProviderPreset): ProviderDraft {
  const before = PROVIDER_PRESETS[draft.preset];
  const { base_url, key_env } = PROVIDER_PRESETS[preset];
  const isOwnName = draft.name !== '' && draft.name !== draft.preset;
  const isOwnUrl = draft.baseUrl !== '' && draft.baseUrl !== before.base_url;
  const isOwnKeyName = draft.keyName !== '' && draft.keyName !== before.key_env;
  return {
    ...draft,
    preset,
    name: isOwnName ? draft.name : preset === 'custom' ? '' : preset,
    baseUrl: base_url ?? (isOwnUrl ? draft.baseUrl : ''),
    keyName: isOwnKeyName ? draft.keyName : (key_env ?? ''),
    // a stored key or "keep" was chosen by hand
    keyKind:
      draft.keyKind === 'none' || draft.keyKind === 'env'
        ? key_env === null
          ? 'none'
          : 'env'
        : draft.keyKind,
  };
}

const limitsOf = (draft: ProviderDraft) => ({
  concurrency: draft.concurrency,
  calls_per_minute: draft.callsPerMinute,
  timeout_seconds: draft.timeoutSeconds ?? TIMEOUT_SECONDS,
});

export function addBody(draft: ProviderDraft): AddProviderBody {
  return {
    name: draft.name,
    preset: draft.preset,
    base_url: draft.baseUrl,
    api_key_env: draft.keyKind === 'env' ? draft.keyName : null,
    api_key: draft.keyKind === 'stored' ? draft.key : null,
    limits: limitsOf(draft),
  };
}

/** Only one of key and variable is given: the other gives way by itself. */
export function changeBody(draft: ProviderDraft): ChangeProviderBody {
  return {
    preset: draft.preset,
    base_url: draft.baseUrl,
    limits: limitsOf(draft),
    ...(draft.keyKind === 'none' ? { api_key: null, api_key_env: null } : {}),
    ...(draft.keyKind === 'env' ? { api_key_env: draft.keyName } : {}),
    ...(draft.keyKind === 'stored' ? { api_key: draft.key } : {}),
  };
}

/** A key goes to no other address than it was entered for: with a new one, a key that is kept is dropped. */
export function dropsKey(draft: ProviderDraft, provider: ProviderJson | null): boolean {
  return (
    provider?.key === 'set' &&
    draft.keyKind === 'keep' &&
    draft.baseUrl.replace(/\/+$/, '') !== provider.base_url
  );
}
