import { measureOrders, type TwoOrders } from '@agon/rating';
import { describe, expect, it } from 'vitest';
import { dataFolder, readCsv, readData, whyNoData } from './open-data.ts';

type Published = {
  readonly dataset: string;
  readonly judge_model: string;
  readonly strategy: string;
  readonly n: number;
  readonly acc_orig: number;
  readonly acc_swapped: number;
  readonly pos_agreement: number;
  readonly published: {
    readonly correct_average: string;
    readonly correct_both: string;
    readonly kappa_agreement: number;
  };
};

describe.skipIf(dataFolder === null)(`LLMBar, six judge models (${whyNoData})`, () => {
  const verdicts = new Map<string, TwoOrders[]>();
  const answer = { '1': 'a', '2': 'b', '': null } as const;
  const label = (text: string | undefined): TwoOrders['gold'] => answer[text as keyof typeof answer];
  const keyOf = (row: { dataset?: string; judge_model?: string; strategy?: string }) =>
    `${row.dataset}/${row.judge_model}/${row.strategy}`;
  if (dataFolder !== null) {
    for (const row of readCsv('llmbar/judge_verdicts.dev.csv')) {
      const list = verdicts.get(keyOf(row)) ?? [];
      list.push({
        gold: label(row.label),
        straight: label(row.winner_orig),
        swapped: label(row.winner_swapped),
      });
      verdicts.set(keyOf(row), list);
    }
  }
  const published =
    dataFolder === null
      ? []
      : (JSON.parse(readData('llmbar/published_statistics.dev.json')) as readonly Published[]);

  it('has all 138 published accuracies and positional agreements, and kappa wherever every verdict was read', () => {
    expect(published).toHaveLength(138);
    let kappas = 0;
    for (const row of published) {
      const items = verdicts.get(keyOf(row))!;
      const found = measureOrders(items, { seed: 1, rounds: 20 });
      // LLMBar counts two verdicts that could not be read as agreeing; here they are not
      const unread = items.filter(({ straight, swapped }) => straight === null && swapped === null).length;
      const name = keyOf(row);
      expect(found.items, name).toBe(row.n);
      expect(found.accuracyStraight.value, name).toBeCloseTo(row.acc_orig, 9);
      expect(found.accuracySwapped.value, name).toBeCloseTo(row.acc_swapped, 9);
      expect(found.consistency.value! + unread / row.n, name).toBeCloseTo(row.pos_agreement, 9);
      if (found.unread > 0) continue;
      expect(Math.round(found.accuracyBoth.value! * row.n), name).toBe(
        Number.parseInt(row.published.correct_both, 10),
      );
      expect(found.kappa.value!, name).toBeCloseTo(row.published.kappa_agreement, 9);
      kappas += 1;
    }
    expect(kappas).toBe(111);
  });

  it('tells with its interval that a judge prefers a slot', () => {
    const biased = published
      .map((row) => measureOrders(verdicts.get(keyOf(row))!, { seed: 1, rounds: 200 }).firstSlot)
      .filter(({ low, high }) => low! > 0.5 || high! < 0.5);
    // with no bias anywhere 5 % of 138 would be 7
    expect(biased.length).toBeGreaterThan(60);
  });
});
