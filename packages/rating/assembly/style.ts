// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/contextual/style-bytes.ts.
//
// Features from counts of answers, a stretch of rows at a time, in columns that were copied into this memory. Same bits as
// the plain loops in counted-features.ts: each number goes through the same steps, and sums are kept of even rows and of odd
// ones.

/** How wide the counts of a column are, as in counted-features.ts. */
const COUNTS_8: i32 = 0;
const COUNTS_16: i32 = 1;

/**
 * Relative differences (a − b) / (a + b + added), or over 1 where that is 0, to f64. Goes on to a multiple of four rows.
 * @param kindA 0: counts of 8 bits, 1: of 16 bits, 2: f32
 */
export function differences(
  a: usize,
  kindA: i32,
  b: usize,
  kindB: i32,
  length: i32,
  added: f64,
  to: usize,
): void {
  const both = f64x2.splat(added);
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  for (let row: i32 = 0; row < length; row += 4) {
    const own = fourCounts(a, kindA, row);
    const other = fourCounts(b, kindB, row);
    const low = relative(f64x2.promote_low_f32x4(own), f64x2.promote_low_f32x4(other), both, one, zero);
    const high = relative(
      f64x2.promote_low_f32x4(v128.shuffle<i64>(own, own, 1, 0)),
      f64x2.promote_low_f32x4(v128.shuffle<i64>(other, other, 1, 0)),
      both,
      one,
      zero,
    );
    v128.store(to, low);
    v128.store(to, high, 16);
    to += 32;
  }
}

/** As f32, which holds counts of up to 16 bits exactly. */
function fourCounts(column: usize, kind: i32, row: i32): v128 {
  const at = <usize>row;
  if (kind === COUNTS_8) {
    const narrow = v128.load32_zero(column + at);
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(narrow)));
  }
  if (kind === COUNTS_16) {
    return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(v128.load64_zero(column + (at << 1))));
  }
  return v128.load(column + (at << 2));
}

function relative(own: v128, other: v128, added: v128, one: v128, zero: v128): v128 {
  const sum = f64x2.add(f64x2.add(own, other), added);
  const under = f64x2.add(sum, v128.and(f64x2.eq(sum, zero), one));
  return f64x2.div(f64x2.sub(own, other), under);
}

/**
 * Adds to six numbers at `sums`, of even rows and of odd ones: Σ (x − origin), Σ (x − origin)² and the largest |x|.
 * @param isUsed a byte a row, 0 for those that do not count; 0: all do
 */
export function addMoments(x: usize, isUsed: usize, length: i32, origin: f64, sums: usize): void {
  const start = f64x2.splat(origin);
  let sum = v128.load(sums);
  let squares = v128.load(sums, 16);
  let largest = v128.load(sums, 32);
  const even = length & ~1;
  for (let row: i32 = 0; row < even; row += 2) {
    const values = v128.load(x);
    let gap = f64x2.sub(values, start);
    let size = f64x2.abs(values);
    if (isUsed !== 0) {
      const used = usedTwo(isUsed + <usize>row);
      gap = v128.and(gap, used);
      size = v128.and(size, used);
    }
    sum = f64x2.add(sum, gap);
    squares = f64x2.add(squares, f64x2.mul(gap, gap));
    largest = f64x2.pmax(largest, size);
    x += 16;
  }
  if ((length & 1) !== 0 && (isUsed === 0 || load<u8>(isUsed + <usize>even) !== 0)) {
    const value = load<f64>(x);
    const gap = value - origin;
    sum = f64x2.replace_lane(sum, 0, f64x2.extract_lane(sum, 0) + gap);
    squares = f64x2.replace_lane(squares, 0, f64x2.extract_lane(squares, 0) + gap * gap);
    largest = f64x2.replace_lane(largest, 0, max(f64x2.extract_lane(largest, 0), Math.abs(value)));
  }
  v128.store(sums, sum);
  v128.store(sums, squares, 16);
  v128.store(sums, largest, 32);
}

/** All bits set for the rows that count. */
function usedTwo(isUsed: usize): v128 {
  return i64x2.neg(i64x2.replace_lane(i64x2.splat(<i64>load<u8>(isUsed)), 1, <i64>load<u8>(isUsed, 1)));
}

/** (x − mean) · unit of `length` numbers, a multiple of four, as f32, each `stride` bytes after the last. */
export function scale(x: usize, length: i32, mean: f64, unit: f64, to: usize, stride: usize): void {
  const middle = f64x2.splat(mean);
  const width = f64x2.splat(unit);
  for (let row: i32 = 0; row < length; row += 4) {
    const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(x), middle), width));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.sub(v128.load(x, 16), middle), width));
    v128.store32_lane(to, low, 0);
    to += stride;
    v128.store32_lane(to, low, 1);
    to += stride;
    v128.store32_lane(to, high, 0);
    to += stride;
    v128.store32_lane(to, high, 1);
    to += stride;
    x += 32;
  }
}
