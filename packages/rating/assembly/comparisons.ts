// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/comparisons-bytes.ts.
//
// Passes over blocks of comparisons that were copied into this memory. Numbers are added row by row in the order of the
// rows, as the plain loops in count-rows.ts and contextual-sums.ts do.

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

/**
 * Keeps the rows that count, with four features each of 32 bits: models by `place` (65,536 numbers, -1 for none), the
 * share of the point by `pointsOf` (256 numbers, NaN for none). `x` may be the features themselves: rows only move
 * forward. Returns how many were kept.
 */
export function keepRows(
  a: usize,
  b: usize,
  outcome: usize,
  x: usize,
  length: i32,
  place: usize,
  pointsOf: usize,
  i: usize,
  j: usize,
  y: usize,
): i32 {
  let kept = 0;
  const zero = f32x4.splat(0);
  for (let row = 0; row < length; row++) {
    const first = load<i32>(place + ((<usize>load<u16>(a + ((<usize>row) << 1))) << 2));
    const second = load<i32>(place + ((<usize>load<u16>(b + ((<usize>row) << 1))) << 2));
    const points = load<f64>(pointsOf + ((<usize>load<u8>(outcome + <usize>row)) << 3));
    const features = v128.load(x + ((<usize>row) << 4));
    // NaN and Infinity less themselves are not 0
    const finite = i32x4.all_true(f32x4.eq(f32x4.sub(features, features), zero));
    if ((first | second) < 0 || first === second || !(points >= 0) || !finite) continue;
    store<i32>(i + ((<usize>kept) << 2), first);
    store<i32>(j + ((<usize>kept) << 2), second);
    store<f64>(y + ((<usize>kept) << 3), points);
    v128.store(x + ((<usize>kept) << 4), features);
    kept++;
  }
  return kept;
}

/** e^x for x in -700 .. 700: 2^n e^r, r within half of ln 2 of zero, by the series to r^13; to some 1e-16. */
function exponential(x: v128): v128 {
  const n = f64x2.nearest(f64x2.mul(x, f64x2.splat(Math.LOG2E)));
  let r = f64x2.sub(x, f64x2.mul(n, f64x2.splat(0.6931471803691238)));
  r = f64x2.sub(r, f64x2.mul(n, f64x2.splat(1.9082149292705877e-10)));
  let sum = f64x2.splat(1.6059043836821613e-10);
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(2.08767569878681e-9));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(2.505210838544172e-8));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(2.755731922398589e-7));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(2.7557319223985893e-6));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(2.48015873015873e-5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.984126984126984e-4));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.388888888888889e-3));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(8.333333333333333e-3));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(4.1666666666666664e-2));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.16666666666666666));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1));
  const whole = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(n));
  return f64x2.mul(sum, i64x2.shl(i64x2.add(whole, i64x2.splat(1023)), 52));
}

/**
 * For each kept row, an even number of them: the score y - p and p (1 - p), with p = u_i / (u_i + u_j e^(-xβ)); and the
 * sums of the scores by model and by feature. Returns nothing.
 */
export function scoreRows(
  i: usize,
  j: usize,
  y: usize,
  x: usize,
  length: i32,
  strength: usize,
  beta: usize,
  score: usize,
  spread: usize,
  byModel: usize,
  byFeature: usize,
): void {
  const beta01 = v128.load(beta);
  const beta23 = v128.load(beta, 16);
  const one = f64x2.splat(1);
  const limit = f64x2.splat(700);
  const floor = f64x2.splat(-700);
  let sum01 = v128.load(byFeature);
  let sum23 = v128.load(byFeature, 16);
  for (let row = 0; row < length; row += 2) {
    const f0 = v128.load(x);
    const f1 = v128.load(x, 16);
    const a01 = f64x2.promote_low_f32x4(f0);
    const a23 = f64x2.promote_low_f32x4(v128.shuffle<i64>(f0, f0, 1, 0));
    const b01 = f64x2.promote_low_f32x4(f1);
    const b23 = f64x2.promote_low_f32x4(v128.shuffle<i64>(f1, f1, 1, 0));
    const da = f64x2.add(f64x2.mul(a01, beta01), f64x2.mul(a23, beta23));
    const db = f64x2.add(f64x2.mul(b01, beta01), f64x2.mul(b23, beta23));
    const context = f64x2.add(v128.shuffle<i64>(da, db, 0, 2), v128.shuffle<i64>(da, db, 1, 3));
    const bounded = f64x2.min(limit, f64x2.max(floor, f64x2.neg(context)));
    const i0 = (<usize>load<i32>(i)) << 3;
    const i1 = (<usize>load<i32>(i, 4)) << 3;
    const j0 = (<usize>load<i32>(j)) << 3;
    const j1 = (<usize>load<i32>(j, 4)) << 3;
    const own = v128.load64_lane(strength + i1, v128.load64_zero(strength + i0), 1);
    const other = v128.load64_lane(strength + j1, v128.load64_zero(strength + j0), 1);
    const p = f64x2.div(own, f64x2.add(own, f64x2.mul(other, exponential(bounded))));
    const s = f64x2.sub(v128.load(y), p);
    v128.store(score, s);
    v128.store(spread, f64x2.mul(p, f64x2.sub(one, p)));
    const s0 = f64x2.extract_lane(s, 0);
    const s1 = f64x2.extract_lane(s, 1);
    store<f64>(byModel + i0, load<f64>(byModel + i0) + s0);
    store<f64>(byModel + j0, load<f64>(byModel + j0) - s0);
    store<f64>(byModel + i1, load<f64>(byModel + i1) + s1);
    store<f64>(byModel + j1, load<f64>(byModel + j1) - s1);
    const w0 = f64x2.splat(s0);
    const w1 = f64x2.splat(s1);
    sum01 = f64x2.add(f64x2.add(sum01, f64x2.mul(w0, a01)), f64x2.mul(w1, b01));
    sum23 = f64x2.add(f64x2.add(sum23, f64x2.mul(w0, a23)), f64x2.mul(w1, b23));
    i += 8;
    j += 8;
    y += 16;
    x += 32;
    score += 16;
    spread += 16;
  }
  v128.store(byFeature, sum01);
  v128.store(byFeature, sum23, 16);
}

/** values[k] *= values[k]. */
export function square(values: usize, length: i32): void {
  for (let row = 0; row < length; row += 2) {
    const v = v128.load(values);
    v128.store(values, f64x2.mul(v, v));
    values += 16;
  }
}

/**
 * Sums of h z zᵀ with z = (e_i - e_j, x): h by ordered pair, h x by model (plus at i, minus at j), and h x xᵀ, 4 × 4.
 */
export function addOuter(
  i: usize,
  j: usize,
  x: usize,
  h: usize,
  length: i32,
  models: i32,
  pairs: usize,
  mixed: usize,
  own: usize,
): void {
  let o00 = v128.load(own);
  let o01 = v128.load(own, 16);
  let o10 = v128.load(own, 32);
  let o11 = v128.load(own, 48);
  let o20 = v128.load(own, 64);
  let o21 = v128.load(own, 80);
  let o30 = v128.load(own, 96);
  let o31 = v128.load(own, 112);
  for (let row = 0; row < length; row++) {
    const features = v128.load(x);
    const x01 = f64x2.promote_low_f32x4(features);
    const x23 = f64x2.promote_low_f32x4(v128.shuffle<i64>(features, features, 1, 0));
    const first = load<i32>(i);
    const second = load<i32>(j);
    const value = load<f64>(h);
    const at = pairs + ((<usize>(first * models + second)) << 3);
    store<f64>(at, load<f64>(at) + value);
    const scale = f64x2.splat(value);
    const h01 = f64x2.mul(scale, x01);
    const h23 = f64x2.mul(scale, x23);
    const plus = mixed + ((<usize>first) << 5);
    const minus = mixed + ((<usize>second) << 5);
    v128.store(plus, f64x2.add(v128.load(plus), h01));
    v128.store(plus, f64x2.add(v128.load(plus, 16), h23), 16);
    v128.store(minus, f64x2.sub(v128.load(minus), h01));
    v128.store(minus, f64x2.sub(v128.load(minus, 16), h23), 16);
    const h0 = v128.shuffle<i64>(h01, h01, 0, 0);
    const h1 = v128.shuffle<i64>(h01, h01, 1, 1);
    const h2 = v128.shuffle<i64>(h23, h23, 0, 0);
    const h3 = v128.shuffle<i64>(h23, h23, 1, 1);
    o00 = f64x2.add(o00, f64x2.mul(h0, x01));
    o01 = f64x2.add(o01, f64x2.mul(h0, x23));
    o10 = f64x2.add(o10, f64x2.mul(h1, x01));
    o11 = f64x2.add(o11, f64x2.mul(h1, x23));
    o20 = f64x2.add(o20, f64x2.mul(h2, x01));
    o21 = f64x2.add(o21, f64x2.mul(h2, x23));
    o30 = f64x2.add(o30, f64x2.mul(h3, x01));
    o31 = f64x2.add(o31, f64x2.mul(h3, x23));
    i += 4;
    j += 4;
    x += 16;
    h += 8;
  }
  v128.store(own, o00);
  v128.store(own, o01, 16);
  v128.store(own, o10, 32);
  v128.store(own, o11, 48);
  v128.store(own, o20, 64);
  v128.store(own, o21, 80);
  v128.store(own, o30, 96);
  v128.store(own, o31, 112);
}
