import type { RunHistoryJson, RunJson, RunListJson } from '@agon/contract';
import { ArenaError, type RunId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { requireCampaignRole, requireViewer } from '../campaigns/campaign-access.ts';
import type { CallFaultReason } from '../ports/model-client.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunFilter, RunKindName, RunRecord, RunState } from '../ports/run-store.ts';
import { presentHistory } from './present-history.ts';
import { presentRun, toRunJson } from './present-run.ts';
import { requireReason } from './require-reason.ts';
import { requireRunRole } from './run-access.ts';
import { settleStanding } from './run-standing.ts';

type OneRun = { readonly actor: Actor; readonly run: string };
type RunPorts = Pick<Ports, 'runs' | 'members' | 'clock'>;

/** One run, with its counts so far. */
export async function getRun(command: OneRun, deps: RunPorts): Promise<RunJson> {
  return presentRun((await requireRunRole(command.actor, command.run, 'viewer', deps)).id, deps);
}

/** Runs of every kind, newest first: those of campaigns that one may view, and of none. */
export async function listRuns(
  command: {
    readonly actor: Actor;
    readonly campaign?: string | undefined;
    readonly kind?: RunKindName | undefined;
    readonly state?: RunFilter['state'];
    readonly cursor?: string | undefined;
    readonly limit: number;
  },
  deps: RunPorts & Pick<Ports, 'campaigns'>,
): Promise<RunListJson> {
  const { actor, campaign, kind, state, limit } = command;
  const viewer = requireViewer(actor);
  const campaignId =
    campaign === undefined ? undefined : (await requireCampaignRole(actor, campaign, 'viewer', deps)).id;
  const after = (command.cursor as RunId | undefined) ?? null;
  const [runs, tally] = await Promise.all([
    deps.runs.list({ campaignId, kind, state, viewer }, { after, limit: limit + 1 }),
    deps.runs.tally({ campaignId, viewer }),
  ]);
  const page = runs.slice(0, limit);
  const counts = await deps.runs.countsOf(page.map(({ id }) => id));
  const nowMs = deps.clock.now();
  return {
    items: page.map((run) => toRunJson(run, counts.get(run.id)!, nowMs)),
    next_cursor: runs.length > limit ? (page.at(-1)?.id ?? null) : null,
    tally: tally.map(({ isSuspect: suspect, ...each }) => ({ ...each, suspect })),
  };
}

/** What a run went through, as its workers kept it; empty where nobody has worked on it. */
export async function getRunHistory(command: OneRun, deps: RunPorts): Promise<RunHistoryJson> {
  const { id } = await requireRunRole(command.actor, command.run, 'viewer', deps);
  const [history, { faults }] = await Promise.all([deps.runs.history(id), deps.runs.counts(id)]);
  return presentHistory(history, faults);
}

/** Nothing new is asked; what is in flight comes to its end and is kept. */
export function pauseRun(command: OneRun, deps: RunPorts): Promise<RunJson> {
  return move(command, ['queued', 'running'], 'paused', deps);
}

/** Ends a run: what was read stays, and counts where its checks let it. */
export async function cancelRun(command: OneRun, deps: RunPorts & Pick<Ports, 'feed'>): Promise<RunJson> {
  const run = await changeable(command, deps);
  await settleStanding(run, deps);
  const ended = await move(command, ['queued', 'running', 'paused', 'failed'], 'cancelled', deps);
  if (run.kind === 'verdicts' && run.campaignId !== null) deps.feed.changed(run.campaignId);
  return ended;
}

/**
 * Goes on with a run that was paused, or that failed.
 * @param command.budgetUsd a new budget, for the whole run
 */
export async function resumeRun(
  command: OneRun & { readonly budgetUsd?: number | undefined },
  deps: RunPorts & Pick<Ports, 'runQueue'>,
): Promise<RunJson> {
  const run = await changeable(command, deps);
  if (command.budgetUsd !== undefined) {
    if (run.budgetUsd === null && run.prices === null && (await deps.runs.spent(run.id)) === null) {
      throw new ArenaError(
        'invalid_request',
        'A budget cannot be kept: nothing says what calls of this run cost.',
        {
          hint: 'Go on without a budget, or start a new run with prices: what is there is not asked again.',
          at: { column: 'budget_usd', value: String(command.budgetUsd) },
        },
      );
    }
    await deps.runs.setBudget(run.id, command.budgetUsd);
  }
  return queue(run, ['paused', 'failed'], 'Only a run that is paused or failed can go on.', deps);
}

/**
 * Asks the calls again that were given up.
 * @param command.reason only those that were given up for it
 */
export async function retryRun(
  command: OneRun & { readonly reason?: string | undefined },
  deps: RunPorts & Pick<Ports, 'runQueue'>,
): Promise<RunJson> {
  const run = await changeable(command, deps);
  const reason =
    command.reason === undefined ? undefined : await requireReason(run, command.reason, 'failed', deps);
  if ((await deps.runs.retryFailed(run.id, reason as CallFaultReason | undefined)) === 0)
    return presentRun(run.id, deps);
  if (run.state === 'queued' || run.state === 'running') return presentRun(run.id, deps);
  return queue(run, ['paused', 'failed', 'done', 'cancelled'], '', deps);
}

function changeable({ actor, run }: OneRun, deps: Pick<Ports, 'runs' | 'members'>): Promise<RunRecord> {
  return requireRunRole(actor, run, 'editor', deps);
}

async function move(
  command: OneRun,
  from: readonly RunState[],
  to: RunState,
  deps: RunPorts,
): Promise<RunJson> {
  const run = await changeable(command, deps);
  await deps.runs.move(run.id, from, to, null, deps.clock.now());
  return presentRun(run.id, deps);
}

async function queue(
  run: RunRecord,
  from: readonly RunState[],
  refusal: string,
  deps: RunPorts & Pick<Ports, 'runQueue'>,
): Promise<RunJson> {
  if (run.state !== 'queued' && run.state !== 'running') {
    if (!(await deps.runs.move(run.id, from, 'queued', null, deps.clock.now()))) {
      throw new ArenaError('invalid_request', `${refusal} This one is ${run.state}.`, {
        hint: 'Start a new run: what is scored is not asked again.',
      });
    }
    await deps.runQueue.announce(run.id);
  }
  return presentRun(run.id, deps);
}
