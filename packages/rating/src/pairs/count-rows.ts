import { OUTCOME_CODES } from '@agon/domain';
import { countRowsFast } from '../kernels/count-rows-fast.ts';
import type { CountedRows, RefusedRows } from './counted-rows.ts';

/** Rows brought to one type at a time: few enough to stay in the nearest cache, many enough to cost no calls. */
const BLOCK = 8192;

/**
 * Adds rows to `counts`, four to a pair, the pair i < j at j (j − 1) / 2 + i. Columns of any width are first copied,
 * block by block, into arrays of one type, so that the counting loop is compiled once for all of them.
 */
export function countRows(
  rows: CountedRows,
  models: number,
  counts: Uint32Array,
  refused: RefusedRows,
): void {
  const inKernel = countRowsFast(rows, models, counts, (from, to) => {
    // the kernel only says how many; a second look at such a block says why
    countReference({ ...rows, from, to }, models, null, refused);
  });
  if (!inKernel) countReference(rows, models, counts, refused);
}

/** `counts` null: only what is refused is counted. */
export function countReference(
  rows: CountedRows,
  models: number,
  counts: Uint32Array | null,
  refused: RefusedRows,
): void {
  const a = new Int32Array(BLOCK);
  const b = new Int32Array(BLOCK);
  const outcome = new Int32Array(BLOCK);
  for (let from = rows.from; from < rows.to; from += BLOCK) {
    const to = Math.min(from + BLOCK, rows.to);
    a.set(rows.a.subarray(from, to));
    b.set(rows.b.subarray(from, to));
    outcome.set(rows.outcome.subarray(from, to));
    const length = to - from;
    if (rows.modelOfA !== null) translate(a, length, rows.modelOfA);
    if (rows.modelOfB !== null) translate(b, length, rows.modelOfB);
    if (rows.outcomeOf !== null) translate(outcome, length, rows.outcomeOf);
    if (counts === null || countBlock(a, b, outcome, length, models, counts) > 0)
      countRefused(a, b, outcome, length, models, refused);
  }
}

function translate(codes: Int32Array, length: number, map: Int32Array): void {
  const size = map.length;
  for (let k = 0; k < length; k += 1) {
    const code = codes[k]!;
    codes[k] = code >= 0 && code < size ? map[code]! : -1;
  }
}

/** Returns how many rows were refused. */
function countBlock(
  a: Int32Array,
  b: Int32Array,
  outcome: Int32Array,
  length: number,
  models: number,
  counts: Uint32Array,
): number {
  let refused = 0;
  for (let k = 0; k < length; k += 1) {
    const i = a[k]!;
    const j = b[k]!;
    const kind = outcome[k]!;
    // as unsigned numbers negative codes are large ones
    if (i >>> 0 >= models || j >>> 0 >= models || i === j || kind >>> 0 > OUTCOME_CODES.both_bad) {
      refused += 1;
      continue;
    }
    // which side is the lower model is as good as random: no branch
    const gap = i - j;
    const below = gap >> 31;
    const low = j + (gap & below);
    const high = i - (gap & below);
    const slot = kind ^ (~below & 1 & ~(kind >> 1));
    counts[(((Math.imul(high, high - 1) >> 1) + low) << 2) | slot]! += 1;
  }
  return refused;
}

function countRefused(
  a: Int32Array,
  b: Int32Array,
  outcome: Int32Array,
  length: number,
  models: number,
  refused: RefusedRows,
): void {
  for (let k = 0; k < length; k += 1) {
    const i = a[k]!;
    const j = b[k]!;
    if (outcome[k]! < 0 || outcome[k]! > OUTCOME_CODES.both_bad) refused.outcome += 1;
    else if (i < 0 || j < 0 || i >= models || j >= models) refused.model += 1;
    else if (i === j) refused.same += 1;
  }
}
