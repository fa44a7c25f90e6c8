import type { Board } from '@agon/contract';
import type { RatingResult } from '@agon/domain';
import { votesToSeparate } from '@agon/rating';

/** The best two neighbours whose order the comparisons cannot tell yet, and how many votes on that pair would. */
export function findUnsettled(result: RatingResult): Board['unsettled'] {
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
    return {
      places: [i + 1, i + 2],
      model_a: upper.model,
      model_b: lower.model,
      gap,
      margin: Math.hypot(half(upper), half(lower)),
      votes_needed: gap > 0 ? votesToSeparate(gap, tieShare) : null,
    };
  }
  return null;
}
