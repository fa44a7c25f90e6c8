import type { JudgeVersionJson, PeopleCountsJson, TrialItemJson, TrialReadingJson } from '@agon/contract';
import { reasonName } from '#lib/runs/run-words.ts';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';

/** A version in a few letters: `v4`, or the tail of its identity where it has no number. */
export function versionName({ version, identity }: Pick<JudgeVersionJson, 'version' | 'identity'>): string {
  return version === null ? identity : m.lab_version_number({ version });
}

const LETTERS: Readonly<Record<string, string>> = { a: 'A', b: 'B' };

/** An outcome as a letter, in the battle’s own slots. */
export const outcomeLetter = (outcome: string): string => LETTERS[outcome] ?? m.lab_tie();

/** What most people said; a dash where nobody voted, both letters where they are split. */
export function peopleLetter({ a, b, tie }: PeopleCountsJson): string {
  const most = Math.max(a, b, tie);
  if (most === 0) return '–';
  const said = [a === most ? 'A' : '', b === most ? 'B' : '', tie === most ? m.lab_tie() : ''].filter(
    Boolean,
  );
  return said.join('/');
}

/** All votes in words. */
export const peopleText = (people: PeopleCountsJson): string =>
  people.a + people.b + people.tie === 0 ? m.lab_no_votes() : m.lab_votes_of(people);

/** A verdict as a letter; why there is none in the cell beside it. */
export function readingLetter(reading: TrialReadingJson | undefined): string {
  if (reading === undefined) return '';
  if (reading.state === 'waiting') return '…';
  return reading.outcome === null ? '–' : outcomeLetter(reading.outcome);
}

const STATES: Readonly<Record<Exclude<TrialItemJson['state'], 'unscored'>, () => string>> = {
  waiting: m.lab_state_waiting,
  agrees: m.lab_state_agrees,
  people_say_a: m.lab_state_people_say_a,
  people_say_b: m.lab_state_people_say_b,
  people_say_tie: m.lab_state_people_say_tie,
  people_split: m.lab_state_people_split,
  changed_by_order: m.lab_state_changed_by_order,
  no_votes: m.lab_state_no_votes,
};

/** What is seen of a battle at a glance. */
export function stateText(item: TrialItemJson): string {
  if (item.state !== 'unscored') return STATES[item.state]();
  const reason = item.readings.find((each) => each.reason !== null)?.reason ?? 'unparseable';
  return m.lab_state_unscored({ reason: reasonName(reason) });
}

export function stateTone(state: TrialItemJson['state']): 'good' | 'warn' | 'bad' | 'plain' {
  if (state === 'agrees') return 'good';
  if (state === 'unscored') return 'bad';
  return state === 'waiting' || state === 'no_votes' || state === 'people_split' ? 'plain' : 'warn';
}

/** A share as a percentage, to a tenth where that says something. @param share 0..1; null: a dash */
export function shareText(share: number | null): string {
  if (share === null) return '–';
  return new Intl.NumberFormat(getLocale(), { style: 'percent', maximumFractionDigits: 1 }).format(share);
}

/** A change in percentage points, with half the width of its interval where that is known. */
export function changeText(change: {
  readonly value: number;
  readonly low?: number | null;
  readonly high?: number | null;
}): string {
  const text = new Intl.NumberFormat(getLocale(), {
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  }).format(100 * change.value);
  if (change.low == null || change.high == null) return text;
  const half = new Intl.NumberFormat(getLocale(), { maximumFractionDigits: 1 }).format(
    50 * (change.high - change.low),
  );
  return `${text} ± ${half}`;
}

/** A coefficient between −1 and 1. */
export const kappaText = (value: number | null): string =>
  value === null
    ? '–'
    : value.toLocaleString(getLocale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
