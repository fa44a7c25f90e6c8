// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/bootstrap/bootstrap-bytes.ts.
//
// Rounds of the Poisson bootstrap, four at a time in the four lanes of a vector. Every number comes from the same
// operations in the same order as in bootstrap-steps.ts: the bits are the same. Single precision is enough: the fit's
// own numbers are kept in double precision elsewhere, and what is computed here are the small shifts from them.

/**
 * Four Poisson draws, less their least value, from the alias table at `table`: a word's low byte chooses one of 256
 * entries, and the rest of the word is compared with the rest of the entry; where it is not below, the entry's low byte
 * says how the value differs.
 */
function drawFour(table: usize, words: v128): v128 {
  const at = v128.and(words, i32x4.splat(0xff));
  const offsets = i32x4.shl(at, 2);
  let entries = v128.load32_zero(table + <usize>i32x4.extract_lane(offsets, 0));
  entries = v128.load_lane<i32>(table + <usize>i32x4.extract_lane(offsets, 1), entries, 1);
  entries = v128.load_lane<i32>(table + <usize>i32x4.extract_lane(offsets, 2), entries, 2);
  entries = v128.load_lane<i32>(table + <usize>i32x4.extract_lane(offsets, 3), entries, 3);
  const stays = i32x4.lt_s(v128.or(words, i32x4.splat(0xff)), entries);
  return v128.xor(at, v128.andnot(v128.and(entries, i32x4.splat(0xff)), stays));
}

/** What xoshiro128** (Blackman and Vigna, 2018) makes of its second word: times 5, turned by 7, times 9. */
function wordsOf(s1: v128): v128 {
  const five = i32x4.add(i32x4.shl(s1, 2), s1);
  const turned = v128.or(i32x4.shl(five, 7), i32x4.shr_u(five, 25));
  return i32x4.add(i32x4.shl(turned, 3), turned);
}

/**
 * Points of low and of high in every cell, drawn anew. A cell's comparisons of one kind are a part, or several: (address
 * of its table, least value, points of low, points of high for one comparison), cell by cell up to `ends[cell]`.
 */
export function drawCells(state: usize, cells: i32, ends: usize, parts: usize, points: usize): void {
  // four words of a generator in each lane
  let s0 = v128.load(state);
  let s1 = v128.load(state, 16);
  let s2 = v128.load(state, 32);
  let s3 = v128.load(state, 48);
  let part = parts;
  for (let cell = 0; cell < cells; cell++) {
    const end = parts + ((<usize>load<i32>(ends)) << 4);
    ends += 4;
    let low = f32x4.splat(0);
    let high = low;
    for (; part < end; part += 16) {
      const drawn = drawFour(<usize>load<i32>(part), wordsOf(s1));
      const shifted = i32x4.shl(s1, 9);
      s2 = v128.xor(s2, s0);
      s3 = v128.xor(s3, s1);
      s1 = v128.xor(s1, s2);
      s0 = v128.xor(s0, s3);
      s2 = v128.xor(s2, shifted);
      s3 = v128.or(i32x4.shl(s3, 11), i32x4.shr_u(s3, 21));
      const count = f32x4.convert_i32x4_s(i32x4.add(drawn, v128.load32_splat(part, 4)));
      low = f32x4.add(low, f32x4.mul(count, v128.load32_splat(part, 8)));
      high = f32x4.add(high, f32x4.mul(count, v128.load32_splat(part, 12)));
    }
    v128.store(points, low);
    v128.store(points, high, 16);
    points += 32;
  }
}

/**
 * The same where clusters are drawn: each counts Poisson(1) times with all its rows, which lie together up to
 * `ends[cluster]`. A row is 4 cell + kind; its points are those of its kind, or its own where `own` is not 0.
 */
export function drawClusters(
  state: usize,
  clusters: i32,
  ends: usize,
  rows: usize,
  kinds: usize,
  own: usize,
  table: usize,
  cells: i32,
  points: usize,
): void {
  // four words of a generator in each lane
  let s0 = v128.load(state);
  let s1 = v128.load(state, 16);
  let s2 = v128.load(state, 32);
  let s3 = v128.load(state, 48);
  memory.fill(points, 0, (<usize>cells) << 5);
  let row = 0;
  for (let cluster = 0; cluster < clusters; cluster++) {
    const end = load<i32>(ends);
    ends += 4;
    const count = f32x4.convert_i32x4_s(drawFour(table, wordsOf(s1)));
    const shifted = i32x4.shl(s1, 9);
    s2 = v128.xor(s2, s0);
    s3 = v128.xor(s3, s1);
    s1 = v128.xor(s1, s2);
    s0 = v128.xor(s0, s3);
    s2 = v128.xor(s2, shifted);
    s3 = v128.or(i32x4.shl(s3, 11), i32x4.shr_u(s3, 21));
    for (; row < end; row++) {
      const code = load<u32>(rows + ((<usize>row) << 2));
      const from = own === 0 ? kinds + ((<usize>(code & 3)) << 3) : own + ((<usize>row) << 3);
      const at = points + ((<usize>(code >>> 2)) << 5);
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(count, v128.load32_splat(from))));
      v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(count, v128.load32_splat(from, 4))), 16);
    }
  }
}

/**
 * The slope at the full fit, and each cell's information there. `chances`: those of low and of high, by cell; cells lie
 * together by their higher model, j up to ends[j].
 */
export function startSlope(
  models: i32,
  ends: usize,
  low: usize,
  chances: usize,
  points: usize,
  information: usize,
  slope: usize,
): void {
  const zero = f32x4.splat(0);
  memory.fill(slope, 0, (<usize>models) << 4);
  let cell = 0;
  for (let j = 0; j < models; j++) {
    const end = load<i32>(ends + ((<usize>j) << 2));
    let sum = zero;
    for (; cell < end; cell++) {
      const i = slope + ((<usize>load<i32>(low)) << 4);
      const p = v128.load32_splat(chances);
      const q = v128.load32_splat(chances, 4);
      const won = v128.load(points);
      const lost = v128.load(points, 16);
      v128.store(information, f32x4.mul(f32x4.add(won, lost), f32x4.mul(p, q)));
      const residual = f32x4.sub(f32x4.mul(won, q), f32x4.mul(lost, p));
      v128.store(i, f32x4.add(v128.load(i), residual));
      sum = f32x4.add(sum, residual);
      low += 4;
      chances += 8;
      points += 32;
      information += 16;
    }
    const at = slope + ((<usize>j) << 4);
    v128.store(at, f32x4.sub(v128.load(at), sum));
  }
}

/**
 * The slope after a shift, from the one at the fit. With E = e^(shift of low − shift of high) − 1 a chance p moves by
 * p (1 − p) E / (1 + p E): no difference of two near numbers. `growth`: e^shift − 1 and e^−shift − 1, by model.
 */
export function shiftSlope(
  models: i32,
  ends: usize,
  low: usize,
  chances: usize,
  information: usize,
  growth: usize,
  first: usize,
  slope: usize,
): void {
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  memory.copy(slope, first, (<usize>models) << 4);
  let cell = 0;
  for (let j = 0; j < models; j++) {
    const end = load<i32>(ends + ((<usize>j) << 2));
    const fall = v128.load(growth + ((<usize>j) << 5), 16);
    let sum = zero;
    for (; cell < end; cell++) {
      const i = <usize>load<i32>(low);
      const rise = v128.load(growth + (i << 5));
      const change = f32x4.add(f32x4.add(rise, fall), f32x4.mul(rise, fall));
      const moved = f32x4.div(
        f32x4.mul(v128.load(information), change),
        f32x4.add(one, f32x4.mul(v128.load32_splat(chances), change)),
      );
      const at = slope + (i << 4);
      v128.store(at, f32x4.sub(v128.load(at), moved));
      sum = f32x4.add(sum, moved);
      low += 4;
      chances += 8;
      information += 16;
    }
    const at = slope + ((<usize>j) << 4);
    v128.store(at, f32x4.add(v128.load(at), sum));
  }
}

/** Adds H⁺ times the slope to `shift`, and leaves the largest step of each lane at `largest`. */
export function step(models: i32, inverse: usize, slope: usize, shift: usize, largest: usize): void {
  let most = f32x4.splat(0);
  const stride = (<usize>models) << 2;
  let i = 0;
  for (; i + 4 <= models; i += 4) {
    let t0 = f32x4.splat(0);
    let t1 = t0;
    let t2 = t0;
    let t3 = t0;
    let g = slope;
    let h0 = inverse + <usize>i * stride;
    let h1 = h0 + stride;
    let h2 = h1 + stride;
    let h3 = h2 + stride;
    for (let j = 0; j < models; j++) {
      const own = v128.load(g);
      t0 = f32x4.add(t0, f32x4.mul(v128.load32_splat(h0), own));
      t1 = f32x4.add(t1, f32x4.mul(v128.load32_splat(h1), own));
      t2 = f32x4.add(t2, f32x4.mul(v128.load32_splat(h2), own));
      t3 = f32x4.add(t3, f32x4.mul(v128.load32_splat(h3), own));
      h0 += 4;
      h1 += 4;
      h2 += 4;
      h3 += 4;
      g += 16;
    }
    const at = shift + ((<usize>i) << 4);
    v128.store(at, f32x4.add(v128.load(at), t0));
    v128.store(at, f32x4.add(v128.load(at, 16), t1), 16);
    v128.store(at, f32x4.add(v128.load(at, 32), t2), 32);
    v128.store(at, f32x4.add(v128.load(at, 48), t3), 48);
    most = f32x4.max(most, f32x4.max(f32x4.abs(t0), f32x4.abs(t1)));
    most = f32x4.max(most, f32x4.max(f32x4.abs(t2), f32x4.abs(t3)));
  }
  for (; i < models; i++) {
    let sum = f32x4.splat(0);
    let g = slope;
    let h = inverse + <usize>i * stride;
    for (let j = 0; j < models; j++) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(h), v128.load(g)));
      h += 4;
      g += 16;
    }
    const at = shift + ((<usize>i) << 4);
    v128.store(at, f32x4.add(v128.load(at), sum));
    most = f32x4.max(most, f32x4.abs(sum));
  }
  v128.store(largest, most);
}

/** e^x − 1 for x within −0.5 .. 0.5: the series to the 8th power, whose rest is below single precision. */
function growthOf(x: v128): v128 {
  let sum = f32x4.splat(<f32>2.48015873015873e-5);
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(<f32>0.0001984126984126984));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(<f32>0.001388888888888889));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(<f32>0.008333333333333333));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(<f32>0.041666666666666664));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(<f32>0.16666666666666666));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, x), f32x4.splat(1));
  return f32x4.mul(sum, x);
}

/** growth = e^shift − 1 and e^−shift − 1, by model. */
export function grow(models: i32, shift: usize, growth: usize): void {
  for (let i = 0; i < models; i++) {
    const x = v128.load(shift);
    v128.store(growth, growthOf(x));
    v128.store(growth, growthOf(f32x4.neg(x)), 16);
    shift += 16;
    growth += 32;
  }
}
