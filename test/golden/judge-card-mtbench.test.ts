import { DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import {
  type CardItem,
  type CardLabel,
  calibrateJudge,
  judgeAuc,
  judgeOf,
  peopleOf,
  rankDisagreements,
  winnerAgreement,
} from '@agon/rating/judge-card';
import { describe, expect, it } from 'vitest';
import { dataFolder, readJsonLines, whyNoData } from './open-data.ts';

type Row = {
  readonly question_id: number;
  readonly model_a: string;
  readonly model_b: string;
  readonly judge: string;
  readonly turn: number;
  readonly winner: 'model_a' | 'model_b' | 'tie' | 'tie (inconsistent)';
};

const rowsOf = (file: string) => readJsonLines<Row>(`mtbench_human/${file}`);
const keyOf = ({ question_id, turn, model_a, model_b }: Row) =>
  [question_id, turn, ...[model_a, model_b].sort()].join('/');

/** Told from the model whose name comes first. */
function labelOf({ model_a, model_b, winner }: Row): CardLabel {
  if (winner !== 'model_a' && winner !== 'model_b') return 'tie';
  return (winner === 'model_a') === model_a < model_b ? 'a' : 'b';
}

/** Battles of GPT-4 with the votes of experts. */
function itemsOf(turn: number | null, raters: RegExp): CardItem[] {
  const votes = Map.groupBy(
    rowsOf('votes_human.jsonl').filter(({ judge }) => raters.test(judge)),
    keyOf,
  );
  return rowsOf('votes_gpt4_pair.jsonl')
    .filter((row) => turn === null || row.turn === turn)
    .map((row): CardItem => {
      const [modelA, modelB] = [row.model_a, row.model_b].sort() as [string, string];
      return {
        prompt: String(row.question_id),
        category: null,
        modelA,
        modelB,
        votes: (votes.get(keyOf(row)) ?? []).map(labelOf),
        verdicts: [{ order: 'unknown', repeat: 1, label: labelOf(row), shareA: null }],
      };
    });
}

describe.skipIf(dataFolder === null)(`a card of GPT-4 on MT-bench (${whyNoData})`, () => {
  // figures of the subset's SOURCE.md, computed there with FastChat's compute_agreement.py: ties of both sides left out
  it.each([
    { turn: 1, share: 84.0, votes: 444 },
    { turn: 2, share: 85.1, votes: 456 },
  ])('turn $turn without ties: $share % of $votes', ({ turn, share, votes }) => {
    const decided = (item: CardItem) => judgeOf(item).filter((label) => label !== 'tie');
    const { agreement, n } = winnerAgreement(itemsOf(turn, /^expert/), peopleOf, decided);
    expect(n).toBe(votes);
    expect((100 * agreement.value!).toFixed(1)).toBe(share.toFixed(1));
  });

  it('with ties as misses, as a plain count over the file has it', () => {
    const verdicts = new Map(rowsOf('votes_gpt4_pair.jsonl').map((row) => [keyOf(row), labelOf(row)]));
    const winners = rowsOf('votes_human.jsonl').filter(
      (row) => verdicts.has(keyOf(row)) && labelOf(row) !== 'tie',
    );
    const repeated = winners.filter((row) => verdicts.get(keyOf(row)) === labelOf(row));
    const items = itemsOf(null, /./);
    const found = winnerAgreement(items, peopleOf, judgeOf);
    expect(found.n).toBe(winners.length);
    expect(found.agreement.value).toBeCloseTo(repeated.length / winners.length, 12);
    // 80 prompts: the interval is a few points wide and holds the value
    expect(found.agreement.high! - found.agreement.low!).toBeGreaterThan(0.03);
    expect(found.agreement.high! - found.agreement.low!).toBeLessThan(0.12);
    // by the same rule two people agree about as often as GPT-4 with them: the paper's finding
    const people = winnerAgreement(items, peopleOf, peopleOf).agreement.value!;
    expect(Math.abs(people - found.agreement.value!)).toBeLessThan(0.05);
    expect(judgeAuc(items).value!).toBeGreaterThan(0.8);
  });

  it('is too sure of itself, and better once calibrated', () => {
    const found = calibrateJudge(itemsOf(null, /./));
    expect(found.slope!).toBeGreaterThan(0.2);
    expect(found.slope!).toBeLessThan(0.6);
    expect(found.brierFitted!).toBeLessThan(found.brier!);
  });

  it('has disagreements that are worth votes, those with fewest votes first among equals', () => {
    const items = itemsOf(null, /./);
    const rows = items.flatMap((item) =>
      item.votes.map((outcome) => ({
        modelA: item.modelA,
        modelB: item.modelB,
        outcome,
        source: 'people' as const,
      })),
    );
    const { models } = fitRatings(toColumns(rows), DEFAULT_RATING_SETTINGS);
    const ratings = new Map(models.map(({ model, rating }) => [model, rating! / (400 / Math.LN10)]));
    const { of, ranked } = rankDisagreements(
      items,
      (model) => ratings.get(model) ?? null,
      (share) => 0.15 + 0.7 * share,
    );
    expect(ranked).toHaveLength(of);
    expect(of).toBeGreaterThan(50);
    expect(ranked[0]!.item.votes).toHaveLength(1);
    expect(ranked.at(-1)!.item.votes.length).toBeGreaterThan(1);
    expect(ranked[0]!.gain).toBeLessThan(0.01);
    expect(ranked.at(-1)!.gain).toBeGreaterThan(0);
  });
});
