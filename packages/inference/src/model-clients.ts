import type { KeyVault, ModelClients, ProviderRecord } from '@agon/arena';
import { quirksOf } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { createAddressGuard, type Environment } from './address-guard.ts';
import { BegunConversations } from './begun-conversations.ts';
import { type Learned, nothingLearned } from './completion-body.ts';
import { createGuardedAgents, type OwnPorts, type Resolve } from './guarded-agents.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { refuseReserved } from './key-names.ts';
import { createOpenAiBatches } from './openai-batches.ts';
import { createOpenAiClient } from './openai-client.ts';
import { readPlainUrl } from './plain-url.ts';

/** Of the replies to a batch, as one file. */
const LARGEST_FILE_BYTES = 256 * 2 ** 20;

/** @returns the value of a variable; null where it is not set */
export type ReadKey = (name: string) => Promise<string | null>;

export type ModelClientsOptions = {
  /** AGON_PROVIDER_HOSTS is read. */
  readonly environment: Environment;
  readonly readKey: ReadKey;
  readonly vault: KeyVault;
  /** What the stored key of a provider was sealed for. */
  readonly keyContext: (provider: Pick<ProviderRecord, 'id' | 'baseUrl'>) => string;
  readonly ownPorts: OwnPorts;
  /** Default: as this machine resolves names. */
  readonly resolve?: Resolve;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** Clients of OpenAI-compatible servers. @throws ArenaError('unknown_option') for a wrong AGON_PROVIDER_HOSTS */
export function createModelClients(options: ModelClientsOptions): ModelClients {
  const { ownPorts, resolve, now } = options;
  const guard = createAddressGuard(options.environment);
  const agentsWhere = (allowsPrivate: boolean) =>
    createGuardedAgents({ guard, allowsPrivate, ownPorts, ...(resolve === undefined ? {} : { resolve }) });
  const agents = { strict: agentsWhere(false), named: agentsWhere(true) };
  const begun = new BegunConversations();
  const learnedOf = new Map<string, Learned>();
  return {
    async open(provider, model) {
      const { baseUrl, preset, allowsPrivate, limits } = provider;
      const { host, port, isLiteral } = readPlainUrl(baseUrl);
      if (isLiteral) {
        const refusal = guard.refusal({ host, port, allowsPrivate }, host, await ownPorts());
        if (refusal !== null)
          throw new ArenaError('provider_forbidden', refusal.message, { hint: refusal.hint });
      }
      const apiKey = await keyOf(provider, options);
      const key = JSON.stringify([provider.id, baseUrl, preset, model]);
      const learned = learnedOf.get(key) ?? nothingLearned();
      learnedOf.set(key, learned);
      const { key_header: keyHeader, api_version: apiVersion } = quirksOf(preset);
      const connection = {
        agents: allowsPrivate ? agents.named : agents.strict,
        baseUrl,
        apiKey,
        keyHeader,
        apiVersion,
        now,
      };
      const asking = { baseUrl, model, preset, learned, timeoutMs: limits.timeoutMs };
      return {
        ...createOpenAiClient({
          ...asking,
          begun,
          fetch: createGuardedFetch(connection),
          elapsed: () => performance.now(),
        }),
        batches: createOpenAiBatches({
          ...asking,
          fetch: createGuardedFetch({ ...connection, largestReplyBytes: LARGEST_FILE_BYTES }),
          now,
        }),
      };
    },
  };
}

async function keyOf(
  provider: ProviderRecord,
  { readKey, vault, keyContext }: ModelClientsOptions,
): Promise<string | null> {
  const { keyEnv, sealedKey, name } = provider;
  if (sealedKey !== null) return sendable(vault.open(sealedKey, keyContext(provider)), name);
  if (keyEnv === null) return null;
  refuseReserved(keyEnv);
  const value = await readKey(keyEnv);
  if (value !== null && value.trim() !== '') return sendable(value, name);
  throw new ArenaError(
    'provider_refused',
    `The variable ${keyEnv}, which holds the key of ${name}, is not set.`,
    {
      hint: `Set ${keyEnv} where \`agon start\` runs, and start it again.`,
    },
  );
}

/** A line break at the end of a key is one of the file that it came from. */
function sendable(key: string, provider: string): string {
  const trimmed = key.trim();
  if (/^[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new ArenaError(
    'provider_refused',
    `The key of ${provider} holds characters that no header can carry.`,
    {
      hint: 'Copy the key again: letters, digits and signs, without spaces or line breaks inside.',
    },
  );
}
