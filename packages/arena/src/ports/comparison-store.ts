import type { AnswerId, BySlot, CampaignId, Comparison } from '@agon/domain';

/** One comparison of a campaign with what a board filters by. */
export type CampaignComparison = Comparison & {
  /** Vote or verdict id. */
  readonly id: string;
  /** Why a board leaves it out; null where it counts. */
  readonly excluded: string | null;
  /** Unordered pair of answers at one turn: what two raters must share to be compared. */
  readonly item: string;
  /** What was shown, where the campaign holds it. */
  readonly answers: BySlot<AnswerId> | null;
};

export type CampaignComparisons = {
  /** Shared with later reads, which bring it up to date. */
  readonly rows: readonly CampaignComparison[];
  /** Grows with every change; the same number means the same rows. */
  readonly revision: number;
};

export interface ComparisonStore {
  /** All votes and verdicts of a campaign, kept in memory and brought up to date with what was added. */
  read(campaign: CampaignId): Promise<CampaignComparisons>;
}
