import { isArenaError } from '@agon/domain';
import { SYSTEM_ACTOR } from '../../actor.ts';
import type { Ports } from '../../ports/ports.ts';
import type { StartPorts } from '../../runs/start-run.ts';
import { startDriftCheck } from './start-drift-check.ts';

/**
 * Starts the checks whose time has come, each in one process of however many look. What cannot start is written down and
 * tried again when its next time comes, not before.
 * @returns how many were started
 */
export async function startDueChecks(deps: StartPorts & Pick<Ports, 'providers' | 'drift'>): Promise<number> {
  let started = 0;
  const bugs: unknown[] = [];
  for (const set of await deps.drift.claimDue(deps.clock.now())) {
    const watched = await deps.drift.watched(
      {
        campaignId: set.campaignId,
        judgeId: set.judgeId,
        model: set.model,
        providerId: set.providerId,
      },
      0,
    );
    let failure: string | null = null;
    try {
      for (const each of watched) await startDriftCheck(SYSTEM_ACTOR, each, deps);
      started += watched.length;
    } catch (error) {
      failure = explain(error);
      if (!isArenaError(error) || error.kind === 'bug') bugs.push(error);
    }
    await deps.drift.noteStart(set.id, failure);
  }
  // the others were due all the same
  if (bugs.length > 0) throw bugs[0];
  return started;
}

function explain(error: unknown): string {
  if (!isArenaError(error) || error.kind === 'bug')
    return 'Something went wrong that the log of the judge service tells more of.';
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
}
