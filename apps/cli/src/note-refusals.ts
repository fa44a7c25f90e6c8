import { note } from './print.ts';
import type { RowsRead } from './rows-read.ts';

/** Reasons that are shown, frequent ones first; `--json` has all of them. */
const SHOWN_REASONS = 10;

/** Tells of refused rows, equal reasons once: how often, and where first. A refused row is a loss: the exit code is 1. */
export function noteRefusals({ refused, refusedByReason }: RowsRead): void {
  if (refusedByReason.size === 0) return;
  process.exitCode = 1;
  const groups = [...refusedByReason].sort(([, one], [, other]) => other - one);
  for (const [reason, count] of groups.slice(0, SHOWN_REASONS)) {
    const first = refused.find((row) => row.reason === reason);
    const times = count === 1 ? '' : `${count.toLocaleString('en-US')} × `;
    note(`refused ${times}${reason}${first === undefined ? '' : placeOf(first, count)}`);
  }
  if (groups.length > SHOWN_REASONS) note(`refused for ${groups.length - SHOWN_REASONS} other reasons`);
}

function placeOf({ file, line, column, value }: RowsRead['refused'][number], count: number): string {
  const what = column === null ? '' : ` ${column} ${JSON.stringify(value?.slice(0, 60) ?? null)}`;
  return `, ${count === 1 ? '' : 'first '}at ${file}:${line}${what}`;
}
