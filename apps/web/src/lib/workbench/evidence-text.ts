import type { RaterReportJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';

type Evidence = NonNullable<RaterReportJson['evidence']>;

const HABITS: Readonly<Record<Evidence['habit'], () => string>> = {
  uniform: m.workbench_habit_uniform,
  coin: m.workbench_habit_coin,
  reversed: m.workbench_habit_reversed,
  'always-a': m.workbench_habit_left,
  'always-b': m.workbench_habit_right,
};
/** Smaller ones differ in nothing that matters. */
const MIN_SHOWN_P = 1e-6;

/** "p = 0.034", "p < 0.000001". */
export function pText({ p }: Pick<Evidence, 'p'>): string {
  const shown = Math.max(p, MIN_SHOWN_P).toLocaleString(getLocale(), {
    maximumSignificantDigits: 2,
    maximumFractionDigits: 6,
  });
  return p < MIN_SHOWN_P ? m.workbench_p_below({ p: shown }) : m.workbench_p({ p: shown });
}

/** What was found, in one sentence. */
export function evidenceSentence(rater: string, evidence: Evidence): string {
  const odds = Math.min(1 / evidence.p, 1 / MIN_SHOWN_P);
  return m.workbench_look({
    rater,
    votes: evidence.after.toLocaleString(getLocale()),
    odds: odds.toLocaleString(getLocale(), { maximumSignificantDigits: 2 }),
    habit: HABITS[evidence.habit](),
  });
}
