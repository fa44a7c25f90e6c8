import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { completionCode } from '../voting/voter-progress.ts';

/** Everybody who reached the quota, with the code that they were shown; none where the campaign has no quota or no code. */
export async function completionRows(
  campaign: CampaignRecord,
  deps: Pick<Ports, 'raters' | 'completionCodes'>,
) {
  const { quota } = campaign.settings;
  if (quota === null) return [];
  const finishers = await deps.raters.finishersOf(campaign.id, quota);
  return finishers.map(({ rater, name, votes }) => ({
    rater: name,
    votes,
    completion_code: completionCode(campaign, rater, deps),
  }));
}
