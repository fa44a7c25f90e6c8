import type { InvitationJson, MadeInvitations } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { InvitationRecord } from '../ports/invitation-store.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaignRole } from './campaign-access.ts';

type InCampaign = { readonly actor: Actor; readonly campaign: string };

/** Makes links for voters. Their tokens are in the reply and nowhere else. */
export async function inviteVoters(
  command: InCampaign & { readonly count: number; readonly mostUses: number; readonly label: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'invitations' | 'secrets' | 'ids' | 'clock' | 'audit'>,
): Promise<MadeInvitations> {
  const { actor, count, mostUses, label } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const createdAtMs = deps.clock.now();
  const made = Array.from({ length: count }, () => ({ id: deps.ids.next(), token: deps.secrets.make() }));
  const common = { label, mostUses, createdAtMs, by: actor.userId };
  await deps.invitations.add(
    campaign.id,
    made.map(({ id, token }) => ({ id, ...common, tokenHash: deps.secrets.hash(token) })),
  );
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'invite_voters',
    campaignId: campaign.id,
    details: { count, most_uses: mostUses, label },
    atMs: createdAtMs,
  });
  return {
    invitations: made.map(({ id, token }) => ({
      ...present({ id, label, uses: 0, mostUses, createdAtMs, revokedAtMs: null }),
      path: `/c/${campaign.slug}/vote?invitation=${token}`,
    })),
  };
}

/** Newest first. */
export async function listInvitations(
  command: InCampaign & { readonly cursor?: string | undefined; readonly limit: number },
  deps: Pick<Ports, 'campaigns' | 'members' | 'invitations'>,
): Promise<{ items: InvitationJson[]; next_cursor: string | null }> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const found = await deps.invitations.list(campaign.id, {
    after: command.cursor ?? null,
    limit: command.limit + 1,
  });
  const page = found.slice(0, command.limit);
  return {
    items: page.map(present),
    next_cursor: found.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** Nobody comes by it any more; who came, stays. */
export async function revokeInvitation(
  command: InCampaign & { readonly invitation: string },
  deps: Pick<Ports, 'campaigns' | 'members' | 'invitations' | 'clock' | 'audit'>,
): Promise<{ id: string }> {
  const { actor, invitation } = command;
  const campaign = await requireCampaignRole(actor, command.campaign, 'editor', deps);
  const atMs = deps.clock.now();
  if (!(await deps.invitations.revoke(campaign.id, invitation, atMs))) {
    throw new ArenaError('not_found', 'There is no such invitation.', {
      hint: 'See the campaign’s list of invitations.',
    });
  }
  await deps.audit.record({
    actor: actor.userId ?? actor.role,
    action: 'revoke_invitation',
    campaignId: campaign.id,
    details: { invitation },
    atMs,
  });
  return { id: invitation };
}

function present(record: InvitationRecord): InvitationJson {
  return {
    id: record.id,
    label: record.label,
    uses: record.uses,
    most_uses: record.mostUses,
    created_at: new Date(record.createdAtMs).toISOString(),
    revoked_at: record.revokedAtMs === null ? null : new Date(record.revokedAtMs).toISOString(),
  };
}
