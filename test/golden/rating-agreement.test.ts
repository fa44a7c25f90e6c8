import type { Comparison, Outcome } from '@agon/domain';
import { measureAgreement } from '@agon/rating';
import { describe, expect, it } from 'vitest';
import { dataFolder, readData, readJsonLines, whyNoData } from './open-data.ts';

type MtBenchVote = {
  readonly question_id: number;
  readonly model_a: string;
  readonly model_b: string;
  readonly judge: string;
  readonly turn: number;
  readonly winner: 'model_a' | 'model_b' | 'tie' | 'tie (inconsistent)';
};

function fromMtBench(file: string, source: Comparison['source']): Comparison[] {
  const outcomes = { model_a: 'a', model_b: 'b', tie: 'tie', 'tie (inconsistent)': 'tie' } as const;
  return readJsonLines<MtBenchVote>(`mtbench_human/${file}`).map((vote) => ({
    modelA: vote.model_a,
    modelB: vote.model_b,
    outcome: outcomes[vote.winner],
    source,
    rater: vote.judge,
    promptKey: String(vote.question_id),
    turn: vote.turn,
  }));
}

describe.skipIf(dataFolder === null)(`MT-bench, GPT-4 and experts (${whyNoData})`, () => {
  const rows =
    dataFolder === null
      ? []
      : [...fromMtBench('votes_human.jsonl', 'people'), ...fromMtBench('votes_gpt4_pair.jsonl', 'judges')];

  // figures of the subset's SOURCE.md, computed there with FastChat's compute_agreement.py
  it.each([
    { turn: 1, ties: 'keep', share: 66.6, items: 698, ceiling: 64.5, pairs: 200 },
    { turn: 1, ties: 'drop', share: 84.0, items: 444, ceiling: 85.4, pairs: 123 },
    { turn: 2, ties: 'keep', share: 68.4, items: 687, ceiling: 67.2, pairs: 195 },
    { turn: 2, ties: 'drop', share: 85.1, items: 456, ceiling: 84.1, pairs: 126 },
  ] as const)(
    'turn $turn, ties $ties: $share % of $items',
    ({ turn, ties, share, items, ceiling, pairs }) => {
      for (const by of ['source', 'judge', 'rater'] as const) {
        const agreement = measureAgreement(rows, {
          by,
          left: 'gpt4_pair',
          right: 'expert*',
          turn,
          ties,
          seed: 1,
        });
        expect(agreement.pairs).toHaveLength(1);
        const [pair] = agreement.pairs;
        expect(pair).toMatchObject({ left: 'gpt4_pair', right: 'expert*', items });
        expect((100 * pair!.agreement!).toFixed(1)).toBe(share.toFixed(1));
        expect(pair!.low!).toBeLessThan(pair!.agreement!);
        expect(pair!.high!).toBeGreaterThan(pair!.agreement!);
        expect(agreement.ceiling.items).toBe(pairs);
        expect((100 * agreement.ceiling.agreement!).toFixed(1)).toBe(ceiling.toFixed(1));
      }
    },
  );
});

type PandaLmItem = {
  readonly idx: number;
  readonly cmp_key: string;
  readonly annotator1: 0 | 1 | 2;
  readonly annotator2: 0 | 1 | 2;
  readonly annotator3: 0 | 1 | 2;
};

describe.skipIf(dataFolder === null)(`PandaLM, three raters (${whyNoData})`, () => {
  const outcomes: readonly Outcome[] = ['tie', 'a', 'b'];
  const items = dataFolder === null ? [] : (JSON.parse(readData('pandalm/testset-v1.json')) as PandaLmItem[]);
  const rows = items.flatMap((item): Comparison[] => {
    const [modelA, modelB] = item.cmp_key.split('_') as [string, string];
    return (['annotator1', 'annotator2', 'annotator3'] as const).map((rater) => ({
      modelA,
      modelB,
      outcome: outcomes[item[rater]]!,
      source: 'people',
      rater,
      promptKey: String(item.idx),
    }));
  });

  it('has the published kappas', () => {
    const { pairs, alpha } = measureAgreement(rows, { by: 'rater', ties: 'keep', seed: 1 });
    const kappas = pairs.map(({ left, right, items: n, kappa }) => [left, right, n, kappa!.toFixed(3)]);
    expect(kappas.sort()).toEqual([
      ['annotator1', 'annotator2', 999, '0.852'],
      ['annotator1', 'annotator3', 999, '0.879'],
      ['annotator2', 'annotator3', 999, '0.862'],
    ]);
    for (const pair of pairs) {
      expect(pair.kappaLow!).toBeGreaterThan(pair.kappa! - 0.05);
      expect(pair.kappaHigh!).toBeLessThan(pair.kappa! + 0.05);
      expect(pair.kappaLow!).toBeLessThan(pair.kappaHigh!);
    }
    expect(alpha!.toFixed(2)).toBe('0.86');
  });
});
