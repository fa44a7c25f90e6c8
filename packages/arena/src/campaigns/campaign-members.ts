import type { CampaignMemberJson, CampaignRole, ReplyOf } from '@agon/contract';
import { ArenaError, type UserId } from '@agon/domain';
import { type Actor, requireScope } from '../actor.ts';
import type { CampaignMember } from '../ports/campaign-member-store.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaignRole } from './campaign-access.ts';

type OneCampaign = { readonly actor: Actor; readonly campaign: string };
type OneMember = OneCampaign & { readonly user: string };
type Deps = Pick<Ports, 'campaigns' | 'members' | 'audit' | 'clock'>;

/** The members of a campaign, the first ones first. */
export async function listCampaignMembers(
  command: OneCampaign & { readonly cursor?: string; readonly limit: number },
  deps: Pick<Ports, 'campaigns' | 'members'>,
): Promise<ReplyOf<'listCampaignMembers'>> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const members = await deps.members.list(campaign.id, {
    after: (command.cursor as UserId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = members.slice(0, command.limit);
  return {
    items: page.map(present),
    next_cursor: members.length > command.limit ? (page.at(-1)?.user ?? null) : null,
  };
}

/**
 * Lets a researcher into a campaign.
 * @throws ArenaError not_found for an address that is no researcher's, already_exists, not_allowed where the first
 * member would be no owner
 */
export async function addCampaignMember(
  command: OneCampaign & { readonly email: string; readonly role: CampaignRole },
  deps: Deps & Pick<Ports, 'accounts'>,
): Promise<CampaignMemberJson> {
  const { actor, role } = command;
  const campaign = await ownedCampaign(command, deps);
  const account = await deps.accounts.findByEmail(command.email);
  // whether a voter has this address is nobody's business
  if (account === null || account.anonymous || account.role === 'voter') {
    throw new ArenaError('not_found', `No researcher of this arena has the address ${command.email}.`, {
      hint: 'They sign up first, then an admin makes them a researcher.',
      at: { column: 'email', value: command.email },
    });
  }
  const added = await deps.members.add(campaign.id, account.id, role, {
    by: actor.userId,
    atMs: deps.clock.now(),
  });
  if (added === null) {
    throw new ArenaError('already_exists', `${account.name} is a member of "${campaign.title}" already.`, {
      hint: 'Change the role of this member instead.',
      at: { column: 'email', value: command.email },
    });
  }
  return settle(added, 'add_campaign_member', command, campaign, deps);
}

/** Gives a member another role. Handing a campaign over is two of these. @throws ArenaError not_found, not_allowed for the last owner */
export async function changeCampaignMember(
  command: OneMember & { readonly role: CampaignRole },
  deps: Deps,
): Promise<CampaignMemberJson> {
  const campaign = await ownedCampaign(command, deps);
  const changed = await deps.members.changeRole(campaign.id, command.user as UserId, command.role);
  return settle(changed, 'change_campaign_member', command, campaign, deps);
}

/** Takes a member out. @throws ArenaError not_found, not_allowed for the last owner */
export async function removeCampaignMember(command: OneMember, deps: Deps): Promise<CampaignMemberJson> {
  const campaign = await ownedCampaign(command, deps);
  const removed = await deps.members.remove(campaign.id, command.user as UserId);
  return settle(removed, 'remove_campaign_member', command, campaign, deps);
}

/** A key that was made for content hands no campaign over. */
async function ownedCampaign(
  { actor, campaign }: OneCampaign,
  deps: Pick<Ports, 'campaigns' | 'members'>,
): Promise<CampaignRecord> {
  const found = await requireCampaignRole(actor, campaign, 'owner', deps);
  requireScope(actor, 'admin');
  return found;
}

async function settle(
  outcome: CampaignMember | 'no_owner' | null,
  action: string,
  { actor }: OneCampaign,
  campaign: CampaignRecord,
  deps: Pick<Ports, 'audit' | 'clock'>,
): Promise<CampaignMemberJson> {
  if (outcome === null) {
    throw new ArenaError('not_found', `There is no such member of "${campaign.title}".`, {
      hint: 'See the members in the settings of the campaign.',
    });
  }
  if (outcome === 'no_owner') {
    throw new ArenaError('not_allowed', `"${campaign.title}" needs an owner among its members.`, {
      hint: 'Make another person its owner first.',
    });
  }
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action,
    campaignId: campaign.id,
    details: { user: outcome.user, name: outcome.name, role: outcome.role },
    atMs: deps.clock.now(),
  });
  return present(outcome);
}

function present({ user, name, email, role, addedAtMs }: CampaignMember): CampaignMemberJson {
  return { user, name, email, role, added_at: new Date(addedAtMs).toISOString() };
}
