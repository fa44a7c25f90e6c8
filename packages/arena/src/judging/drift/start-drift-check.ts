import type { RunJson } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../../actor.ts';
import type { WatchedSet } from '../../ports/drift-store.ts';
import type { Ports } from '../../ports/ports.ts';
import { drift } from '../../runs/kinds/drift.ts';
import type { DriftConfig } from '../../runs/kinds/run-kind.ts';
import { type StartPorts, startRun } from '../../runs/start-run.ts';

/** Calls in flight at most: a check has time. */
const CONCURRENCY = 8;

/**
 * Asks what the set holds once more: the same battles in the same orders, by the same judge, of the same provider.
 * @throws ArenaError('not_found') where the provider was removed; invalid_request where its costs cannot be counted
 */
export async function startDriftCheck(
  actor: Actor,
  { set, basis }: Pick<WatchedSet, 'set' | 'basis'>,
  deps: StartPorts & Pick<Ports, 'providers'>,
): Promise<RunJson> {
  const provider = await deps.providers.find(set.providerId);
  if (provider === null || provider.removedAtMs !== null) {
    throw new ArenaError('not_found', `The provider ${set.provider} was removed.`, {
      hint: 'Run the judge with another provider, and watch that one.',
      at: { column: 'provider', value: set.provider },
    });
  }
  const config: DriftConfig = {
    ...set.config,
    // its readings land nowhere
    judgeId: '',
    set: set.id,
    orders: 'both',
    repeat: 1,
    limit: null,
  };
  const asked = new Set(basis.map(({ battleId, order }) => `${battleId}/${order}`));
  const battles = [...new Set(basis.map(({ battleId }) => battleId))];
  return startRun(
    {
      actor,
      kind: 'drift',
      campaignId: set.campaignId,
      provider,
      model: set.model,
      subject: set.config.judge,
      config,
      concurrency: CONCURRENCY,
      budgetUsd: set.budgetUsd,
      seed: set.seed,
      prices: set.prices,
      calls: drift
        .plan(config, set.seed, battles)
        .filter(({ target, order }) => asked.has(`${target}/${order}`)),
    },
    deps,
  );
}
