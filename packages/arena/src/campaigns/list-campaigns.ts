import type { Campaign } from '@agon/contract';
import type { CampaignId } from '@agon/domain';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { viewerOf } from './campaign-access.ts';
import { presentCampaigns } from './present-campaign.ts';

export type ListCampaigns = { readonly actor: Actor; readonly cursor?: string; readonly limit: number };

/** Open and closed campaigns for everybody, drafts for their members too; newest first. */
export async function listCampaigns(
  command: ListCampaigns,
  deps: Pick<Ports, 'campaigns' | 'members'>,
): Promise<{ items: Campaign[]; next_cursor: string | null }> {
  const records = await deps.campaigns.list({
    draftsOf: viewerOf(command.actor),
    after: (command.cursor as CampaignId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = records.slice(0, command.limit);
  return {
    items: await presentCampaigns(page, command.actor, deps),
    next_cursor: records.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
