/** Bits that one pass sorts by. */
const DIGIT_BITS = 16;
const DIGITS = 2 ** DIGIT_BITS;

/**
 * Row numbers in the order of their times, those of one time as they were. By counting, since votes come in millions: the
 * cost of a pass does not depend on what the times are.
 * @param atMs whole numbers, no NaN
 */
export function timeOrder(atMs: Float64Array): Uint32Array<ArrayBuffer> {
  const first = atMs.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
  const span = atMs.reduce((most, time) => Math.max(most, time - first), 0);
  let order: Uint32Array<ArrayBuffer> = Uint32Array.from(atMs, (_, row) => row);
  let sorted = new Uint32Array(atMs.length);
  for (let unit = 1; unit <= span; unit *= DIGITS) {
    const digitOf = (row: number): number => Math.floor((atMs[row]! - first) / unit) % DIGITS;
    const starts = new Uint32Array(DIGITS + 1);
    for (const row of order) starts[digitOf(row) + 1]! += 1;
    for (let digit = 0; digit < DIGITS; digit += 1) starts[digit + 1]! += starts[digit]!;
    for (const row of order) {
      const digit = digitOf(row);
      sorted[starts[digit]!] = row;
      starts[digit]! += 1;
    }
    [order, sorted] = [sorted, order];
  }
  return order;
}
