import { CAMPAIGN_ROLES, type CampaignRole } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { type Actor, hasRole, hasScope, requireRole, requireScope } from '../actor.ts';
import type { Viewer } from '../ports/campaign-member-store.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';

/** `visitor`: anybody, where the campaign is open or closed. */
export type CampaignAccess = 'visitor' | CampaignRole;

type Deps = Pick<Ports, 'campaigns' | 'members'>;

/**
 * Whose campaigns this actor looks at, drafts included; null: nobody's. Members count while they are researchers, and a
 * key that may not read looks at nothing that is not public.
 */
export function viewerOf(actor: Actor): Viewer | null {
  if (!hasRole(actor, 'researcher') || !hasScope(actor, 'read')) return null;
  return hasRole(actor, 'admin') ? 'all' : actor.userId;
}

/** What the actor may do in campaigns, by slug; those where they are as any visitor are left out. */
export async function campaignRolesOf(
  actor: Actor,
  slugs: readonly string[],
  deps: Pick<Ports, 'members'>,
): Promise<ReadonlyMap<string, CampaignRole>> {
  const viewer = viewerOf(actor);
  if (viewer === null || slugs.length === 0) return new Map();
  if (viewer === 'all') return new Map(slugs.map((slug) => [slug, 'owner']));
  return deps.members.rolesOf(viewer, slugs);
}

/**
 * The campaign, where the actor may do there what `access` says. Admins and the owner of the data folder may everything.
 * @throws ArenaError not_signed_in, not_allowed
 * @throws ArenaError('not_found') for a draft of others, in every way as for a campaign that does not exist
 */
export async function requireCampaignRole(
  actor: Actor,
  slug: string,
  access: CampaignAccess,
  deps: Deps,
): Promise<CampaignRecord> {
  if (access !== 'visitor') refuseUnfit(actor, access);
  const { campaign, role } = await lookAtCampaign(actor, slug, deps);
  if (campaign === null) {
    throw new ArenaError('not_found', `There is no campaign "${slug}".`, {
      hint: 'See the list of campaigns: GET /api/v1/campaigns, or `agon campaign list`.',
      data: { campaign: slug },
    });
  }
  if (access !== 'visitor') refuseBelow(role, access, campaign.title);
  return campaign;
}

/** A campaign, and what the actor may do there; null: there is none, or none that the actor may know of. */
export async function lookAtCampaign(
  actor: Actor,
  slug: string,
  deps: Deps,
): Promise<{ readonly campaign: CampaignRecord | null; readonly role: CampaignRole | undefined }> {
  // both at once, whether there is such a campaign or not: the time that it takes tells nothing
  const [campaign, roles] = await Promise.all([
    deps.campaigns.find(slug),
    campaignRolesOf(actor, [slug], deps),
  ]);
  const role = roles.get(slug);
  return { campaign: campaign?.state === 'draft' && role === undefined ? null : campaign, role };
}

/**
 * For what lies behind a campaign and has an id of its own.
 * @param absent thrown where the actor may not view the campaign: as for an id that does not exist
 */
export async function requireRoleBehind(
  actor: Actor,
  { slug, title }: Pick<CampaignRecord, 'slug' | 'title'>,
  needed: CampaignRole,
  absent: ArenaError,
  deps: Pick<Ports, 'members'>,
): Promise<void> {
  const role = (await campaignRolesOf(actor, [slug], deps)).get(slug);
  if (role === undefined) throw absent;
  refuseBelow(role, needed, title);
}

/** Whose campaigns a researcher looks at. @throws ArenaError not_signed_in, not_allowed */
export function requireViewer(actor: Actor): Viewer {
  refuseUnfit(actor, 'viewer');
  return viewerOf(actor)!;
}

/** What an actor needs for anything that is not public, whichever campaign it is. */
export function refuseUnfit(actor: Actor, role: CampaignRole): void {
  requireRole(actor, 'researcher');
  requireScope(actor, role === 'viewer' ? 'read' : 'write');
}

/** @throws ArenaError('not_allowed') */
function refuseBelow(held: CampaignRole | undefined, needed: CampaignRole, title: string): void {
  if (held !== undefined && CAMPAIGN_ROLES.indexOf(held) >= CAMPAIGN_ROLES.indexOf(needed)) return;
  const yours = held === undefined ? 'you are not a member of it' : `yours is ${held}`;
  throw new ArenaError('not_allowed', `This needs the role ${needed} in "${title}"; ${yours}.`, {
    hint: 'Ask an owner of the campaign, or an admin of this arena.',
  });
}
