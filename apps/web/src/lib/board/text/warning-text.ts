import type { RatingResultJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';

export type WarningText = {
  readonly code: string;
  readonly title: string | undefined;
  readonly text: string;
};

/** As the fit: below this many comparisons a rating is provisional. */
const FEW_COMPARISONS = 30;

/** The warnings of a fit in the reader's language. A code that this page does not know keeps the server's words. */
export function warningTexts(result: RatingResultJson): WarningText[] {
  return result.warnings.map(({ code, message }) => {
    const say = TEXTS[code];
    return say === undefined ? { code, title: undefined, text: message } : { code, ...say(result, message) };
  });
}

type Say = (result: RatingResultJson, message: string) => Pick<WarningText, 'title' | 'text'>;

/** Names of one warning that are told; of hundreds nobody reads more. */
const MAX_NAMES = 12;
function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(m.board_comma());
  return names.length > MAX_NAMES
    ? m.board_names_more({ names: shown, count: names.length - MAX_NAMES })
    : shown;
}
const where = (result: RatingResultJson, keep: (model: RatingResultJson['models'][number]) => boolean) =>
  listed(result.models.filter(keep).map(({ model }) => model));

/** Codes whose English words are the server's own, and whose Chinese ones stand in the catalogue. */
const PLAIN = {
  no_variance: m.board_warning_no_variance,
  clipped_covariance: m.board_warning_clipped_covariance,
  anchor_unrated: m.board_warning_anchor_unrated,
  anchor_elsewhere: m.board_warning_anchor_elsewhere,
  constant_feature: m.board_warning_constant_feature,
  style_not_identified: m.board_warning_style_not_identified,
  without_baseline: m.board_warning_without_baseline,
  shares_ignored: m.board_warning_shares_ignored,
  no_ties: m.board_warning_no_ties,
  tie_parameter_unbounded: m.board_warning_tie_parameter_unbounded,
  prior: m.board_warning_prior,
  few_paired_votes: m.board_warning_few_paired_votes,
  no_paired_votes: m.board_warning_no_paired_votes,
  no_extra_verdicts: m.board_warning_no_extra_verdicts,
  judges_uninformative: m.board_warning_judges_uninformative,
  length_not_identified: m.board_warning_length_not_identified,
  without_difficulty: m.board_warning_without_difficulty,
  near_start: m.board_warning_near_start,
  ordered_by_time: m.board_warning_ordered_by_time,
  unknown_clusters: m.board_warning_unknown_clusters,
  clusters_not_used: m.board_warning_clusters_not_used,
};

const TEXTS: Readonly<Record<string, Say>> = {
  ...Object.fromEntries(
    Object.entries(PLAIN).map(([code, text]): [string, Say] => [
      code,
      (_, message) => ({ title: undefined, text: text({ message }) }),
    ]),
  ),
  disconnected: ({ fit }) => ({
    title: m.board_warning_disconnected_title({ count: fit.components.length }),
    text: m.board_warning_disconnected({ names: fit.components.map(listed).join(' | ') }),
  }),
  separated: (result) => ({
    title: m.board_warning_separated_title(),
    text: m.board_warning_separated({
      names: where(result, ({ rating, comparisons }) => rating === null && comparisons > 0),
    }),
  }),
  without_comparisons: (result) => ({
    title: m.board_warning_without_comparisons_title(),
    text: m.board_warning_without_comparisons({
      names: where(result, ({ comparisons }) => comparisons === 0),
    }),
  }),
  few_comparisons: (result) => ({
    title: m.board_warning_few_comparisons_title(),
    text: m.board_warning_few_comparisons({
      names: where(result, ({ comparisons }) => comparisons > 0 && comparisons < FEW_COMPARISONS),
    }),
  }),
  few_clusters: (_, message) => ({
    title: m.board_warning_few_clusters_title(),
    text: m.board_warning_few_clusters({ message }),
  }),
  order_dependent: (_, message) => ({
    title: m.board_warning_order_dependent_title(),
    text: m.board_warning_order_dependent({ message }),
  }),
  panel_dependent: (_, message) => ({
    title: m.board_warning_panel_dependent_title(),
    text: m.board_warning_panel_dependent({ message }),
  }),
  interval_not_available: (_, message) => ({
    title: m.board_warning_interval_not_available_title(),
    text: m.board_warning_interval_not_available({ message }),
  }),
  bootstrap_dropped: (_, message) => ({
    title: m.board_warning_bootstrap_dropped_title(),
    text: m.board_warning_bootstrap_dropped({ message }),
  }),
};
