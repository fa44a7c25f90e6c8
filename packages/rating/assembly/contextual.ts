// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/contextual/contextual-bytes.ts. Over 400 lines long: a
// kernel is one module with one memory, and the exact and the rough pass are written out, as a call a row would cost more than the row.
//
// Passes over comparisons with up to four features, in blocks that were copied into this memory. A block of rows holds
// models i and j (i32), the share y of the point, the weight w and four features x (f64, four a row). Every sum goes row by
// row, as the plain loops in contextual-sums.ts do.

/** Rows of a block, as in scan-contextual-rows.ts: few enough to stay in the nearest cache. */
const BLOCK: i32 = 512;

// where things stand in this memory: see `place`
let atI: usize = 0;
let atJ: usize = 0;
let atY: usize = 0;
let atW: usize = 0;
let atX: usize = 0;
let atScore: usize = 0;
let atSquares: usize = 0;
let atStrength: usize = 0;
let atBeta: usize = 0;
let atByModel: usize = 0;
let atByFeature: usize = 0;
let atPairs: usize = 0;
let atMixed: usize = 0;
let atOwn: usize = 0;
let nobody: i32 = 0;
let isRough: bool = false;

/**
 * Says where a block and the sums stand, and how many models there are. `strength` (e^θ), and `byModel` (sums of scores)
 * have one model more, for the row that fills up an odd block. `squares`: two numbers a row, w p (1 − p) and w² (y − p)²;
 * of the two together are all further sums: `pairs` of unordered pairs, the pair low < high at high (high − 1) / 2 + low;
 * `mixed` of x, four a model, plus at i and minus at j; `own` of the ten products of two features. Roughly: p to 1e-6, and
 * further sums of w p (1 − p) alone, in `mixed` without gaps, in `own` of even rows and of odd ones.
 */
export function place(
  i: usize,
  j: usize,
  y: usize,
  w: usize,
  x: usize,
  score: usize,
  squares: usize,
  strength: usize,
  beta: usize,
  byModel: usize,
  byFeature: usize,
  pairs: usize,
  mixed: usize,
  own: usize,
  models: i32,
  roughly: bool,
): void {
  atI = i;
  atJ = j;
  atY = y;
  atW = w;
  atX = x;
  atScore = score;
  atSquares = squares;
  atStrength = strength;
  atBeta = beta;
  atByModel = byModel;
  atByFeature = byFeature;
  atPairs = pairs;
  atMixed = mixed;
  atOwn = own;
  nobody = models;
  isRough = roughly;
}

/**
 * Adds rows of columns that all weigh 1, with four features each of 32 bits: models by `models` (65,536 numbers, -1 for
 * none), the share of the point by `points` (256 numbers, NaN for none). Returns how many rows count.
 */
export function addColumns(
  a: usize,
  b: usize,
  outcome: usize,
  features: usize,
  length: i32,
  models: usize,
  points: usize,
): i32 {
  let total = 0;
  for (let from = 0; from < length; from += BLOCK) {
    const rows = min(BLOCK, length - from);
    const at = <usize>from;
    const kept = keepRows(
      a + (at << 1),
      b + (at << 1),
      outcome + at,
      features + (at << 4),
      rows,
      models,
      points,
    );
    addRows(kept);
    total += kept;
  }
  return total;
}

/** Adds the first `length` rows of the block. */
export function addRows(length: i32): void {
  if (length === 0) return;
  if (length & 1) {
    const end = <usize>length;
    store<i32>(atI + (end << 2), nobody);
    store<i32>(atJ + (end << 2), nobody);
    store<f64>(atY + (end << 3), 0);
    v128.store(atX + (end << 5), f64x2.splat(0));
    v128.store(atX + (end << 5), f64x2.splat(0), 16);
  }
  const even = length + (length & 1);
  if (isRough) {
    contextRowsRoughly(even);
    scoreRows(even);
    addSpread(even);
  } else {
    contextRows(even);
    scoreRows(even);
    addOuter(length);
  }
}

/** Brings the rows that count into the block; returns how many. */
function keepRows(
  a: usize,
  b: usize,
  outcome: usize,
  features: usize,
  length: i32,
  models: usize,
  points: usize,
): i32 {
  let i = atI;
  let j = atJ;
  let y = atY;
  let x = atX;
  for (let row = 0; row < length; row++) {
    const first = load<i32>(models + ((<usize>load<u16>(a)) << 2));
    const second = load<i32>(models + ((<usize>load<u16>(b)) << 2));
    const share = load<f64>(points + ((<usize>load<u8>(outcome)) << 3));
    const values = v128.load(features);
    store<i32>(i, first);
    store<i32>(j, second);
    store<f64>(y, share);
    v128.store(x, f64x2.promote_low_f32x4(values));
    v128.store(x, f64x2.promote_low_f32x4(v128.shuffle<i64>(values, values, 1, 0)), 16);
    // NaN and Infinity less themselves are not 0
    const finite = i32x4.all_true(f32x4.eq(f32x4.sub(values, values), f32x4.splat(0)));
    // a row that does not count is written over by the next: no branch
    const kept =
      <usize>((first | second) >= 0) & <usize>(first !== second) & <usize>(share >= 0) & <usize>finite;
    i += kept << 2;
    j += kept << 2;
    y += kept << 3;
    x += kept << 5;
    a += 2;
    b += 2;
    outcome += 1;
    features += 16;
  }
  return <i32>((i - atI) >> 2);
}

/**
 * Numbers of `exponential`, in memory since the engine would build each of them anew in every round of the loop: the
 * coefficients of q, log2 e, 1.5 · 2^52, ln 2 in two parts, and 1.
 */
const NUMBERS = memory.data<f64>([
  0.5000000000000001,
  0.16666666666666669,
  0.04166666666662413,
  0.008333333333330062,
  0.0013888888917213717,
  0.00019841269863053618,
  2.4801521295954376e-5,
  2.7557268459997064e-6,
  2.7620088445409746e-7,
  2.510038549551032e-8,
  Math.LOG2E,
  6755399441055744,
  0.6931471803691238,
  1.9082149292705877e-10,
  1,
]);

function number(k: usize): v128 {
  return v128.load64_splat(NUMBERS + (k << 3));
}

/**
 * e^x for x in -700 .. 700, to 1.4e-16: 2^n e^r with r within half of ln 2 of zero, e^r = 1 + r + r² q(r), q of degree 9
 * through the values at the zeros of a Chebyshev polynomial.
 */
function exponential(x: v128): v128 {
  // adding 1.5 · 2^52 rounds to a whole number, which then stands in the lowest bits
  const magic = number(11);
  const shifted = f64x2.add(f64x2.mul(x, number(10)), magic);
  const n = f64x2.sub(shifted, magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, number(12))), f64x2.mul(n, number(13)));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = f64x2.add(line(0, r), f64x2.mul(line(2, r), r2));
  const middle = f64x2.add(line(4, r), f64x2.mul(line(6, r), r2));
  const high = f64x2.add(middle, f64x2.mul(line(8, r), r4));
  const q = f64x2.add(low, f64x2.mul(high, r4));
  const e = f64x2.add(number(14), f64x2.add(r, f64x2.mul(r2, q)));
  return i64x2.add(e, i64x2.shl(shifted, 52));
}

function line(k: usize, r: v128): v128 {
  return f64x2.add(number(k), f64x2.mul(number(k + 1), r));
}

/** −xβ of two rows, from −β. */
function contextOfTwo(x: usize, beta0: v128, beta1: v128, beta2: v128, beta3: v128): v128 {
  const even01 = v128.load(x);
  const even23 = v128.load(x, 16);
  const odd01 = v128.load(x, 32);
  const odd23 = v128.load(x, 48);
  return f64x2.add(
    f64x2.add(
      f64x2.mul(v128.shuffle<i64>(even01, odd01, 0, 2), beta0),
      f64x2.mul(v128.shuffle<i64>(even01, odd01, 1, 3), beta1),
    ),
    f64x2.add(
      f64x2.mul(v128.shuffle<i64>(even23, odd23, 0, 2), beta2),
      f64x2.mul(v128.shuffle<i64>(even23, odd23, 1, 3), beta3),
    ),
  );
}

/** e^(−xβ) of an even number of rows, for now where their scores will stand: a loop of its own keeps more rows in flight. */
function contextRows(length: i32): void {
  let x = atX;
  let score = atScore;
  const beta0 = f64x2.neg(v128.load64_splat(atBeta));
  const beta1 = f64x2.neg(v128.load64_splat(atBeta, 8));
  const beta2 = f64x2.neg(v128.load64_splat(atBeta, 16));
  const beta3 = f64x2.neg(v128.load64_splat(atBeta, 24));
  const top = f64x2.splat(700);
  const bottom = f64x2.splat(-700);
  for (let row = 0; row < length; row += 2) {
    const context = contextOfTwo(x, beta0, beta1, beta2, beta3);
    v128.store(score, exponential(f64x2.pmin(top, f64x2.pmax(bottom, context))));
    x += 64;
    score += 16;
  }
}

/** The same to 1e-6, four rows at a time in 32 bits; it may go two rows past the end. */
function contextRowsRoughly(length: i32): void {
  let x = atX;
  let score = atScore;
  const beta0 = f64x2.neg(v128.load64_splat(atBeta));
  const beta1 = f64x2.neg(v128.load64_splat(atBeta, 8));
  const beta2 = f64x2.neg(v128.load64_splat(atBeta, 16));
  const beta3 = f64x2.neg(v128.load64_splat(atBeta, 24));
  for (let row = 0; row < length; row += 4) {
    const first = f32x4.demote_f64x2_zero(contextOfTwo(x, beta0, beta1, beta2, beta3));
    const second = f32x4.demote_f64x2_zero(contextOfTwo(x + 64, beta0, beta1, beta2, beta3));
    const e = roughExponential(v128.shuffle<i64>(first, second, 0, 2));
    v128.store(score, f64x2.promote_low_f32x4(e));
    v128.store(score, f64x2.promote_low_f32x4(v128.shuffle<i64>(e, e, 1, 0)), 16);
    x += 128;
    score += 32;
  }
}

/** Likewise of `roughExponential`: q of degree 3, log2 e, 1.5 · 2^23, ln 2 in two parts, 1, and its bound. */
const ROUGH_NUMBERS = memory.data<f32>([
  0.4999974888950066,
  0.16666630810836078,
  0.041833837570337165,
  0.00835720492902085,
  Math.LOG2E as f32,
  12582912,
  0.693359375,
  -2.1219444e-4,
  1,
  80,
]);

function roughNumber(k: usize): v128 {
  return v128.load32_splat(ROUGH_NUMBERS + (k << 2));
}

/** As `exponential`, to 1e-6, for any x: beyond 80 it is that of 80. */
function roughExponential(unbounded: v128): v128 {
  const bound = roughNumber(9);
  const x = f32x4.pmin(bound, f32x4.pmax(f32x4.neg(bound), unbounded));
  const magic = roughNumber(5);
  const shifted = f32x4.add(f32x4.mul(x, roughNumber(4)), magic);
  const n = f32x4.sub(shifted, magic);
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, roughNumber(6))), f32x4.mul(n, roughNumber(7)));
  const high = f32x4.add(roughNumber(2), f32x4.mul(r, roughNumber(3)));
  const r2 = f32x4.mul(r, r);
  const low = f32x4.add(roughNumber(0), f32x4.mul(r, roughNumber(1)));
  const q = f32x4.add(low, f32x4.mul(r2, high));
  const e = f32x4.add(roughNumber(8), f32x4.add(r, f32x4.mul(r2, q)));
  return i32x4.add(e, i32x4.shl(shifted, 23));
}

/**
 * Scores w (y − p) and squares of an even number of rows, with p = u_i / (u_i + u_j e^(−xβ)); and the sums of the scores
 * by model and by feature.
 */
function scoreRows(length: i32): void {
  let i = atI;
  let j = atJ;
  let y = atY;
  let w = atW;
  let x = atX;
  let score = atScore;
  let squares = atSquares;
  const strength = atStrength;
  const byModel = atByModel;
  const one = f64x2.splat(1);
  let sum01 = v128.load(atByFeature);
  let sum23 = v128.load(atByFeature, 16);
  for (let row = 0; row < length; row += 2) {
    const i0 = (<usize>load<i32>(i)) << 3;
    const i1 = (<usize>load<i32>(i, 4)) << 3;
    const j0 = (<usize>load<i32>(j)) << 3;
    const j1 = (<usize>load<i32>(j, 4)) << 3;
    const own = v128.load64_lane(strength + i1, v128.load64_zero(strength + i0), 1);
    const other = v128.load64_lane(strength + j1, v128.load64_zero(strength + j0), 1);
    const weighed = f64x2.mul(other, v128.load(score));
    const share = f64x2.div(one, f64x2.add(own, weighed));
    const p = f64x2.mul(own, share);
    const weight = v128.load(w);
    const s = f64x2.mul(weight, f64x2.sub(v128.load(y), p));
    const h = f64x2.mul(weight, f64x2.mul(p, f64x2.mul(weighed, share)));
    const square = f64x2.mul(s, s);
    v128.store(score, s);
    v128.store(squares, v128.shuffle<i64>(h, square, 0, 2));
    v128.store(squares, v128.shuffle<i64>(h, square, 1, 3), 16);
    const s0 = f64x2.extract_lane(s, 0);
    const s1 = f64x2.extract_lane(s, 1);
    store<f64>(byModel + i0, load<f64>(byModel + i0) + s0);
    store<f64>(byModel + j0, load<f64>(byModel + j0) - s0);
    store<f64>(byModel + i1, load<f64>(byModel + i1) + s1);
    store<f64>(byModel + j1, load<f64>(byModel + j1) - s1);
    const both0 = f64x2.splat(s0);
    const both1 = f64x2.splat(s1);
    sum01 = f64x2.add(sum01, f64x2.mul(both0, v128.load(x)));
    sum23 = f64x2.add(sum23, f64x2.mul(both0, v128.load(x, 16)));
    sum01 = f64x2.add(sum01, f64x2.mul(both1, v128.load(x, 32)));
    sum23 = f64x2.add(sum23, f64x2.mul(both1, v128.load(x, 48)));
    i += 8;
    j += 8;
    y += 16;
    w += 16;
    x += 64;
    score += 16;
    squares += 32;
  }
  v128.store(atByFeature, sum01);
  v128.store(atByFeature, sum23, 16);
}

/** Sums of both squares times (1, x) (1, x)ᵀ, by pair, by model, and of features alone. */
function addOuter(length: i32): void {
  let i = atI;
  let j = atJ;
  let x = atX;
  let squares = atSquares;
  const pairs = atPairs;
  const mixed = atMixed;
  const own = atOwn;
  let o00 = v128.load(own);
  let o10 = v128.load(own, 16);
  let o11 = v128.load(own, 32);
  let o20 = v128.load(own, 48);
  let o21 = v128.load(own, 64);
  let o22 = v128.load(own, 80);
  let o30 = v128.load(own, 96);
  let o31 = v128.load(own, 112);
  let o32 = v128.load(own, 128);
  let o33 = v128.load(own, 144);
  for (let row = 0; row < length; row++) {
    const first = load<i32>(i);
    const second = load<i32>(j);
    const both = v128.load(squares);
    const low = min(first, second);
    const high = max(first, second);
    const cell = pairs + ((<usize>(((high * (high - 1)) >>> 1) + low)) << 4);
    v128.store(cell, f64x2.add(v128.load(cell), both));
    const x0 = v128.load64_splat(x);
    const x1 = v128.load64_splat(x, 8);
    const x2 = v128.load64_splat(x, 16);
    const x3 = v128.load64_splat(x, 24);
    const b0 = f64x2.mul(both, x0);
    const b1 = f64x2.mul(both, x1);
    const b2 = f64x2.mul(both, x2);
    const b3 = f64x2.mul(both, x3);
    const plus = mixed + ((<usize>first) << 6);
    v128.store(plus, f64x2.add(v128.load(plus), b0));
    v128.store(plus, f64x2.add(v128.load(plus, 16), b1), 16);
    v128.store(plus, f64x2.add(v128.load(plus, 32), b2), 32);
    v128.store(plus, f64x2.add(v128.load(plus, 48), b3), 48);
    const minus = mixed + ((<usize>second) << 6);
    v128.store(minus, f64x2.sub(v128.load(minus), b0));
    v128.store(minus, f64x2.sub(v128.load(minus, 16), b1), 16);
    v128.store(minus, f64x2.sub(v128.load(minus, 32), b2), 32);
    v128.store(minus, f64x2.sub(v128.load(minus, 48), b3), 48);
    o00 = f64x2.add(o00, f64x2.mul(b0, x0));
    o10 = f64x2.add(o10, f64x2.mul(b1, x0));
    o11 = f64x2.add(o11, f64x2.mul(b1, x1));
    o20 = f64x2.add(o20, f64x2.mul(b2, x0));
    o21 = f64x2.add(o21, f64x2.mul(b2, x1));
    o22 = f64x2.add(o22, f64x2.mul(b2, x2));
    o30 = f64x2.add(o30, f64x2.mul(b3, x0));
    o31 = f64x2.add(o31, f64x2.mul(b3, x1));
    o32 = f64x2.add(o32, f64x2.mul(b3, x2));
    o33 = f64x2.add(o33, f64x2.mul(b3, x3));
    i += 4;
    j += 4;
    x += 32;
    squares += 16;
  }
  v128.store(own, o00);
  v128.store(own, o10, 16);
  v128.store(own, o11, 32);
  v128.store(own, o20, 48);
  v128.store(own, o21, 64);
  v128.store(own, o22, 80);
  v128.store(own, o30, 96);
  v128.store(own, o31, 112);
  v128.store(own, o32, 128);
  v128.store(own, o33, 144);
}

/** Sums of w p (1 − p) times (1, x) (1, x)ᵀ of an even number of rows: half of what `addOuter` does. */
function addSpread(length: i32): void {
  let i = atI;
  let j = atJ;
  let x = atX;
  let squares = atSquares;
  const pairs = atPairs;
  const mixed = atMixed;
  const own = atOwn;
  let o00 = v128.load(own);
  let o10 = v128.load(own, 16);
  let o11 = v128.load(own, 32);
  let o20 = v128.load(own, 48);
  let o21 = v128.load(own, 64);
  let o22 = v128.load(own, 80);
  let o30 = v128.load(own, 96);
  let o31 = v128.load(own, 112);
  let o32 = v128.load(own, 128);
  let o33 = v128.load(own, 144);
  for (let row = 0; row < length; row += 2) {
    const even01 = v128.load(x);
    const even23 = v128.load(x, 16);
    const odd01 = v128.load(x, 32);
    const odd23 = v128.load(x, 48);
    const evenH = v128.load64_splat(squares);
    const oddH = v128.load64_splat(squares, 16);
    addToModels(i, j, evenH, f64x2.mul(evenH, even01), f64x2.mul(evenH, even23), pairs, mixed);
    addToModels(i + 4, j + 4, oddH, f64x2.mul(oddH, odd01), f64x2.mul(oddH, odd23), pairs, mixed);
    const h = v128.shuffle<i64>(evenH, oddH, 0, 2);
    const x0 = v128.shuffle<i64>(even01, odd01, 0, 2);
    const x1 = v128.shuffle<i64>(even01, odd01, 1, 3);
    const x2 = v128.shuffle<i64>(even23, odd23, 0, 2);
    const x3 = v128.shuffle<i64>(even23, odd23, 1, 3);
    const b0 = f64x2.mul(h, x0);
    const b1 = f64x2.mul(h, x1);
    const b2 = f64x2.mul(h, x2);
    const b3 = f64x2.mul(h, x3);
    o00 = f64x2.add(o00, f64x2.mul(b0, x0));
    o10 = f64x2.add(o10, f64x2.mul(b1, x0));
    o11 = f64x2.add(o11, f64x2.mul(b1, x1));
    o20 = f64x2.add(o20, f64x2.mul(b2, x0));
    o21 = f64x2.add(o21, f64x2.mul(b2, x1));
    o22 = f64x2.add(o22, f64x2.mul(b2, x2));
    o30 = f64x2.add(o30, f64x2.mul(b3, x0));
    o31 = f64x2.add(o31, f64x2.mul(b3, x1));
    o32 = f64x2.add(o32, f64x2.mul(b3, x2));
    o33 = f64x2.add(o33, f64x2.mul(b3, x3));
    i += 8;
    j += 8;
    x += 64;
    squares += 32;
  }
  v128.store(own, o00);
  v128.store(own, o10, 16);
  v128.store(own, o11, 32);
  v128.store(own, o20, 48);
  v128.store(own, o21, 64);
  v128.store(own, o22, 80);
  v128.store(own, o30, 96);
  v128.store(own, o31, 112);
  v128.store(own, o32, 128);
  v128.store(own, o33, 144);
}

function addToModels(i: usize, j: usize, h: v128, b01: v128, b23: v128, pairs: usize, mixed: usize): void {
  const first = load<i32>(i);
  const second = load<i32>(j);
  const low = min(first, second);
  const high = max(first, second);
  const cell = pairs + ((<usize>(((high * (high - 1)) >>> 1) + low)) << 3);
  store<f64>(cell, load<f64>(cell) + f64x2.extract_lane(h, 0));
  const plus = mixed + ((<usize>first) << 5);
  v128.store(plus, f64x2.add(v128.load(plus), b01));
  v128.store(plus, f64x2.add(v128.load(plus, 16), b23), 16);
  const minus = mixed + ((<usize>second) << 5);
  v128.store(minus, f64x2.sub(v128.load(minus), b01));
  v128.store(minus, f64x2.sub(v128.load(minus, 16), b23), 16);
}
