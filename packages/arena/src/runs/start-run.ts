import type { RunJson } from '@agon/contract';
import type { CampaignId, RunId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { NewCall, NewRun, RunKindName } from '../ports/run-store.ts';
import { refuseWithoutBatches } from './batch-rules.ts';
import { presentRun } from './present-run.ts';
import { type GivenPrices, pricesOf, refuseUncountable } from './run-prices.ts';

export type StartPorts = Pick<Ports, 'runs' | 'runQueue' | 'audit' | 'clock' | 'ids'>;

/** How a run asks, whatever it asks. */
export type Asking = {
  readonly provider: string | null;
  readonly baseUrl: string | null;
  readonly apiKeyEnv: string | null;
  readonly model: string;
  readonly concurrency: number;
  readonly budgetUsd: number | null;
  readonly seed: number;
  /** Null or missing: published ones, where there are any. */
  readonly prices?: GivenPrices | null;
  /** By the provider's batch endpoint. */
  readonly batch?: boolean;
};

/** Writes down every call, then tells the workers. A run without calls is done at once. */
export async function startRun(
  run: {
    readonly actor: Actor;
    readonly kind: RunKindName;
    readonly campaignId: CampaignId | null;
    readonly provider: ProviderRecord;
    readonly subject: string;
    readonly config: NewRun['config'];
    readonly calls: readonly NewCall[];
    readonly standing?: NewRun['standing'];
  } & Pick<Asking, 'model' | 'concurrency' | 'budgetUsd' | 'seed' | 'prices' | 'batch'>,
  deps: StartPorts,
): Promise<RunJson> {
  const { actor, provider, calls, batch = false, ...rest } = run;
  const prices = pricesOf(provider, run.model, run.prices ?? null);
  refuseUncountable(run.budgetUsd, prices, provider, run.model);
  if (batch) refuseWithoutBatches(run.budgetUsd, prices, provider, run.model);
  const config = batch ? { ...run.config, batch } : run.config;
  const id = deps.ids.next() as RunId;
  const atMs = deps.clock.now();
  const asked = await deps.runs.create(
    { ...rest, config, prices, id, providerId: provider.id, by: actor.userId, atMs },
    calls,
  );
  if (asked === 0) await deps.runs.move(id, ['queued'], 'done', null, atMs);
  else await deps.runQueue.announce(id);
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'start_run',
    campaignId: run.campaignId,
    details: {
      run: id,
      kind: run.kind,
      subject: run.subject,
      provider: provider.name,
      model: run.model,
      calls: asked,
    },
    atMs,
  });
  return presentRun(id, deps);
}
