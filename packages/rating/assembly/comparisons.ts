// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/pairs/comparisons-bytes.ts.
//
// Passes over blocks of comparisons that were copied into this memory. Numbers are added row by row in the order of the
// rows, as the plain loops in count-rows.ts do.

/**
 * Counts rows into four slots for each pair i < j, at j (j - 1) / 2 + i: i won, j won, tie, both bad. `modelOfA` and
 * `modelOfB`: 65,536 numbers of models, -1 for none; `outcomeOf`: 256 outcomes, anything above 3 for none. Returns how
 * many rows were refused.
 */
export function count16(
  a: usize,
  b: usize,
  outcome: usize,
  length: i32,
  modelOfA: usize,
  modelOfB: usize,
  outcomeOf: usize,
  models: u32,
  counts: usize,
): i32 {
  let refused = 0;
  for (let row = 0; row < length; row++) {
    const i = load<i32>(modelOfA + ((<usize>load<u16>(a + ((<usize>row) << 1))) << 2));
    const j = load<i32>(modelOfB + ((<usize>load<u16>(b + ((<usize>row) << 1))) << 2));
    const kind = <i32>load<u8>(outcomeOf + <usize>load<u8>(outcome + <usize>row));
    refused += add(i, j, kind, models, counts);
  }
  return refused;
}

/** Rows that are looked through together before they are counted without a look: a multiple of 16. */
const STRETCH = 128;

/**
 * The same where codes are the models' numbers (at most 4,096) and outcomes below 16 are mapped by a table of 16. A
 * stretch with an odd row goes to the careful loop.
 */
export function count16Straight(
  a: usize,
  b: usize,
  outcome: usize,
  length: i32,
  outcomeOf: usize,
  models: u32,
  counts: usize,
): i32 {
  let refused = 0;
  const kinds = v128.load(outcomeOf);
  let row = 0;
  for (; row + STRETCH <= length; row += STRETCH) {
    const at = (<usize>row) << 1;
    if (areFine(a + at, b + at, outcome + <usize>row, kinds, models)) {
      countStretch(a + at, b + at, outcome + <usize>row, kinds, counts);
      continue;
    }
    for (let odd = row; odd < row + STRETCH; odd++) {
      refused += addCodes(a, b, outcome, odd, outcomeOf, models, counts);
    }
  }
  for (; row < length; row++) refused += addCodes(a, b, outcome, row, outcomeOf, models, counts);
  return refused;
}

function areFine(a: usize, b: usize, outcome: usize, kinds: v128, models: u32): bool {
  let code = i16x8.splat(0);
  let same = i16x8.splat(0);
  let outcomes = i8x16.splat(0);
  let kind = i8x16.splat(0);
  for (let row = 0; row < STRETCH; row += 16) {
    const a0 = v128.load(a);
    const a1 = v128.load(a, 16);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    code = i16x8.max_u(code, i16x8.max_u(i16x8.max_u(a0, b0), i16x8.max_u(a1, b1)));
    same = v128.or(same, v128.or(i16x8.eq(a0, b0), i16x8.eq(a1, b1)));
    const given = v128.load(outcome);
    outcomes = v128.or(outcomes, given);
    kind = v128.or(kind, i8x16.swizzle(kinds, given));
    a += 32;
    b += 32;
    outcome += 16;
  }
  return (
    i16x8.all_true(i16x8.lt_u(code, i16x8.splat(<i16>models))) &&
    !v128.any_true(same) &&
    i8x16.all_true(i8x16.lt_u(outcomes, i8x16.splat(16))) &&
    i8x16.all_true(i8x16.lt_u(kind, i8x16.splat(4)))
  );
}

// Called from one place, and so compiled into it: a call for every eight rows would cost as much as it counts.
function countStretch(a: usize, b: usize, outcome: usize, kinds: v128, counts: usize): void {
  const one = i16x8.splat(1);
  const start = i32x4.splat(<i32>counts);
  for (let row = 0; row < STRETCH; row += 8) {
    const i = v128.load(a);
    const j = v128.load(b);
    const kind = v128.and(i8x16.swizzle(kinds, v128.load_ext<u8>(outcome)), i16x8.splat(255));
    const low = i16x8.min_u(i, j);
    const high = i16x8.max_u(i, j);
    const turned = v128.andnot(v128.and(i16x8.eq(low, j), one), i16x8.shr_u(kind, 1));
    // in bytes, sixteen to a pair and four to a slot; both parts fit 16 bits
    const slot = i16x8.shl(i16x8.add(i16x8.shl(low, 2), v128.xor(kind, turned)), 2);
    const below = i16x8.shl(i16x8.sub(high, one), 3);
    const first = i32x4.add(i32x4.extmul_low_i16x8_u(high, below), i32x4.extend_low_i16x8_u(slot));
    const second = i32x4.add(i32x4.extmul_high_i16x8_u(high, below), i32x4.extend_high_i16x8_u(slot));
    const at = i32x4.add(first, start);
    const next = i32x4.add(second, start);
    increment(<usize>i32x4.extract_lane(at, 0));
    increment(<usize>i32x4.extract_lane(at, 1));
    increment(<usize>i32x4.extract_lane(at, 2));
    increment(<usize>i32x4.extract_lane(at, 3));
    increment(<usize>i32x4.extract_lane(next, 0));
    increment(<usize>i32x4.extract_lane(next, 1));
    increment(<usize>i32x4.extract_lane(next, 2));
    increment(<usize>i32x4.extract_lane(next, 3));
    a += 16;
    b += 16;
    outcome += 8;
  }
}

function increment(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

function addCodes(
  a: usize,
  b: usize,
  outcome: usize,
  row: i32,
  outcomeOf: usize,
  models: u32,
  counts: usize,
): i32 {
  const i = <i32>load<u16>(a + ((<usize>row) << 1));
  const j = <i32>load<u16>(b + ((<usize>row) << 1));
  const code = load<u8>(outcome + <usize>row);
  return add(i, j, code < 16 ? <i32>load<u8>(outcomeOf + <usize>code) : 255, models, counts);
}

/** The same for columns of 32 bits, whose codes are the models' numbers. */
export function count32(
  a: usize,
  b: usize,
  outcome: usize,
  length: i32,
  outcomeOf: usize,
  models: u32,
  counts: usize,
): i32 {
  let refused = 0;
  for (let row = 0; row < length; row++) {
    const i = load<i32>(a + ((<usize>row) << 2));
    const j = load<i32>(b + ((<usize>row) << 2));
    const kind = <i32>load<u8>(outcomeOf + <usize>load<u8>(outcome + <usize>row));
    refused += add(i, j, kind, models, counts);
  }
  return refused;
}

function add(i: i32, j: i32, kind: i32, models: u32, counts: usize): i32 {
  // as unsigned numbers negative codes are large ones
  if (<u32>i >= models || <u32>j >= models || i === j || kind > 3) return 1;
  // which side is the lower model is as good as random: no branch
  const gap = i - j;
  const below = gap >> 31;
  const low = j + (gap & below);
  const high = i - (gap & below);
  const slot = kind ^ (~below & 1 & ~(kind >> 1));
  const at = counts + ((<usize>(((((high * (high - 1)) >> 1) + low) << 2) | slot)) << 2);
  store<u32>(at, load<u32>(at) + 1);
  return 0;
}
