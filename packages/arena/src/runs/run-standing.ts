import type { RunJson } from '@agon/contract';
import { ArenaError, type RunId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import { checkVerdicts, doubtsOf, type VerdictCounts } from '../judging/check-verdicts.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunRecord, RunStanding } from '../ports/run-store.ts';
import { presentRun } from './present-run.ts';
import { requireRunRole } from './run-access.ts';

type StandingCommand = { readonly actor: Actor; readonly run: string };
type StandingPorts = Pick<Ports, 'runs' | 'members' | 'feed' | 'audit' | 'clock'>;

/** What a run of verdicts is checked by, as its calls are now. */
export async function readVerdictCounts(
  run: Pick<RunRecord, 'id' | 'config'>,
  deps: Pick<Ports, 'runs'>,
): Promise<VerdictCounts> {
  const [{ results }, orders, probes] = await Promise.all([
    deps.runs.counts(run.id),
    deps.runs.orderCounts(run.id),
    deps.runs.probeCounts(run.id),
  ]);
  return { results, orders, probes, mayTie: run.config.mayTie !== false };
}

/**
 * Says whether boards may count a run of verdicts, by its checks; what people decided stays. Called before a run ends, so
 * that boards never see the verdicts of one that is suspect.
 */
export async function settleStanding(
  run: Pick<RunRecord, 'id' | 'kind' | 'config' | 'standing' | 'campaignId'>,
  deps: Pick<Ports, 'runs' | 'feed'>,
): Promise<void> {
  if (run.kind !== 'verdicts' || run.standing === 'admitted' || run.standing === 'excluded') return;
  const doubts = doubtsOf(checkVerdicts(await readVerdictCounts(run, deps)));
  const isChanged = await deps.runs.setStanding(run.id, ['counted', 'suspect'], {
    standing: doubts.length === 0 ? 'counted' : 'suspect',
    reason: doubts.length === 0 ? null : doubts.join(', '),
    by: null,
  });
  if (isChanged && run.campaignId !== null) deps.feed.changed(run.campaignId);
}

/** Boards count what a run of verdicts brought, whatever its checks say, and from now on. */
export function admitRun(
  command: StandingCommand & { readonly reason: string | null },
  deps: StandingPorts,
): Promise<RunJson> {
  return decide(command, 'admitted', command.reason, deps);
}

/** Boards leave out what a run of verdicts brought. */
export function excludeRun(
  command: StandingCommand & { readonly reason: string },
  deps: StandingPorts,
): Promise<RunJson> {
  return decide(command, 'excluded', command.reason, deps);
}

async function decide(
  { actor, run: id }: StandingCommand,
  standing: Extract<RunStanding, 'admitted' | 'excluded'>,
  reason: string | null,
  deps: StandingPorts,
): Promise<RunJson> {
  const run = await requireRunRole(actor, id, 'editor', deps);
  if (run.kind !== 'verdicts') {
    throw new ArenaError('invalid_request', `Boards count verdicts; this is a run of ${run.kind}.`, {
      hint: 'Admit or exclude runs of verdicts.',
    });
  }
  if (run.config.control !== undefined && run.config.control !== null) {
    throw new ArenaError(
      'invalid_request',
      'Control judges enter no ranking: they are what others must beat.',
      {
        hint: 'Admit a run of a judge that asks a model.',
      },
    );
  }
  const from: readonly RunStanding[] = ['counted', 'suspect', 'admitted', 'excluded'];
  const by = actor.userId ?? actor.role;
  if (await deps.runs.setStanding(run.id, from, { standing, reason, by })) {
    await deps.audit.record({
      actor: by,
      action: standing === 'admitted' ? 'admit_run' : 'exclude_run',
      campaignId: run.campaignId,
      details: { run: run.id, subject: run.subject, model: run.model, reason },
      atMs: deps.clock.now(),
    });
    if (run.campaignId !== null) deps.feed.changed(run.campaignId);
  }
  return presentRun(run.id as RunId, deps);
}
