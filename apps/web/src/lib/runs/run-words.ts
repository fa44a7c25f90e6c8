import type { RunCheckJson, RunJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';
import type { SpeedReason } from './speed-reason.ts';

const STATES: Readonly<Record<RunJson['state'], () => string>> = {
  queued: m.runs_state_queued,
  running: m.runs_state_running,
  paused: m.runs_state_paused,
  done: m.runs_state_done,
  cancelled: m.runs_state_cancelled,
  failed: m.runs_state_failed,
};

/** A run's state in the reader's words. */
export const stateName = (state: RunJson['state']): string => STATES[state]();

const STANDINGS: Readonly<Record<RunJson['standing'], () => string>> = {
  counted: m.runs_standing_counted,
  suspect: m.runs_standing_suspect,
  admitted: m.runs_standing_admitted,
  excluded: m.runs_standing_excluded,
};

/** Whether boards count a run of verdicts, in the reader's words. */
export function standingName(run: Pick<RunJson, 'standing' | 'finished_at' | 'subject'>): string {
  if (isControl(run)) return m.runs_standing_control();
  return run.standing === 'counted' && run.finished_at === null
    ? m.runs_standing_open()
    : STANDINGS[run.standing]();
}

/** Whether its judge is a rule without a model, which no board counts. */
export const isControl = ({ subject }: Pick<RunJson, 'subject'>): boolean => subject.startsWith('control-');

const CHECKS: Readonly<Record<RunCheckJson['check'], () => string>> = {
  unscored: m.runs_check_unscored,
  consistency: m.runs_check_consistency,
  coin: m.runs_check_coin,
  identical: m.runs_check_identical,
  null_model: m.runs_check_null_model,
  planted_verdict: m.runs_check_planted_verdict,
  repeat: m.runs_check_repeat,
};

/** What a check of a run of verdicts looks at. */
export const checkName = (check: RunCheckJson['check']): string => CHECKS[check]();

const KINDS: Readonly<Record<RunJson['kind'], () => string>> = {
  verdicts: m.runs_kind_verdicts,
  answers: m.runs_kind_answers,
  probe: m.runs_kind_probe,
  trial: m.runs_kind_trial,
  drift: m.runs_kind_drift,
};

/** What a run asks for, in the reader's words. */
export const kindName = (kind: RunJson['kind']): string => KINDS[kind]();

/** What a run is about. */
export const subjectName = (run: Pick<RunJson, 'kind' | 'subject'>): string =>
  run.kind === 'probe' ? m.runs_check_of({ provider: run.subject }) : run.subject;

/** A run in a few words: what is asked, and whom. */
export const runTitle = (run: Pick<RunJson, 'kind' | 'subject' | 'model'>): string =>
  run.subject === run.model || run.model === '' ? subjectName(run) : `${subjectName(run)}, ${run.model}`;

const REASONS: Readonly<Record<string, () => string>> = {
  timeout: m.runs_reason_timeout,
  refused: m.runs_reason_refused,
  unparseable: m.runs_reason_unparseable,
  two_labels: m.runs_reason_two_labels,
  cut_off: m.runs_reason_cut_off,
  low_coverage: m.runs_reason_low_coverage,
  over_context: m.runs_reason_over_context,
  not_applicable: m.runs_reason_not_applicable,
  inconsistent_order: m.runs_reason_inconsistent_order,
  provider_error: m.runs_reason_provider_error,
  cancelled: m.runs_state_cancelled,
  empty: m.runs_reason_empty,
  rate_limited: m.runs_reason_rate_limited,
  unreachable: m.runs_reason_unreachable,
  server_error: m.runs_reason_server_error,
  unreadable: m.runs_reason_unreadable,
  too_long: m.runs_reason_too_long,
  denied: m.runs_reason_denied,
  unpaid: m.runs_reason_unpaid,
  unknown_model: m.runs_reason_unknown_model,
  forbidden_address: m.runs_reason_forbidden_address,
  run: m.runs_reason_run,
};

/** Why a call has no reply, or a reply no result; a reason newer than this page under its own name. */
export function reasonName(reason: string): string {
  if (isPassing(reason)) return m.runs_reason_waiting({ reason: reasonName(reason.slice(WAITING.length)) });
  if (reason.startsWith(PASSED))
    return m.runs_reason_passed({ reason: reasonName(reason.slice(PASSED.length)) });
  return REASONS[reason]?.() ?? reason;
}

/** How the API marks faults of calls that will be asked again. */
const WAITING = 'waiting: ';
/** And faults that were met on the way to a reply. */
const PASSED = 'passed: ';

/** Whether calls with this fault are still to be asked again. */
export const isPassing = (reason: string): boolean => reason.startsWith(WAITING);

const RESULTS: Readonly<Record<string, () => string>> = {
  a: m.runs_result_a,
  b: m.runs_result_b,
  tie: m.runs_result_tie,
  both_bad: m.runs_result_both_bad,
  answered: m.runs_result_answered,
  yes: m.runs_result_yes,
  no: m.runs_result_no,
  unknown: m.runs_result_unknown,
};

/** What a reply was read as. */
export const resultName = (label: string): string => RESULTS[label]?.() ?? reasonName(label);

const SPEEDS: Readonly<Record<Exclude<SpeedReason, 'resting'>, () => string>> = {
  not_begun: m.runs_speed_not_begun,
  last_calls: m.runs_speed_last_calls,
  turned_away: m.runs_speed_turned_away,
  slowed: m.runs_speed_slowed,
  full: m.runs_speed_full,
  held_back: m.runs_speed_held_back,
};

/** One sentence on why a run goes as fast as it does. @param restingUntil ISO time */
export const speedText = (reason: SpeedReason, restingUntil: string | null): string =>
  reason === 'resting'
    ? m.runs_speed_resting({ until: restingUntil === null ? '' : clockTime(restingUntil) })
    : SPEEDS[reason]();

/** Hour, minute and second, in UTC as every time of the workbench. */
export const clockTime = (iso: string): string =>
  `${new Intl.DateTimeFormat(getLocale(), { timeStyle: 'medium', timeZone: 'UTC' }).format(new Date(iso))} UTC`;
