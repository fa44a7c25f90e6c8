import { boardQuerySchema } from '@agon/contract';
import { toColumns } from '@agon/domain';
import { explainRatings, fitRatings } from '@agon/rating';
import { describe, expect, it } from 'vitest';
import { findUnsettled } from './find-unsettled.ts';
import { toRatingSettings } from './rating-query.ts';

/** a beats b clearly; b and c are level. */
const ROWS = [
  ...repeat(40, 'a', 'b', 'a'),
  ...repeat(4, 'a', 'b', 'b'),
  ...repeat(40, 'a', 'c', 'a'),
  ...repeat(5, 'a', 'c', 'b'),
  ...repeat(10, 'b', 'c', 'a'),
  ...repeat(10, 'b', 'c', 'b'),
];

function repeat(n: number, modelA: string, modelB: string, outcome: 'a' | 'b') {
  return Array.from({ length: n }, () => ({ modelA, modelB, outcome, source: 'people' as const }));
}

describe('the neighbours that are not settled', () => {
  const columns = toColumns(ROWS);
  const settings = toRatingSettings(boardQuerySchema.parse({ cluster: 'none' }));
  const result = fitRatings(columns, settings);

  it('are the first that the planner cannot tell, with its margin', () => {
    const insights = explainRatings(columns, settings)!;
    const pair = insights.planner[1]!;
    expect(insights.planner[0]!.settled).toBe(true);
    expect(findUnsettled(result, insights)).toEqual({
      places: [2, 3],
      model_a: pair.modelA,
      model_b: pair.modelB,
      gap: pair.gap,
      margin: pair.margin,
      votes_needed: Math.ceil(pair.votes!),
    });
  });

  it('are sought in every group where the largest is settled', () => {
    const groups = toColumns([
      ...repeat(90, 'a', 'b', 'a'),
      ...repeat(20, 'a', 'b', 'b'),
      ...repeat(90, 'b', 'c', 'a'),
      ...repeat(20, 'b', 'c', 'b'),
      ...repeat(6, 'x', 'y', 'a'),
      ...repeat(5, 'x', 'y', 'b'),
    ]);
    const insights = explainRatings(groups, settings)!;
    expect(insights.planner.every(({ settled }) => settled)).toBe(true);
    expect(findUnsettled(fitRatings(groups, settings), insights)).toMatchObject({
      places: [1, 2],
      model_a: 'x',
      model_b: 'y',
    });
  });

  it('are the same pair without the covariance', () => {
    expect(findUnsettled(result, null)).toMatchObject({ places: [2, 3] });
  });

  it('are never apart by more than their margin, whatever their places among all may be', () => {
    const models = result.models.map((model) => ({ ...model, rankLow: 1, rankHigh: 3 }));
    const { gap, margin, places } = findUnsettled({ ...result, models }, null)!;
    expect(places).toEqual([2, 3]);
    expect(gap).toBeLessThanOrEqual(margin);
  });
});
