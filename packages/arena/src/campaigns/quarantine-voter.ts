import type { QuarantineReply } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import type { QuarantinedVotes } from '../ports/quarantine-store.ts';
import { requireCampaignRole } from './campaign-access.ts';

export type QuarantineCommand = {
  readonly actor: Actor;
  readonly campaign: string;
  /** Pseudonym, as in the campaign's progress. */
  readonly rater: string;
};
type Deps = Pick<Ports, 'campaigns' | 'members' | 'quarantine' | 'audit' | 'feed' | 'clock'>;

/** What boards and exports say of these votes. */
const REASON = 'voter_in_quarantine';

/**
 * Every board leaves out what the voter has cast so far, until it is released; what they cast later counts.
 * @throws ArenaError('not_found') for somebody who never voted in this campaign
 */
export function quarantineVoter(command: QuarantineCommand, deps: Deps): Promise<QuarantineReply> {
  return change(command, deps, 'quarantine_voter', (campaign, by) =>
    deps.quarantine.put(campaign.id, command.rater, { reason: REASON, by, atMs: deps.clock.now() }),
  );
}

/** The voter's votes count again. @throws as `quarantineVoter` does */
export function releaseVoter(command: QuarantineCommand, deps: Deps): Promise<QuarantineReply> {
  return change(command, deps, 'release_voter', (campaign) =>
    deps.quarantine.lift(campaign.id, command.rater),
  );
}

async function change(
  { actor, campaign: slug, rater }: QuarantineCommand,
  deps: Deps,
  action: string,
  apply: (campaign: CampaignRecord, by: string) => Promise<QuarantinedVotes>,
): Promise<QuarantineReply> {
  const campaign = await requireCampaignRole(actor, slug, 'editor', deps);
  const by = actor.userId ?? actor.role;
  const { votes, changed } = await apply(campaign, by);
  if (votes === 0) {
    throw new ArenaError('not_found', `No voter "${rater}" has voted in "${slug}".`, {
      hint: 'Voters are named as in the campaign’s progress.',
    });
  }
  if (changed > 0) {
    await deps.audit.record({
      actor: by,
      action,
      campaignId: campaign.id,
      details: { rater, votes: changed },
      atMs: deps.clock.now(),
    });
    deps.feed.changed(campaign.id);
  }
  return { rater, votes, changed };
}
