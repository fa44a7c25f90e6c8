import type { RunJson } from '@agon/contract';

export type RunProgress = {
  /** Calls that are over, with or without a reply. */
  readonly ended: number;
  /** Calls a second: now where the run goes, on average where it is over; null: not known. */
  readonly perSecond: number | null;
  /** Null where nothing is left, or nobody knows. */
  readonly secondsLeft: number | null;
  /** What the whole run will have cost at the price of the calls so far, USD; null: over, or not known. */
  readonly expectedCost: number | null;
};

/** Fewer calls than these say too little of what the others will cost. */
const ENOUGH_CALLS = 5;

export const isOpen = (run: Pick<RunJson, 'state'>): boolean =>
  run.state === 'queued' || run.state === 'running';

/** How far a run is, and where it will end if it goes on as it does now. */
export function progressOf(run: RunJson): RunProgress {
  const { total, pending } = run.calls;
  const ended = total - pending;
  const average = run.seconds > 0 && ended > 0 ? ended / run.seconds : null;
  const now = run.pace === null || run.pace.per_second <= 0 ? null : run.pace.per_second;
  const isOver = run.state === 'done' || run.state === 'cancelled';
  return {
    ended,
    perSecond: run.state === 'running' ? now : isOver ? average : null,
    secondsLeft: run.state === 'running' && now !== null && pending > 0 ? Math.ceil(pending / now) : null,
    expectedCost:
      run.cost === null || isOver || pending === 0 || ended < ENOUGH_CALLS
        ? null
        : (run.cost * total) / ended,
  };
}
