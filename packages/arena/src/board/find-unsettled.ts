import type { Board } from '@agon/contract';
import type { RatingInsights, RatingResult } from '@agon/domain';
import { votesToSeparate } from '@agon/rating';

/**
 * The best two neighbours whose order the comparisons cannot tell yet, and how many votes on that pair would; of models
 * that cannot all be compared, those of the largest group that has any, with their places in it.
 * @param insights where there are some, the margin comes from the covariance of the two; else both count as independent
 */
export function findUnsettled(result: RatingResult, insights: RatingInsights | null): Board['unsettled'] {
  if (insights !== null) {
    for (const { planner } of [insights, ...insights.others]) {
      const at = planner.findIndex((pair) => !pair.settled);
      const pair = planner[at];
      if (pair === undefined) continue;
      return {
        places: [at + 1, at + 2],
        model_a: pair.modelA,
        model_b: pair.modelB,
        gap: pair.gap,
        margin: pair.margin,
        votes_needed: pair.votes === null ? null : Math.ceil(pair.votes),
      };
    }
    return null;
  }
  const rated = result.models.filter(
    (model) => model.rating !== null && model.low !== null && model.high !== null,
  );
  const decided = rated.reduce((sum, model) => sum + model.wins + model.losses + model.ties, 0);
  const tieShare = decided === 0 ? 0 : rated.reduce((sum, model) => sum + model.ties, 0) / decided;
  for (let i = 0; i + 1 < rated.length; i += 1) {
    const [upper, lower] = [rated[i]!, rated[i + 1]!];
    // rank sets come from intervals of differences: overlapping ranges mean that the order is open
    if (upper.rankHigh === null || lower.rankLow === null || lower.rankLow > (upper.rank ?? i + 1)) continue;
    const gap = upper.rating! - lower.rating!;
    const half = (model: typeof upper) => (model.high! - model.low!) / 2;
    const margin = Math.hypot(half(upper), half(lower));
    // ranges are right for all models together; two that are apart by themselves need no more votes
    if (gap > margin) continue;
    return {
      places: [i + 1, i + 2],
      model_a: upper.model,
      model_b: lower.model,
      gap,
      margin,
      votes_needed: gap > 0 ? votesToSeparate(gap, tieShare) : null,
    };
  }
  return null;
}
