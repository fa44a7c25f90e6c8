import type { DriftCheckJson, JudgeDriftJson } from '@agon/contract';
import { rounded } from '#lib/board/text/rating-text.ts';
import { m } from '#paraglide/messages.js';
import { countText, wholePercent } from './card-words.ts';

/** Whether a check still asks. */
export const isUnderWay = ({ checks }: Pick<JudgeDriftJson, 'checks'>): boolean =>
  checks.some(({ state }) => state === null);

/** What checks say of the judge, in sentences. */
export function driftSentences(drift: JudgeDriftJson): string[] {
  const sentences: string[] = isUnderWay(drift) ? [m.card_drift_open()] : [];
  // the check that the state is by
  const check = drift.checks.find(({ state }) => state !== null && state === drift.state);
  if (check === undefined) return sentences.length > 0 ? sentences : [m.card_drift_none()];
  const counts = {
    changed: countText(check.changed),
    pairs: countText(check.pairs),
    share: wholePercent(check.share.value),
    low: wholePercent(check.share.low),
    high: wholePercent(check.share.high),
    expected: wholePercent(check.expected?.share ?? null),
  };
  sentences.push(
    {
      same: () => m.card_drift_same(counts),
      changed: () => m.card_drift_changed(counts),
      name_changed_only: () => m.card_drift_name_changed(counts),
      too_few: () => m.card_drift_too_few(counts),
    }[check.state ?? 'too_few'](),
  );
  if (check.state === 'changed') {
    if (check.unscored > 0) sentences.push(m.card_drift_unscored({ count: countText(check.unscored) }));
    const people = kappaSentence(check);
    if (people !== null) sentences.push(people);
  }
  return sentences;
}

function kappaSentence({ people }: DriftCheckJson): string | null {
  if (people === null || people.before === null || people.after === null || people.change === null)
    return null;
  const { before, after, change, battles } = people;
  return m.card_drift_kappa({
    before: rounded(before.value, 2),
    after: rounded(after.value, 2),
    change: `${change.value > 0 ? '+' : ''}${rounded(change.value, 2)}`,
    low: rounded(change.low, 2),
    high: rounded(change.high, 2),
    battles: countText(battles),
  });
}

const STATES: Readonly<Record<NonNullable<DriftCheckJson['state']>, () => string>> = {
  same: m.card_drift_state_same,
  changed: m.card_drift_state_changed,
  name_changed_only: m.card_drift_state_name,
  too_few: m.card_drift_state_few,
};

/** What one check found, in a word. */
export const driftStateName = (state: DriftCheckJson['state']): string =>
  state === null ? m.card_drift_state_open() : STATES[state]();

/** Choices of a schedule: the usual ones, and the one that is set. */
export function scheduleOptions(hours: number | null): { value: string; label: string }[] {
  const usual = [
    { value: '', label: m.card_drift_off() },
    { value: '24', label: m.card_drift_daily() },
    { value: '168', label: m.card_drift_weekly() },
  ];
  const own = hours === null ? '' : String(hours);
  return usual.some(({ value }) => value === own)
    ? usual
    : [...usual, { value: own, label: m.card_drift_hours({ hours: countText(hours ?? 0) }) }];
}
