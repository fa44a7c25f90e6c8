import type { VoterGroups } from '@agon/contract';
import { ArenaError, type EpochMs, type Outcome } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import type { VotesInFilter } from '../ports/quarantine-store.ts';
import { requireCampaignRole } from './campaign-access.ts';

/** Long enough to look into a campaign that ends; the hashes are of no use for anything else. */
export const ADDRESSES_KEPT_DAYS = 30;
const MAX_GROUPS = 500;
/** What boards and exports say of these votes. */
const REASON = 'votes_in_quarantine';

/** Voters by the address they came from: a crowd of cookies with one vote each is one line here. */
export async function listVoterGroups(
  command: { readonly actor: Actor; readonly campaign: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'voterAddresses'>,
): Promise<VoterGroups> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const groups = await deps.voterAddresses.groups(campaign.id, MAX_GROUPS);
  return {
    kept_days: ADDRESSES_KEPT_DAYS,
    groups: groups.map(({ firstAtMs, lastAtMs, singleVoters, ...group }) => ({
      ...group,
      single_voters: singleVoters,
      first_at: new Date(firstAtMs).toISOString(),
      last_at: new Date(lastAtMs).toISOString(),
    })),
  };
}

/**
 * Every board leaves out the votes that all given conditions hold for, or has them back.
 * @throws ArenaError('invalid_request') without a condition
 */
export async function quarantineVotes(
  command: {
    readonly actor: Actor;
    readonly campaign: string;
    readonly address?: string | undefined;
    readonly fromMs?: EpochMs | undefined;
    readonly toMs?: EpochMs | undefined;
    readonly outcome?: Outcome | undefined;
    readonly mostVotes?: number | undefined;
    readonly release: boolean;
    readonly dryRun: boolean;
  },
  deps: Pick<Ports, 'campaigns' | 'members' | 'quarantine' | 'audit' | 'feed' | 'clock'>,
): Promise<VotesInFilter> {
  const { actor, address, fromMs, toMs, outcome, mostVotes, release, dryRun } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const filter = { address, fromMs, toMs, outcome, mostVotes };
  if (Object.values(filter).every((condition) => condition === undefined)) {
    throw new ArenaError('invalid_request', 'Say which votes: without a condition it would be all.', {
      hint: 'Give at least one of address, from, to, outcome and most_votes.',
    });
  }
  const by = actor.userId ?? actor.role;
  const atMs = deps.clock.now();
  const found = release
    ? await deps.quarantine.liftAll(campaign.id, filter, dryRun)
    : await deps.quarantine.putAll(campaign.id, filter, { reason: REASON, by, atMs }, dryRun);
  if (found.changed > 0 && !dryRun) {
    await deps.audit.record({
      actor: by,
      action: release ? 'release_votes' : 'quarantine_votes',
      campaignId: campaign.id,
      details: { ...filter, votes: found.changed, voters: found.voters },
      atMs,
    });
    deps.feed.changed(campaign.id);
  }
  return found;
}
