import type { BoardCategories, BoardQuery } from '@agon/contract';
import type { Actor } from '../actor.ts';
import { requireCampaignRole } from '../campaigns/campaign-access.ts';
import type { BoardPorts } from './get-board.ts';

/** The ratings of `query.source` in each category, each from its own comparisons alone. Most comparisons first. */
export async function getBoardCategories(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: BoardQuery },
  deps: BoardPorts,
): Promise<BoardCategories> {
  const { query } = command;
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'visitor', deps);
  const { answer } = await deps.fits.ask(campaign.id, { kind: 'categories', query }, 'latest');
  return { query, categories: answer };
}
