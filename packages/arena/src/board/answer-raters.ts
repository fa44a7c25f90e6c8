import type { Comparison, RaterId } from '@agon/domain';
import { measureRaters } from '@agon/rating';
import type { BoardAnswers } from '../ports/board-fits.ts';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import type { ComparisonView } from './comparison-view.ts';
import { rowAsComparison } from './row-as-comparison.ts';

/** Votes that are looked at, the newest: each is read some hundred times until reliability settles, while boards wait. */
const MAX_VOTES = 20_000;
/** Pairs of models that are gone through for evidence, a second or so. */
const MAX_WORK = 5e6;
/** As many as the workbench lists. */
const MAX_RATERS = 500;

/**
 * How far voters can be relied on, each beside all others; votes that the board leaves out are left out here.
 * @param people all votes of the campaign that count
 */
export function answerRaters(
  comparisons: CampaignComparisons,
  people: ComparisonView,
): BoardAnswers['raters'] {
  const skipped = Math.max(0, people.length - MAX_VOTES);
  const rows: Comparison[] = [];
  let at = 0;
  for (const row of people.places()) {
    if (at >= skipped) rows.push(rowAsComparison(comparisons, people, row));
    at += 1;
  }
  const { raters, converged } = measureRaters(rows, MAX_WORK);
  return {
    votes: rows.length,
    of: people.length,
    converged,
    raters: raters.slice(0, MAX_RATERS).map((report) => ({
      ...report,
      rater: comparisons.raters.people.nameOf(Number(report.rater)) as RaterId,
    })),
  };
}
