import type { ProviderRecord } from '@agon/arena';
import type { ProviderId } from '@agon/domain';

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
