import type { CampaignProgress } from '@agon/contract';
import { m } from '#paraglide/messages.js';

type SkipReason = CampaignProgress['skips'][number]['reason'];

const REASONS: Readonly<Record<SkipReason, () => string>> = {
  cannot_judge: m.workbench_skip_cannot_judge,
  both_same: m.workbench_skip_both_same,
  broken_display: m.workbench_skip_broken_display,
  offensive: m.workbench_skip_offensive,
  names_a_model: m.workbench_skip_names_a_model,
  other: m.workbench_skip_other,
};

/** Why a battle was skipped, in a researcher's words. */
export function skipReasonName(reason: SkipReason): string {
  return REASONS[reason]();
}
