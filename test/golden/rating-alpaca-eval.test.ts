import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import { describe, expect, it } from 'vitest';
import { dataFolder, readCsv, whyNoData } from './open-data.ts';

/** AlpacaEval: 1 the baseline is preferred .. 2 the model is; 1.5 and 0 are draws, blank was not parsed. */
function fromAnnotations(file: string): Comparison[] {
  return readCsv(`alpaca_eval/${file}`).flatMap((row): Comparison[] => {
    if (row.preference === '') return [];
    const preference = Number(row.preference);
    const share = preference === 0 ? 0.5 : preference - 1;
    return [
      {
        modelA: row.model!,
        modelB: row.baseline!,
        outcome: share > 0.5 ? 'a' : share < 0.5 ? 'b' : 'tie',
        shareA: share,
        source: 'judges',
        promptKey: row.idx!,
      },
    ];
  });
}

describe.skipIf(dataFolder === null)(`AlpacaEval leaderboards (${whyNoData})`, () => {
  it.each([
    {
      annotations: 'annotations_weighted_gpt4_turbo.dev.csv',
      board: 'weighted_alpaca_eval_gpt4_turbo_leaderboard.dev.csv',
      baseline: 'gpt4_1106_preview',
      compares: 24,
      notPublished: ['text_davinci_003'],
    },
    {
      annotations: 'annotations_gpt4_vs_davinci003.dev.csv',
      board: 'alpaca_eval_gpt4_leaderboard.dev.csv',
      baseline: 'text_davinci_003',
      compares: 20,
      notPublished: [],
    },
  ])(
    '$board: every win rate, standard error and count',
    ({ annotations, board, baseline, compares, notPublished }) => {
      const result = fitRatings(toColumns(fromAnnotations(annotations)), {
        ...DEFAULT_RATING_SETTINGS,
        method: 'win-rate',
        baseline,
      });
      const published = readCsv(`alpaca_eval/leaderboards/${board}`);
      const rows = result.models.filter(({ model }) => model !== baseline);
      const absent: string[] = [];
      for (const row of rows) {
        const expected = published.find((line) => line[''] === row.model);
        if (expected === undefined) {
          absent.push(row.model);
          continue;
        }
        expect(Math.abs(row.winRate! - Number(expected.win_rate)), row.model).toBeLessThan(1e-4);
        expect(Math.abs(row.winRateSe! - Number(expected.standard_error)), row.model).toBeLessThan(1e-6);
        expect([row.model, row.wins, row.losses, row.ties]).toEqual([
          row.model,
          Number(expected.n_wins),
          Number(expected.n_wins_base),
          Number(expected.n_draws),
        ]);
        expect(Math.abs(row.discreteWinRate! - Number(expected.discrete_win_rate))).toBeLessThan(1e-9);
      }
      expect(absent).toEqual(notPublished);
      expect(rows.length - absent.length).toBe(compares);
      expect(result.models.find(({ model }) => model === baseline)).toMatchObject({
        winRate: 50,
        winRateSe: 0,
      });
      const rates = result.models.map((row) => row.winRate!);
      expect(rates).toEqual(rates.toSorted((x, y) => y - x));
    },
  );
});
