import type { CampaignSettings } from '@agon/contract';
import type { Outcome } from '@agon/domain';

/** Whether a voter of this campaign may say so. A and B always; ties as the campaign has it. */
export function isOffered(
  outcome: Outcome,
  settings: Pick<CampaignSettings, 'offer_tie' | 'offer_both_bad'>,
): boolean {
  return (outcome !== 'tie' || settings.offer_tie) && (outcome !== 'both_bad' || settings.offer_both_bad);
}
