import { seededRandom } from '@agon/stats';
import type { CallFault, CallFaultReason } from '../ports/model-client.ts';
import type { LeasedCall } from '../ports/run-store.ts';

/** What becomes of a call without a reply. */
export type FaultStep =
  | { readonly kind: 'again'; readonly notBeforeMs: number }
  | { readonly kind: 'failed' }
  /** No call of this run can be answered as things are: the run stops, and can be resumed. */
  | { readonly kind: 'stop' };

const CLASS: Readonly<Record<CallFaultReason, 'slow_down' | 'passing' | 'own' | 'run'>> = {
  rate_limited: 'slow_down',
  unreachable: 'passing',
  timeout: 'passing',
  server_error: 'passing',
  unreadable: 'passing',
  too_long: 'own',
  refused: 'own',
  denied: 'run',
  unpaid: 'run',
  unknown_model: 'run',
  forbidden_address: 'run',
};

/** Whether no call of a run can be answered as things are. */
export function endsRun(fault: CallFault): boolean {
  return CLASS[fault.reason] === 'run';
}

/** Passing faults that a call may meet; after the last it is given up. */
const MAX_FAULTS = 4;
/** A call that a provider puts off this often is not asked any more. */
const MAX_ATTEMPTS = 100;
const FIRST_PAUSE_MS = 1000;
const LAST_PAUSE_MS = 60_000;

/** @param independent the run's calls say nothing about each other */
export function afterFault(
  fault: CallFault,
  call: LeasedCall,
  nowMs: number,
  independent: boolean,
): FaultStep {
  const group = CLASS[fault.reason];
  if (group === 'run') return { kind: independent ? 'failed' : 'stop' };
  if (group === 'own') return { kind: 'failed' };
  const tries = group === 'passing' ? call.faults + 1 : call.attempts;
  if (tries >= (group === 'passing' ? MAX_FAULTS : MAX_ATTEMPTS)) return { kind: 'failed' };
  const doubled = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LAST_PAUSE_MS);
  // calls that were refused together do not come back together
  const spread = 0.5 + seededRandom(`again/${call.id}/${call.attempts}`).next();
  // what the server asks for is kept in full, and a little spread
  const pauseMs =
    fault.retryAfterMs === null
      ? doubled * spread
      : fault.retryAfterMs + FIRST_PAUSE_MS * (spread - 0.5) * 0.2;
  return { kind: 'again', notBeforeMs: Math.ceil(nowMs + pauseMs) };
}
