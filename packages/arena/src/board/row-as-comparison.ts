import { type Comparison, OUTCOMES } from '@agon/domain';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import type { ComparisonView } from './comparison-view.ts';

/** One row of a view as an object. Rater and prompt are named by their codes. */
export function rowAsComparison(
  comparisons: CampaignComparisons,
  { source }: ComparisonView,
  row: number,
): Comparison {
  const block = comparisons[source];
  const share = block.shareA?.[row] ?? Number.NaN;
  const weight = block.weight?.[row] ?? 1;
  return {
    modelA: block.models[block.a[row]!]!,
    modelB: block.models[block.b[row]!]!,
    outcome: OUTCOMES[block.outcome[row]!]!,
    source,
    ...(block.rater[row]! < 0 ? {} : { rater: String(block.rater[row]!) }),
    ...(Number.isNaN(share) ? {} : { shareA: share }),
    ...(weight === 1 ? {} : { weight }),
    ...(block.prompt[row]! < 0 ? {} : { promptKey: String(block.prompt[row]!) }),
    ...(block.turn[row] === 0 ? {} : { turn: block.turn[row]! }),
  };
}
