import type { EstimateJson, JudgeCardJson } from '@agon/contract';
import { margin, NOTHING, percent, rounded } from '#lib/board/text/rating-text.ts';
import { checkName } from '#lib/runs/run-words.ts';
import { categoryName } from '#lib/shell/category-name.ts';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';

type Card = Pick<JudgeCardJson, 'summary' | 'agreement' | 'order' | 'runs'>;

const RULES: Readonly<Record<string, () => string>> = {
  'control-longest': m.card_rule_longest,
  'control-first': m.card_rule_first,
  'control-coin': m.card_rule_coin,
  'control-markdown': m.card_rule_markdown,
};

/** A rule without a model in the reader's words. */
export const ruleName = (rule: string): string => RULES[rule]?.() ?? rule;

export const countText = (value: number): string => value.toLocaleString(getLocale());

/** A share in whole per cent, without the sign. */
export const wholePercent = (share: number | null): string => percent(share, 0);

/** "76.4 ± 2.1", in per cent; only the value where there is no interval. */
export function shareText({ value, low, high }: EstimateJson, digits = 0): string {
  if (value === null) return NOTHING;
  const around = marginText({ low, high }, digits);
  return around === '' ? percent(value, digits) : `${percent(value, digits)} ${around}`;
}

/** "± 2.1" in percentage points; empty without an interval. */
export function marginText({ low, high }: Pick<EstimateJson, 'low' | 'high'>, digits = 0): string {
  return margin(low === null ? null : 100 * low, high === null ? null : 100 * high, digits);
}

/** A difference of shares in percentage points with its sign. */
export function pointsText(value: number | null): string {
  if (value === null) return NOTHING;
  const points = rounded(100 * value, 1);
  return value > 0 ? `+${points}` : points;
}

/** The card in one or two sentences, made from its numbers. */
export function headline({ summary, agreement }: Card): string {
  const rule = summary.rule === null ? '' : ruleName(summary.rule);
  const sentence = {
    no_people: () => m.card_head_no_people(),
    too_few: () => m.card_head_too_few({ votes: countText(agreement.all.votes) }),
    below_rule: () => m.card_head_below_rule({ rule }),
    no_better_than_rule: () => m.card_head_no_better_than_rule({ rule }),
    better_than_rule: () =>
      summary.same_order === null ? m.card_head_better_than_rule_unordered() : m.card_head_better_than_rule(),
    good_to_order: () => m.card_head_good_to_order(),
    like_people: () => m.card_head_like_people(),
  }[summary.verdict]();
  const [worst] = summary.exceptions;
  // of a judge that is no good anywhere, no category is an exception
  if (worst === undefined || BAD.has(summary.verdict)) return sentence;
  const category = categoryName(worst.category);
  return join([sentence, m.card_head_exception({ category, value: shareText(worst.agreement) })]);
}

const BAD: ReadonlySet<JudgeCardJson['summary']['verdict']> = new Set([
  'no_people',
  'too_few',
  'below_rule',
  'no_better_than_rule',
]);

/** What stands below the headline. */
export function lead({ summary, order, runs }: Card): string {
  const { over_rule: over, rule, way, same_order: sameOrder, exceptions } = summary;
  const sentences: string[] = [];
  if (rule !== null && over.value !== null && summary.verdict !== 'too_few') {
    if (way !== null && way > 0 && way <= 1 && !BAD.has(summary.verdict)) {
      sentences.push(m.card_lead_way({ way: wholePercent(way) }));
    } else {
      const isUnder = over.value < 0;
      const say = isUnder ? m.card_lead_under : m.card_lead_over;
      const [low, high] = [pointsText(over.low), pointsText(over.high)];
      sentences.push(say({ points: percent(Math.abs(over.value)), rule: ruleName(rule), low, high }));
    }
  }
  if (sameOrder === true) sentences.push(m.card_lead_same_order({ models: String(order.models.length) }));
  const [worst] = exceptions;
  if (worst !== undefined) {
    sentences.push(
      m.card_lead_exception({
        category: categoryName(worst.category),
        rule: ruleName(worst.rule),
        value: wholePercent(worst.rule_agreement),
      }),
    );
  }
  if (runs.some(({ standing }) => standing === 'suspect')) sentences.push(m.card_lead_suspect());
  return join(sentences);
}

/** Chinese sentences follow each other without a space. */
function join(sentences: readonly string[]): string {
  return sentences.join(getLocale() === 'zh' ? '' : ' ');
}

/** What a card checks; the checks of runs have their own names. */
export function probeName(probe: JudgeCardJson['probes'][number]['probe']): string {
  if (probe === 'beats_controls') return m.card_probe_beats_controls();
  if (probe === 'more_consistent_than_chance') return m.card_probe_more_consistent_than_chance();
  return checkName(probe);
}

const HABITS: Readonly<Record<JudgeCardJson['habits']['effects'][number]['habit'], () => string>> = {
  length: m.card_habit_length,
  markdown: m.card_habit_markdown,
  names_maker: m.card_habit_names_maker,
  own_family: m.card_habit_own_family,
};
export const habitName = (habit: keyof typeof HABITS): string => HABITS[habit]();

const COMBINED: Readonly<Record<JudgeCardJson['rules'][number]['rule'], () => string>> = {
  logit_mean: m.card_combine_logit_mean,
  prob_mean: m.card_combine_prob_mean,
  agree_else_tie: m.card_combine_agree_else_tie,
  separate: m.card_combine_separate,
};
export const combineName = (rule: keyof typeof COMBINED): string => COMBINED[rule]();

const VERDICTS = { a: m.card_verdict_a, b: m.card_verdict_b, tie: m.card_verdict_tie } as const;
export const labelText = (label: 'a' | 'b' | 'tie' | null): string =>
  label === null ? NOTHING : VERDICTS[label]();

/** Who is in a map of agreement. */
export function speakerName(name: string, kind: 'people' | 'judge' | 'control'): string {
  if (kind === 'people') return m.card_map_people();
  return kind === 'control' ? ruleName(name) : name;
}

/** A judge with its model, in a heading. */
export function judgeTitle(judge: string, model: string): string {
  return model === '' ? judge : m.card_with_model({ judge, model });
}
