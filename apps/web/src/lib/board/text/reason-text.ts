import { m } from '#paraglide/messages.js';

const REASONS: Readonly<Record<string, () => string>> = {
  undone: m.board_reason_undone,
  'answer names its model': m.board_reason_own_name,
  tie: m.board_reason_tie,
  both_bad: m.board_reason_both_bad,
  separated: m.board_reason_separated,
  without_baseline: m.board_reason_without_baseline,
  zero_weight: m.board_reason_zero_weight,
  without_style: m.board_reason_without_style,
  invalid_model: m.board_reason_invalid_model,
  invalid_outcome: m.board_reason_invalid_outcome,
  without_panel: m.board_reason_without_baseline,
  verdict_on_pair_without_votes: m.board_reason_pair_without_votes,
  verdict_without_prompt: m.board_reason_verdict_without_prompt,
  not_blind: m.board_reason_not_blind,
  changed_after_reveal: m.board_reason_after_reveal,
  voter_in_quarantine: m.board_reason_quarantine,
  same_model: m.board_reason_same_model,
  run_open: m.board_reason_run_open,
  run_suspect: m.board_reason_run_suspect,
  run_excluded: m.board_reason_run_excluded,
};

/** Why comparisons were left out, in the reader's language; what this page does not know keeps its own words. */
export function reasonText(reason: string): string {
  return REASONS[reason]?.() ?? reason.replaceAll('_', ' ');
}
