import type { ListedBattleJson, ListedVerdictJson } from '@agon/contract';
import type { Outcome } from '@agon/domain';
import { reasonName } from '#lib/runs/run-words.ts';
import { m } from '#paraglide/messages.js';

const LETTERS: Readonly<Record<string, () => string>> = {
  a: () => 'A',
  b: () => 'B',
  tie: m.battles_letter_tie,
  both_bad: m.battles_letter_both_bad,
  split: m.battles_letter_split,
};

const isOutcome = (said: string): said is Outcome => ['a', 'b', 'tie', 'both_bad'].includes(said);

/** What somebody said, as short as a cell; a dash where there is no outcome. */
export const letterOf = (said: string | null): string => (said === null ? '' : (LETTERS[said]?.() ?? '–'));

/** The same where there is room: an outcome, or why there is none. */
export const saidText = (said: string): string => (isOutcome(said) ? letterOf(said) : reasonName(said));

export type Tag = { readonly text: string; readonly tone: 'good' | 'warn' | 'bad' | 'plain' };

const PEOPLE: Readonly<Record<string, () => string>> = {
  a: m.battles_tag_people_a,
  b: m.battles_tag_people_b,
  tie: m.battles_tag_people_tie,
  both_bad: m.battles_tag_people_tie,
};

/** A judge's verdict beside the votes, in two words; null: there is nothing to put beside it. */
export function tagOf(
  verdict: Pick<ListedVerdictJson, 'ab' | 'ba' | 'other' | 'agreement'>,
  people: ListedBattleJson['outcome'],
): Tag | null {
  switch (verdict.agreement) {
    case 'agrees':
      return { text: m.battles_tag_agrees(), tone: 'good' };
    case 'disagrees':
      return { text: PEOPLE[people ?? '']?.() ?? '', tone: 'warn' };
    case 'changed_by_order':
      return { text: m.battles_tag_changed(), tone: 'warn' };
    case 'people_split':
      return { text: m.battles_tag_split(), tone: 'plain' };
    case 'unscored': {
      const reasons = [verdict.ab, verdict.ba, verdict.other].filter(
        (said) => said !== null && !isOutcome(said),
      );
      const names = [...new Set(reasons)].map((reason) => reasonName(reason ?? ''));
      return { text: m.battles_tag_unscored({ reasons: names.join(', ') }), tone: 'bad' };
    }
    default:
      return null;
  }
}

const COUNTS: Readonly<Record<Outcome, (inputs: { count: string }) => string>> = {
  a: m.battles_count_a,
  b: m.battles_count_b,
  tie: m.battles_count_tie,
  both_bad: m.battles_count_both_bad,
};

/** How many said what, without those that nobody said. */
export function votesText(votes: ListedBattleJson['votes'], leftOut = 0): string {
  const said = (Object.keys(COUNTS) as Outcome[])
    .filter((outcome) => votes[outcome] > 0)
    .map((outcome) => COUNTS[outcome]({ count: String(votes[outcome]) }));
  const parts = said.length === 0 ? [m.battles_no_votes()] : said;
  return [...parts, ...(leftOut > 0 ? [m.battles_count_left_out({ count: String(leftOut) })] : [])].join(
    ', ',
  );
}

/** A judge's verdicts in both orders, in words. */
export function verdictText({ ab, ba, other }: Pick<ListedVerdictJson, 'ab' | 'ba' | 'other'>): string {
  if (ab !== null && ba !== null) {
    return ab === ba
      ? m.battles_both_orders({ said: saidText(ab) })
      : m.battles_then({ first: saidText(ab), second: saidText(ba) });
  }
  return saidText(ab ?? ba ?? other ?? '');
}
