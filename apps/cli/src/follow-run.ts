import type { JudgeRunJson, RunJson } from '@agon/contract';
import { note } from './print.ts';

/** What a run of any kind says of how far it is. */
type Progress = Pick<RunJson, 'run' | 'state' | 'calls' | 'seconds' | 'errors'>;

export type FollowOptions<Run> = {
  /** Put before each line of progress, where several runs are followed at once. */
  readonly name?: string;
  read(): Promise<Run>;
  cancel(): Promise<unknown>;
};

const LOOK_EVERY_MS = 500;
const LOOK_EVERY_MS_CANCELLED = 200;
/** Replies in flight of a run that was ended are waited for so long: they are paid for, and kept. */
const LAST_REPLIES_MS = 10_000;

/** Follows a run until nothing is asked any more, progress on stderr; the first Ctrl-C cancels it on the server. */
export async function followRun<Run extends Progress>(
  first: Run,
  { name, read, cancel }: FollowOptions<Run>,
): Promise<Run> {
  const prefix = name === undefined ? '' : `${name}: `;
  let cancelled = false;
  const onInterrupt = () => {
    cancelled = true;
    note(`${prefix}Cancelling; replies that are in flight are kept …`);
    cancel().catch((error: Error) => note(`${prefix}It could not be cancelled: ${error.message}`));
  };
  process.once('SIGINT', onInterrupt);
  try {
    let current = first;
    let shown = '';
    let endedAt: number | null = null;
    while (isOpen(current) || (endedAt !== null && current.calls.in_flight > 0)) {
      await new Promise((resolve) =>
        setTimeout(resolve, cancelled ? LOOK_EVERY_MS_CANCELLED : LOOK_EVERY_MS),
      );
      current = await read();
      const at = `${current.state} ${current.calls.pending}`;
      // time left alone is no progress
      if (at !== shown) note(`${prefix}${progressLine(current)}`);
      shown = at;
      if (!isOpen(current)) endedAt ??= performance.now();
      if (endedAt !== null && performance.now() - endedAt > LAST_REPLIES_MS) break;
    }
    return current;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function isOpen({ state }: Progress): boolean {
  return state === 'queued' || state === 'running';
}

function progressLine({ calls, seconds, state }: Progress): string {
  const done = calls.total - calls.pending;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? `, ${Math.ceil(calls.pending / rate)} s left` : '';
  return `${state}: ${done} of ${calls.total} asked${left}`;
}

/**
 * 0: every call was asked and read. 1: something is missing: a call or a reading was lost, or a person ended or paused
 * the run. 2: it failed, or paused by itself.
 */
export function exitCodeOf(run: RunJson | JudgeRunJson): 0 | 1 | 2 {
  const stoppedItself = run.errors.some((error) => error.reason === 'run');
  if (run.state === 'failed' || (run.state === 'paused' && stoppedItself)) return 2;
  const unscored = 'verdicts' in run ? Object.keys(run.verdicts.unscored).length : 0;
  // what was met on the way to a reply is no loss
  const isLossless = run.errors.every(({ reason }) => reason.startsWith('passed: '));
  const isWhole = run.state === 'done' && run.calls.failed === 0 && isLossless && unscored === 0;
  return isWhole ? 0 : 1;
}
