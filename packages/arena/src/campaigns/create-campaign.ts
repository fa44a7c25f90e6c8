import { type Campaign, campaignSettingsSchema } from '@agon/contract';
import type { CampaignId } from '@agon/domain';
import { type Actor, requireRole, requireScope } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { presentCampaigns } from './present-campaign.ts';

export type CreateCampaign = {
  readonly actor: Actor;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly attribution: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
};

/** A new campaign, as a draft: for its members alone until it is opened. Whoever makes it owns it. @throws ArenaError('already_exists') */
export async function createCampaign(
  command: CreateCampaign,
  deps: Pick<Ports, 'campaigns' | 'members' | 'clock' | 'ids' | 'audit'>,
): Promise<Campaign> {
  requireRole(command.actor, 'researcher');
  requireScope(command.actor, 'write');
  const record = {
    id: deps.ids.next() as CampaignId,
    slug: command.slug,
    title: command.title,
    description: command.description,
    attribution: command.attribution,
    state: 'draft' as const,
    settings: campaignSettingsSchema.parse(command.settings),
    createdAtMs: deps.clock.now(),
  };
  await deps.campaigns.create(record, command.actor.userId);
  await deps.audit.record({
    actor: command.actor.userId ?? command.actor.role,
    action: 'create_campaign',
    campaignId: record.id,
    details: { slug: record.slug },
    atMs: record.createdAtMs,
  });
  const [campaign] = await presentCampaigns([record], command.actor, deps);
  return campaign!;
}
