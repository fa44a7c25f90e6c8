import { ArenaError } from '@agon/domain';
import type { Ports } from '../ports/ports.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { errorsOf } from './present-run.ts';

/**
 * The reason, where calls of the run failed for it, or its replies are unscored for it.
 * @throws ArenaError('invalid_request') with the reasons that there are
 */
export async function requireReason(
  run: RunRecord,
  reason: string,
  state: 'failed' | 'unscored',
  deps: Pick<Ports, 'runs'>,
): Promise<string> {
  const there = errorsOf(run, await deps.runs.counts(run.id)).filter((error) => error.state === state);
  if (there.some(({ code }) => code === reason)) return reason;
  const what =
    state === 'failed'
      ? `No call of this run was given up for ${reason}.`
      : `No reply of this run was read as ${reason}.`;
  throw new ArenaError('invalid_request', what, {
    hint:
      there.length === 0
        ? 'There is nothing of that kind to repair.'
        : `There are: ${there.map(({ code, count }) => `${code} (${count})`).join(', ')}.`,
    at: { column: 'reason', value: reason },
  });
}
