import { type BoardCategories, type BoardQuery, toRatingJson } from '@agon/contract';
import type { Actor } from '../actor.ts';
import { requireCampaign } from '../campaigns/require-campaign.ts';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import { type BoardPorts, fitSource, readComparisons } from './get-board.ts';

/** The ratings of `query.source` in each category, each from its own comparisons alone. Most comparisons first. */
export async function getBoardCategories(
  command: { readonly actor: Actor; readonly campaign: string; readonly query: BoardQuery },
  deps: BoardPorts,
): Promise<BoardCategories> {
  const campaign = await requireCampaign(command.campaign, deps, command.actor);
  const comparisons = await readComparisons(campaign, command.query, deps);
  return {
    query: command.query,
    categories: fitCategories(comparisons, command.query.source, command.query),
  };
}

/** Every category of a source, fitted under a query whose own category does not count. */
export function fitCategories(
  comparisons: CampaignComparisons,
  source: 'people' | 'judges',
  query: BoardQuery,
): BoardCategories['categories'] {
  const names = new Set(
    comparisons.rows.flatMap((row) => (row.source === source && row.category ? [row.category] : [])),
  );
  return [...names]
    .map((category) => {
      const { result, rows } = fitSource(comparisons, source, { ...query, category });
      const json = result === null ? null : toRatingJson(result);
      return {
        category,
        comparisons: rows.length,
        models: json?.models ?? null,
        warnings: json?.warnings ?? [],
      };
    })
    .filter((each) => each.comparisons > 0)
    .sort((x, y) => y.comparisons - x.comparisons || (x.category < y.category ? -1 : 1));
}
