import type { EpochMs, ProviderId } from '@agon/domain';

export type ProviderLimits = {
  /** Calls in flight at most, over all runs of one worker; null: as many as the run says. */
  readonly concurrency: number | null;
  /** Calls begun in a minute at most; null: no limit. */
  readonly callsPerMinute: number | null;
  /** For one call, from its first byte to the last of the reply, milliseconds. */
  readonly timeoutMs: number;
};

/** What a check asks about, one by one. */
export const PROVIDER_FEATURES = [
  'chat',
  'logprobs',
  'json_schema',
  'tools',
  'prefill',
  'vision',
  'seed',
  'reasoning',
  'batch',
] as const;
export type ProviderFeature = (typeof PROVIDER_FEATURES)[number];
/** `why`: one sentence for people. */
export type Finding = { readonly is: 'yes' | 'no' | 'unknown'; readonly why: string };

/** What a check found. A field that is missing was not asked for yet. */
export type ProviderCapabilities = {
  /** Names of its models; null: it does not list them. */
  readonly models?: readonly string[] | null;
  readonly chat?: boolean;
  /** Alternatives that come with each token, 0..20; 0: it gives no probabilities. */
  readonly topLogprobs?: number;
  readonly reasoning?: boolean;
  readonly fingerprint?: boolean;
  readonly usage?: boolean;
  readonly latencyMs?: number;
  /** Its replies say what they cost. */
  readonly reportsCost?: boolean;
  /** A later finding takes the place of an earlier one of the same feature. */
  readonly features?: Readonly<Partial<Record<ProviderFeature, Finding>>>;
  /** Hashes of replies under seeds, by the name of the probe: what they say about seeds takes all of them. */
  readonly seeds?: Readonly<Record<string, string>>;
};

/** Where models are reached. */
export type ProviderRecord = {
  readonly id: ProviderId;
  readonly name: string;
  readonly preset: string;
  readonly baseUrl: string;
  /** Name of the environment variable that holds its key; at most one of this and `sealedKey` is set. */
  readonly keyEnv: string | null;
  /** Its key, encrypted; only a worker opens it. */
  readonly sealedKey: string | null;
  /** Its last four characters; null where there is no stored key, or it is short. */
  readonly keyEnd: string | null;
  /** The owner of the data folder allowed this address although it is private. */
  readonly allowsPrivate: boolean;
  readonly limits: ProviderLimits;
  readonly capabilities: ProviderCapabilities | null;
  readonly checkedAtMs: EpochMs | null;
  readonly createdAtMs: EpochMs;
  /** No new run may use it; null: in use. */
  readonly removedAtMs: EpochMs | null;
};

export type NewProvider = Omit<ProviderRecord, 'capabilities' | 'checkedAtMs' | 'removedAtMs'> & {
  readonly by: string | null;
};

export type ProviderChange = Partial<
  Pick<ProviderRecord, 'preset' | 'baseUrl' | 'keyEnv' | 'sealedKey' | 'keyEnd' | 'allowsPrivate' | 'limits'>
>;

export interface ProviderStore {
  /** Those in use, by name; what stands in the place of one for control judges is left out. */
  list(): Promise<readonly ProviderRecord[]>;
  /** In use, by name. */
  named(name: string): Promise<ProviderRecord | null>;
  /** Removed ones, too: runs still name them. */
  find(id: ProviderId): Promise<ProviderRecord | null>;
  /** @throws ArenaError('already_exists') where one in use has the name */
  add(provider: NewProvider): Promise<void>;
  /**
   * A new address or key forgets what a check found.
   * @param before what the change was decided on
   * @returns false where address or key are others by now, or it was removed: nothing was changed
   */
  change(before: ProviderRecord, change: ProviderChange): Promise<boolean>;
  /** The same key, sealed anew: what a check found stays. @returns whether `before` was still the stored one */
  reseal(id: ProviderId, before: string, sealed: string): Promise<boolean>;
  /** Its key is wiped. */
  remove(id: ProviderId, atMs: EpochMs): Promise<void>;
}

/** Encrypts keys of providers at rest. */
export interface KeyVault {
  /** @param context what the key belongs to: opens only with the same */
  seal(key: string, context: string): string;
  /** @throws ArenaError('provider_refused') where it was sealed by an unknown secret, for another context, or changed */
  open(sealed: string, context: string): string;
  /** Whether it was sealed by an older secret. */
  isOld(sealed: string): boolean;
}
