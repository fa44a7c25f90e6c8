import { ArenaError, isArenaError } from '@agon/domain';
import type { RefusedRow } from '@agon/formats';
import type { FileRead } from './read-comparison-files.ts';

/** What became of the rows of some files before anything was measured. */
export type RowsRead = {
  /** Comparisons, or rankings, that were handed on. */
  readonly taken: number;
  /** Those that the filter (--source, --category, …) left out. */
  readonly filtered: number;
  readonly refusedByReason: ReadonlyMap<string, number>;
  /** Those that were left out for no fault: votes that were not blind, labels that mean none. */
  readonly leftOutByReason: ReadonlyMap<string, number>;
  /** The first of the refused rows, at least one where there are any. */
  readonly refused: readonly RefusedRow[];
  readonly files: readonly FileRead[];
};

type Left = readonly { readonly reason: string; readonly count: number }[];

/** What a fit says that finds nothing to count. */
const EMPTY: ReadonlySet<string> = new Set(['no_comparisons', 'no_overlap']);

const FILTERED = 'filtered out';

export function countReasons(refused: readonly RefusedRow[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { reason } of refused) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return counts;
}

export function addCounts(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): Map<string, number> {
  const sum = new Map(one);
  for (const [reason, count] of other) sum.set(reason, (sum.get(reason) ?? 0) + count);
  return sum;
}

/** Rows that were left out before the fit, by reason. */
export function leftOut({ refusedByReason, leftOutByReason, filtered }: RowsRead): Left {
  const reasons = [...refusedByReason, ...leftOutByReason].map(([reason, count]) => ({ reason, count }));
  return filtered > 0 ? [...reasons, { reason: FILTERED, count: filtered }] : reasons;
}

/** What `--json` says of the rows, as `agon rank` does. */
export function rowCountFields(rows: RowsRead): {
  comparisons: { read: number; used: number; excluded: Left };
} {
  const excluded = leftOut(rows);
  const read = excluded.reduce((sum, { count }) => sum + count, rows.taken);
  return { comparisons: { read, used: rows.taken, excluded } };
}

/** What to say where rows were read and the filter left none; null: it left some, or there were none. */
export function emptyFilterMessage({ taken, filtered }: RowsRead): string | null {
  return taken === 0 && filtered > 0 ? `None of the ${filtered} comparisons passes the filter.` : null;
}

const NO_FAULTS: Readonly<Record<string, string>> = {
  not_blind: 'Votes that were not blind count with --unblinded keep.',
  oversampled: 'Votes that the clean-up leaves out count with --oversampled keep.',
  skipped: 'Check what --label says of the values of the winner.',
};

/** @throws ArenaError('no_comparisons') where no row was taken, not even to be filtered out */
export function requireRows(rows: RowsRead): void {
  if (rows.taken === 0 && rows.filtered === 0) throw nothingTaken(rows);
}

/**
 * Does `work` on the rows that were taken. Where there are none, or `work` finds none that count, the error covers all
 * rows that were read: how many were refused or filtered out, why, and what to do.
 * @throws ArenaError('no_comparisons')
 */
export function withEmptyInputReason<Result>(rows: RowsRead, work: () => Result): Result {
  const before = leftOut(rows);
  const lost = before.reduce((sum, { count }) => sum + count, 0);
  if (rows.taken === 0) throw nothingTaken(rows);
  try {
    return work();
  } catch (error) {
    if (lost === 0 || !isArenaError(error) || !EMPTY.has(error.code)) throw error;
    const later = (error.data?.excluded ?? []) as Left;
    throw new ArenaError(error.code, error.message, {
      hint: `${error.hint ?? ''} Before that, ${lost} of the ${rows.taken + lost} rows were left out: ${describe(before)}.`.trim(),
      data: { ...error.data, read: rows.taken + lost, excluded: [...before, ...later] },
    });
  }
}

function nothingTaken(rows: RowsRead): ArenaError {
  const { files, refused } = rows;
  const excluded = leftOut(rows);
  const lost = excluded.reduce((sum, { count }) => sum + count, 0);
  const data = { read: lost, excluded };
  const first = refused[0];
  if (first !== undefined) {
    const { file, line, column, value } = first;
    const at = {
      file,
      line,
      ...(column === null ? {} : { column }),
      ...(value === null ? {} : { value: value.slice(0, 200) }),
    };
    return new ArenaError('no_comparisons', `None of the ${lost} rows is left: ${describe(excluded)}.`, {
      hint: 'Correct the rows, of which the first is named here; or say what the columns mean (--map COLUMN=field), what the values of the winner mean (--label VALUE=a), or the format (--format).',
      at,
      data,
    });
  }
  const filter = emptyFilterMessage(rows);
  if (filter !== null) {
    return new ArenaError('no_comparisons', filter, {
      hint: 'Check --source, --category and --language, or leave them out.',
      data,
    });
  }
  const [left] = rows.leftOutByReason;
  if (left !== undefined) {
    return new ArenaError('no_comparisons', `None of the ${lost} rows is left: ${describe(excluded)}.`, {
      hint: NO_FAULTS[left[0]],
      data,
    });
  }
  const what = files.map((file) => `${file.path} (${file.format}, ${file.rows} rows)`).join(', ');
  return new ArenaError('no_comparisons', `There is no comparison in ${what}.`, {
    hint: 'Collect votes or verdicts first, or name the format of the file (--format).',
    data,
  });
}

function describe(excluded: Left): string {
  return excluded
    .map(({ reason, count }) =>
      reason === FILTERED || reason in NO_FAULTS ? `${count} ${reason}` : `${count} refused (${reason})`,
    )
    .join(', ');
}
