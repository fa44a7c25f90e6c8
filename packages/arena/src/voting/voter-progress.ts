import type { VoterProgress } from '@agon/contract';
import type { RaterId } from '@agon/domain';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';

type Campaign = Pick<CampaignRecord, 'id' | 'settings'>;

/** How far one voter is, for the page's header and its last screen. */
export function voterProgress(
  votes: number,
  campaign: Campaign,
  rater: RaterId,
  deps: Pick<Ports, 'completionCodes'>,
): VoterProgress {
  const { quota } = campaign.settings;
  const done = quota !== null && votes >= quota;
  return { votes, quota, done, completion_code: done ? completionCode(campaign, rater, deps) : null };
}

/**
 * The campaign's code with a part that is this voter's alone: one that is passed on is worth nothing to others, and the
 * researcher sees whose it is. Null where the campaign gives none.
 */
export function completionCode(
  { id, settings }: Campaign,
  rater: RaterId,
  deps: Pick<Ports, 'completionCodes'>,
): string | null {
  const { completion_code: code } = settings;
  return code === null ? null : `${code}-${deps.completionCodes.of(id, rater)}`;
}
