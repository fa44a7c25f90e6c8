import type { JudgeCardJson } from '@agon/contract';
import { CONTROL_JUDGES, type ControlJudge } from '@agon/judging';
import { compareSpeakers, judgeOf, peopleOf, winnerAgreement } from '@agon/rating/judge-card';
import type { CardRatings } from './rate-items.ts';
import type { HeldItem } from './read-cells.ts';

/** Fewer votes that name a winner, or prompts, say nothing of a judge. */
const FEWEST_VOTES = 30;
const FEWEST_PROMPTS = 5;
/** Votes of one category before it is named as an exception. */
const FEWEST_IN_CATEGORY = 20;

/** What the page says in words, decided by numbers alone. */
export function summariseCard(
  items: readonly HeldItem[],
  people: CardRatings,
  judge: CardRatings,
): JudgeCardJson['summary'] {
  const own = winnerAgreement(items, peopleOf, judgeOf);
  const ceiling = winnerAgreement(items, peopleOf, peopleOf).agreement.value;
  const rule = bestRule(items);
  const overRule =
    rule === null
      ? { value: null, low: null, high: null }
      : compareSpeakers(items, judgeOf, (item) => item.rules[rule.rule]);
  const way =
    rule === null || ceiling === null || overRule.value === null || ceiling <= rule.agreement
      ? null
      : overRule.value / (ceiling - rule.agreement);
  const sameOrder = isSameOrder(people, judge);
  const prompts = new Set(
    items.filter(({ votes }) => votes.some((vote) => vote !== 'tie')).map(({ prompt }) => prompt),
  );
  const verdict = (): JudgeCardJson['summary']['verdict'] => {
    if (own.n === 0) return 'no_people';
    if (own.n < FEWEST_VOTES || prompts.size < FEWEST_PROMPTS) return 'too_few';
    if (overRule.value !== null && overRule.value < 0) return 'below_rule';
    if (overRule.low === null || overRule.low <= 0) return 'no_better_than_rule';
    if (ceiling !== null && own.agreement.value! >= ceiling) return 'like_people';
    return sameOrder === true ? 'good_to_order' : 'better_than_rule';
  };
  return {
    verdict: verdict(),
    rule: rule?.rule ?? null,
    over_rule: overRule,
    way,
    same_order: sameOrder,
    exceptions: rule === null ? [] : exceptionsOf(items, rule.rule),
  };
}

function bestRule(
  items: readonly HeldItem[],
): { readonly rule: ControlJudge; readonly agreement: number } | null {
  let best: { rule: ControlJudge; agreement: number } | null = null;
  for (const rule of CONTROL_JUDGES) {
    const { value } = winnerAgreement(items, peopleOf, (item) => item.rules[rule]).agreement;
    if (value !== null && (best === null || value > best.agreement)) best = { rule, agreement: value };
  }
  return best;
}

/** Categories in which the rule that is best over all repeats more votes than the judge. */
function exceptionsOf(
  items: readonly HeldItem[],
  rule: ControlJudge,
): JudgeCardJson['summary']['exceptions'] {
  return [...Map.groupBy(items, ({ category }) => category)]
    .flatMap(([category, own]) => {
      const { agreement, n } = winnerAgreement(own, peopleOf, judgeOf);
      const beaten = winnerAgreement(own, peopleOf, (item) => item.rules[rule]).agreement.value;
      if (category === null || beaten === null || n < FEWEST_IN_CATEGORY) return [];
      return beaten > agreement.value! ? [{ category, agreement, rule, rule_agreement: beaten }] : [];
    })
    .sort((x, y) => y.rule_agreement - y.agreement.value! - (x.rule_agreement - x.agreement.value!));
}

/** Null with fewer than three models that both rate. */
function isSameOrder(people: CardRatings, judge: CardRatings): boolean | null {
  const rated = [...people].flatMap(([model, { value }]) => {
    const other = judge.get(model)?.value ?? null;
    return value === null || other === null ? [] : [{ value, other }];
  });
  if (rated.length < 3) return null;
  rated.sort((x, y) => y.value - x.value);
  return rated.every(({ other }, k) => k === 0 || other <= rated[k - 1]!.other);
}
