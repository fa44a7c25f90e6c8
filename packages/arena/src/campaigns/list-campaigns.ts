import type { Campaign } from '@agon/contract';
import type { CampaignId } from '@agon/domain';
import { type Actor, hasRole } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { hideCompletionCode } from './get-campaign.ts';
import { presentCampaigns } from './present-campaign.ts';

export type ListCampaigns = { readonly actor: Actor; readonly cursor?: string; readonly limit: number };

/** Open and closed campaigns for everybody, drafts for researchers too; newest first. */
export async function listCampaigns(
  command: ListCampaigns,
  deps: Pick<Ports, 'campaigns'>,
): Promise<{ items: Campaign[]; next_cursor: string | null }> {
  const records = await deps.campaigns.list({
    drafts: hasRole(command.actor, 'researcher'),
    after: (command.cursor as CampaignId | undefined) ?? null,
    limit: command.limit + 1,
  });
  const page = records.slice(0, command.limit);
  return {
    items: await presentCampaigns(
      page.map((record) => hideCompletionCode(command.actor, record)),
      deps,
    ),
    next_cursor: records.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
