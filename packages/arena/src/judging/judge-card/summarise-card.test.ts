import type { CardLabel } from '@agon/rating/judge-card';
import { describe, expect, it } from 'vitest';
import type { JudgedCell } from '../../ports/judge-card-store.ts';
import { rateItems } from './rate-items.ts';
import type { HeldItem } from './read-cells.ts';
import { summariseCard } from './summarise-card.ts';

const MODELS = ['m1', 'm2', 'm3'];

/**
 * 120 battles on 40 prompts with two votes each. The longer answer wins every third battle less than the other two.
 * @param says what the judge says where people's winner and the longer answer are these
 */
function itemsOf(
  says: (people: CardLabel, longer: CardLabel, k: number) => CardLabel,
  votes: (k: number) => readonly CardLabel[] = () => ['a', 'a'],
): HeldItem[] {
  return Array.from({ length: 120 }, (_, k): HeldItem => {
    const longer: CardLabel = k % 3 === 0 ? 'b' : 'a';
    const people = votes(k);
    const label = says(people[0] ?? 'tie', longer, k);
    return {
      prompt: `p${k % 40}`,
      category: k % 2 === 0 ? 'maths' : 'writing',
      modelA: MODELS[k % 3]!,
      modelB: MODELS[(k + 1) % 3]!,
      votes: people,
      verdicts: [{ order: 'ab', repeat: 1, label, shareA: null }],
      cell: {} as JudgedCell,
      said: [],
      rules: {
        'control-longest': [longer],
        'control-first': ['a', 'b'],
        'control-coin': [],
        'control-markdown': [],
      },
      style: null,
      namesMaker: null,
      swap: null,
      unscored: [],
      gaps: [null],
      splitBy: `p${k % 40}`,
    };
  });
}

const summarise = (items: readonly HeldItem[]) => {
  const ratings = rateItems(
    items,
    (item) => item.votes,
    () => 1,
  );
  return summariseCard(items, ratings, ratings);
};
/** Two people agree on five of six battles. */
const divided = (k: number): readonly CardLabel[] => (k % 6 === 5 ? ['a', 'b'] : ['a', 'a']);

describe('what a card says in words', () => {
  it.each([
    [
      'no_people',
      itemsOf(
        (people) => people,
        () => [],
      ),
      null,
    ],
    ['too_few', itemsOf((people) => people).slice(0, 12), null],
    // always the longer repeats two of three winners, this one one of three
    ['below_rule', itemsOf((_, longer) => (longer === 'a' ? 'b' : 'a')), 'control-longest'],
    // the same verdicts as the rule
    ['no_better_than_rule', itemsOf((_, longer) => longer), 'control-longest'],
    ['like_people', itemsOf((people) => people, divided), 'control-longest'],
    ['good_to_order', itemsOf((people, _, k) => (k % 6 === 0 ? 'tie' : people), divided), 'control-longest'],
  ] as const)('%s', (verdict, items, rule) => {
    const found = summarise(items);
    expect(found.verdict).toBe(verdict);
    if (rule !== null) expect(found.rule).toBe(rule);
  });

  it('names the category in which the rule is ahead, with both shares', () => {
    const found = summarise(
      itemsOf((people, longer, k) => (k % 2 === 0 && longer === 'a' ? 'tie' : people), divided),
    );
    // maths: the judge repeats the third where the rule fails, and no other
    expect(found.exceptions).toHaveLength(1);
    expect(found.exceptions[0]).toMatchObject({ category: 'maths', rule: 'control-longest' });
    expect(found.exceptions[0]!.agreement.value).toBeCloseTo(1 / 3, 12);
    expect(found.exceptions[0]!.rule_agreement).toBeCloseTo(2 / 3, 12);
  });
});
