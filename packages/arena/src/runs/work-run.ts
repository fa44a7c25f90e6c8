import { ArenaError, isArenaError, type RunId } from '@agon/domain';
import { calibrateRun } from '../judging/judge-card/calibrate-verdicts.ts';
import type { ModelClient } from '../ports/model-client.ts';
import type { ProviderRecord } from '../ports/provider-store.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { asksInBatches } from './batch-rules.ts';
import { workBatches } from './batch-work.ts';
import { CallPool } from './call-pool.ts';
import { kindOf } from './kinds/kind-of.ts';
import { settleStanding } from './run-standing.ts';
import type { WorkPorts } from './work-ports.ts';

/** What a worker should do next: leave the run, or look again when a call is due. */
export type WorkResult = { readonly kind: 'finished' } | { readonly kind: 'wait'; readonly untilMs: number };

/**
 * Works on a run until it ends, is stopped, or has nothing to ask for now. Replies, what was read in them and the ends of
 * their calls are stored together, so killing a worker loses nothing and pays twice only for what was in flight.
 */
export async function workRun(id: RunId, deps: WorkPorts, signal: AbortSignal): Promise<WorkResult> {
  const run = await deps.runs.find(id);
  if (run === null) return { kind: 'finished' };
  const isOpen = run.state === 'queued' || run.state === 'running';
  // what was sent in a batch is paid for, whatever became of its run since
  if (!isOpen && !asksInBatches(run)) return { kind: 'finished' };
  if (run.state === 'queued') await deps.runs.move(id, ['queued'], 'running', null, deps.clock.now());
  let opened: Opened;
  try {
    opened = await open(run, deps, signal);
  } catch (error) {
    if (!isArenaError(error) || error.kind === 'bug') throw error;
    if (!isOpen) {
      if (error.code === 'not_found') await giveUpBatches(run, deps);
      return { kind: 'finished' };
    }
    await endRun(run, 'failed', explain(error), deps);
    return { kind: 'finished' };
  }
  if (asksInBatches(run)) {
    const { provider, client } = opened;
    const step = await workBatches(run, provider, client, deps, signal);
    if (step.kind === 'wait') return step;
    if (step.kind === 'stop') await endRun(run, step.state, step.why, deps);
    if (step.kind !== 'live' || !isOpen) return { kind: 'finished' };
  }
  const { pool } = opened;
  const end = await pool.work();
  if (end.kind === 'stop') {
    await endRun(run, end.state, end.why, deps);
    return { kind: 'finished' };
  }
  if (end.kind === 'left') {
    // what was in flight when it was cancelled has come since
    const ended = await deps.runs.find(id);
    if (ended !== null && ended.finishedAtMs !== null) {
      await calibrateRun(ended, deps);
      await settleStanding(ended, deps);
    }
    return { kind: 'finished' };
  }
  if (end.untilMs !== null) return { kind: 'wait', untilMs: end.untilMs };
  await endRun(run, 'done', null, deps);
  return { kind: 'finished' };
}

/** Where a run asks no model. */
const NOBODY: ModelClient = {
  ask: async () => {
    throw new ArenaError('internal', 'A run that asks no model asked one.');
  },
};

type Opened = { readonly provider: ProviderRecord; readonly client: ModelClient; readonly pool: CallPool };

async function open(run: RunRecord, deps: WorkPorts, signal: AbortSignal): Promise<Opened> {
  const provider = await deps.providers.find(run.providerId);
  if (provider === null || provider.removedAtMs !== null) {
    throw new ArenaError('not_found', `The provider ${run.provider} was removed.`, {
      hint: 'Start a new run with another provider: what is scored is not asked again.',
    });
  }
  const isSilent = kindOf(run).asksNobody?.(run.config) === true;
  const client = isSilent ? NOBODY : await deps.modelClients.open(provider, run.model);
  const pace = deps.paces.of(provider, run.model);
  pace.want(run.concurrency);
  const spentUsd = run.budgetUsd === null ? null : await deps.runs.spent(run.id);
  const history = await deps.runs.history(run.id);
  return { provider, client, pool: new CallPool(run, client, pace, spentUsd ?? 0, history, deps, signal) };
}

/** Nobody can ask the provider any more what became of them. */
async function giveUpBatches({ id }: RunRecord, { batches, clock }: WorkPorts): Promise<void> {
  for (const batch of await batches.open(id)) await batches.end(batch.id, 'ended', null, clock.now());
}

/** Boards take in what a run brought when it ends; whether they may is said before. */
async function endRun(
  run: RunRecord,
  state: 'done' | 'paused' | 'failed',
  why: string | null,
  deps: Pick<WorkPorts, 'runs' | 'judgeCards' | 'content' | 'feed' | 'clock'>,
): Promise<void> {
  // boards are never to count some verdicts of a reward model by chances and others by who won
  await calibrateRun(run, deps);
  await settleStanding((await deps.runs.find(run.id)) ?? run, deps);
  const isMoved = await deps.runs.move(run.id, ['queued', 'running'], state, why, deps.clock.now());
  if (isMoved && run.kind === 'verdicts' && run.campaignId !== null) deps.feed.changed(run.campaignId);
}

function explain(error: ArenaError): string {
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}
