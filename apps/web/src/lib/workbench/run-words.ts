import type { JudgeRunJson } from '@agon/contract';
import { m } from '#paraglide/messages.js';

const STATES: Readonly<Record<JudgeRunJson['state'], () => string>> = {
  queued: m.workbench_run_queued,
  running: m.workbench_run_running,
  done: m.workbench_run_done,
  cancelled: m.workbench_run_cancelled,
  failed: m.workbench_run_failed,
};

/** A run's state in the reader's words. */
export function runState(state: JudgeRunJson['state']): string {
  return STATES[state]();
}

const REASONS: Readonly<Record<string, () => string>> = {
  timeout: m.workbench_unscored_timeout,
  refused: m.workbench_unscored_refused,
  unparseable: m.workbench_unscored_unparseable,
  two_labels: m.workbench_unscored_two_labels,
  cut_off: m.workbench_unscored_cut_off,
  inconsistent_order: m.workbench_unscored_inconsistent_order,
  provider_error: m.workbench_unscored_provider_error,
  cancelled: m.workbench_run_cancelled,
  run: m.workbench_run_failed,
};

/** Why a verdict has no outcome; a reason newer than this page under its own name. */
export function unscoredReason(reason: string): string {
  return REASONS[reason]?.() ?? reason;
}
