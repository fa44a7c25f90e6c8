import type { RunCheckJson, RunJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';
import { getLocale } from '#paraglide/runtime.js';
import { countText } from './figures-text.ts';
import type { RunColumn } from './run-columns.ts';
import type { RunStateFilter } from './run-filter.ts';
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

/** Whether boards leave out what it brought, though it is one that they might count. */
export const isLeftOut = (run: Pick<RunJson, 'kind' | 'standing' | 'subject'>): boolean =>
  run.kind === 'verdicts' && (run.standing === 'suspect' || run.standing === 'excluded') && !isControl(run);

/** State and, where there is something to say, standing. */
export const rowStateName = (run: RunJson): string =>
  isLeftOut(run) && run.standing === 'suspect'
    ? m.runs_state_suspect({ state: stateName(run.state) })
    : stateName(run.state);

/** What a choice of runs is called. */
export const stateFilterName = (state: RunStateFilter): string =>
  state === 'open' ? m.runs_open() : state === 'suspect' ? m.runs_filter_suspect() : FILTERED[state]();

const FILTERED: Readonly<Record<RunJson['state'], () => string>> = {
  queued: m.runs_filter_queued,
  running: m.runs_filter_running,
  paused: m.runs_filter_paused,
  done: m.runs_filter_done,
  cancelled: m.runs_filter_cancelled,
  failed: m.runs_filter_failed,
};

const CHECKS_SHORT: Readonly<Record<RunCheckJson['check'], () => string>> = {
  unscored: m.runs_doubt_unscored,
  consistency: m.runs_doubt_consistency,
  coin: m.runs_doubt_coin,
  identical: m.runs_doubt_identical,
  null_model: m.runs_doubt_null_model,
  planted_verdict: m.runs_doubt_planted_verdict,
  repeat: m.runs_doubt_repeat,
};

/** A check that was not passed, in two or three words; one newer than this page under its own name. */
export const checkShortName = (check: string): string =>
  CHECKS_SHORT[check as RunCheckJson['check']]?.() ?? check;

const COLUMNS: Readonly<Record<RunColumn, () => string>> = {
  progress: m.workbench_progress,
  cost: m.runs_cost,
  problems: m.runs_problems,
  started: m.runs_column_started,
  tokens: m.runs_column_tokens,
  sent: m.runs_sent,
};
export const columnName = (column: RunColumn): string => COLUMNS[column]();

/** Digits of a hash that tell two judges apart on a page. */
const HASH_SHOWN = 12;

/** The hash of what is asked; null: it has none. */
export function runHash(run: Pick<RunJson, 'identity' | 'settings'>): string | null {
  const hash = run.identity?.split('@').at(-1) ?? null;
  return hash === null || hash === '' ? null : hash.slice(0, HASH_SHOWN);
}

/** What is wrong with a run, in a few words each; null: nothing. */
export function problemsOf(run: Pick<RunJson, 'errors' | 'calls'>): {
  readonly failed: string | null;
  readonly unscored: string | null;
  /** Faults that were met on the way to a reply. */
  readonly passed: number;
} {
  const of = (state: RunJson['errors'][number]['state']) =>
    run.errors.filter((error) => error.state === state);
  const sum = (errors: RunJson['errors']) => errors.reduce((total, { count }) => total + count, 0);
  const say = (errors: RunJson['errors'], many: (count: string) => string) => {
    const [first] = errors;
    if (first === undefined) return null;
    return errors.length === 1
      ? `${countText(first.count)} × ${reasonName(first.code)}`
      : many(countText(sum(errors)));
  };
  return {
    failed: say(of('failed'), (count) => m.runs_some_failed({ count })),
    unscored: say(of('unscored'), (count) => m.runs_some_unscored({ count })),
    passed: sum(of('passed')),
  };
}

const ERROR_STATES: Readonly<Record<RunJson['errors'][number]['state'], () => string>> = {
  stopped: m.runs_reason_run,
  failed: m.runs_state_failed,
  unscored: m.runs_count_unscored,
  waiting: m.runs_error_waiting,
  passed: m.runs_error_passed,
};
/** What became of the calls that met a fault. */
export const errorStateName = (state: RunJson['errors'][number]['state']): string => ERROR_STATES[state]();

const SCORED: Readonly<Record<RunJson['kind'], () => string>> = {
  verdicts: m.runs_count_verdicts,
  answers: m.runs_count_answers,
  probe: m.runs_count_done,
  trial: m.runs_count_done,
  drift: m.runs_count_done,
};
/** What a run of this kind brings. */
export const scoredName = (kind: RunJson['kind']): string => SCORED[kind]();

const WINDOWS = new Map<number | null, readonly [requests: () => string, tokens: () => string]>([
  [1, [m.runs_requests_second, m.runs_tokens_second]],
  [60, [m.runs_requests_minute, m.runs_tokens_minute]],
  [3600, [m.runs_requests_hour, m.runs_tokens_hour]],
  [86_400, [m.runs_requests_day, m.runs_tokens_day]],
]);
/** @param windowSeconds null: the provider does not say what it counts over */
export function limitName(of: 'requests' | 'tokens', windowSeconds: number | null): string {
  const [requests, tokens] = WINDOWS.get(windowSeconds) ?? [m.runs_requests, m.runs_tokens];
  return of === 'requests' ? requests() : tokens();
}

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
export const reasonName = (code: string): string => REASONS[code]?.() ?? code;

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
