import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import { describe, expect, it } from 'vitest';
import { dataFolder, readCsv, whyNoData } from './open-data.ts';

describe.skipIf(dataFolder === null)(`llmfao, 8,931 crowd votes (${whyNoData})`, () => {
  const outcomes = { left: 'a', right: 'b', tie: 'tie' } as const;
  const rows = (dataFolder === null ? [] : readCsv('llmfao/crowd-comparisons.csv')).map(
    (row): Comparison => ({
      modelA: row.left!,
      modelB: row.right!,
      outcome: outcomes[row.winner as keyof typeof outcomes],
      source: 'people',
      rater: row.worker!,
      promptKey: row.prompt!,
    }),
  );
  const published = new Map(
    (dataFolder === null ? [] : readCsv('llmfao/published_leaderboards.csv'))
      .filter((row) => row.judge === 'crowd')
      .map((row) => [row.model!, { rank: Number(row.rank), score: Number(row.bt_score) }]),
  );

  it('has the published ranks and strengths of all 59 models', () => {
    const result = fitRatings(toColumns(rows), DEFAULT_RATING_SETTINGS);
    expect(result.comparisons).toEqual({ read: 8931, used: 8931, excluded: [] });
    expect(result.fit.components).toHaveLength(1);
    expect(result.models.map(({ model, rank }) => [model, rank])).toEqual(
      result.models.map(({ model }) => [model, published.get(model)?.rank]),
    );
    expect(result.models).toHaveLength(59);
    // published as π / Σπ with six decimals, from a fit that stopped early
    const strengths = result.models.map(({ rating }) => 10 ** ((rating! - 1000) / 400));
    const total = strengths.reduce((sum, value) => sum + value, 0);
    result.models.forEach(({ model }, i) => {
      const { score } = published.get(model)!;
      expect(Math.abs(strengths[i]! / total - score) / score).toBeLessThan(2e-4);
    });
  });

  it('has wider intervals by rater and prompt than for independent votes, and bootstrap agrees', () => {
    const columns = toColumns(rows);
    const width = (settings: Partial<typeof DEFAULT_RATING_SETTINGS>): number => {
      const { models } = fitRatings(columns, { ...DEFAULT_RATING_SETTINGS, ...settings });
      return models.reduce((sum, { low, high }) => sum + high! - low!, 0) / models.length;
    };
    const independent = width({});
    const clustered = width({ cluster: 'rater,prompt' });
    expect(clustered).toBeGreaterThan(independent);
    expect(width({ interval: 'bootstrap', rounds: 400 }) / independent).toBeGreaterThan(0.93);
    expect(width({ interval: 'bootstrap', rounds: 400 }) / independent).toBeLessThan(1.07);
    const byRater = width({ cluster: 'rater' });
    const bootstrapByRater = width({ cluster: 'rater', interval: 'bootstrap', rounds: 400 });
    expect(bootstrapByRater / byRater).toBeGreaterThan(0.9);
    expect(bootstrapByRater / byRater).toBeLessThan(1.1);
  });
});
