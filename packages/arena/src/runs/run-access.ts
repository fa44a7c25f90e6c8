import type { CampaignRole } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type Actor, hasRole } from '../actor.ts';
import { refuseUnfit, requireRoleBehind } from '../campaigns/campaign-access.ts';
import type { Ports } from '../ports/ports.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { noSuchRun, requireRun } from './present-run.ts';

/**
 * The run, where the actor may do with it what `role` may in its campaign. One of no campaign is read by every researcher
 * and changed by whoever started it, and by admins.
 * @throws ArenaError not_found where the actor may not view the campaign, not_allowed
 */
export async function requireRunRole(
  actor: Actor,
  id: string,
  role: CampaignRole,
  deps: Pick<Ports, 'runs' | 'members'>,
): Promise<RunRecord> {
  refuseUnfit(actor, role);
  const run = await requireRun(id, deps);
  if (run.campaign !== null) {
    const campaign = { slug: run.campaign, title: run.campaignTitle ?? run.campaign };
    await requireRoleBehind(actor, campaign, role, noSuchRun(), deps);
  } else if (role !== 'viewer' && run.by !== actor.userId && !hasRole(actor, 'admin')) {
    throw new ArenaError('not_allowed', 'Somebody else started this run.', {
      hint: 'Ask them, or an admin of this arena.',
    });
  }
  return run;
}
