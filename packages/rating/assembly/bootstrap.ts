// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/bootstrap-bytes.ts.
//
// Rounds of the Poisson bootstrap on pair counts, two at a time in the two lanes of a vector. Every number comes from the
// same operations in the same order as in bootstrap-rounds.ts: the bits are the same.

/** One Poisson draw from the alias table at `table`: 256 entries of a limit of 24 bits and another value. */
function draw(table: usize, word: u32): i32 {
  const at = word >>> 24;
  const entry = table + ((<usize>at) << 3);
  // either is as good as random: no branch
  return select<i32>(<i32>at, load<i32>(entry, 4), (word & 0xffffff) < load<u32>(entry));
}

/**
 * Resampled weight and points of every cell, for one lane. Each of a cell's three counts is a sum of draws; the parts
 * are listed from `starts[3 cell + outcome]` on as pairs (address of a table, least value).
 */
export function resample(
  state: usize,
  cells: i32,
  starts: usize,
  parts: usize,
  weight: usize,
  points: usize,
): void {
  // four words of a generator: xoshiro128** (Blackman and Vigna, 2018)
  let s0 = load<u32>(state);
  let s1 = load<u32>(state, 4);
  let s2 = load<u32>(state, 8);
  let s3 = load<u32>(state, 12);
  let part = load<i32>(starts);
  for (let cell = 0; cell < cells; cell++) {
    let total = 0;
    let twice = 0;
    for (let outcome = 2; outcome >= 0; outcome--) {
      starts += 4;
      const end = load<i32>(starts);
      let count = 0;
      for (; part < end; part++) {
        const at = parts + ((<usize>part) << 3);
        const word = rotl<u32>(s1 * 5, 7) * 9;
        const shifted = s1 << 9;
        s2 ^= s0;
        s3 ^= s1;
        s1 ^= s2;
        s0 ^= s3;
        s2 ^= shifted;
        s3 = rotl<u32>(s3, 11);
        count += load<i32>(at, 4) + draw(<usize>load<i32>(at), word);
      }
      total += count;
      twice += outcome * count;
    }
    store<f64>(weight, <f64>total);
    store<f64>(points, 0.5 * <f64>twice);
    weight += 16;
    points += 16;
  }
}

/** The slope of the log-likelihood by model, both lanes. `ends`: cells lie together by their higher model, j up to ends[j]. */
export function slope(
  models: i32,
  ends: usize,
  low: usize,
  weight: usize,
  points: usize,
  strength: usize,
  gradient: usize,
): void {
  const zero = f64x2.splat(0);
  for (let i = 0; i < models; i++) v128.store(gradient + ((<usize>i) << 4), zero);
  let cell = 0;
  for (let j = 0; j < models; j++) {
    const end = load<i32>(ends + ((<usize>j) << 2));
    const other = v128.load(strength + ((<usize>j) << 4));
    let sum = zero;
    for (; cell < end; cell++) {
      const i = (<usize>load<i32>(low)) << 4;
      const own = v128.load(strength + i);
      const p = f64x2.div(f64x2.mul(v128.load(weight), own), f64x2.add(own, other));
      const residual = f64x2.sub(v128.load(points), p);
      v128.store(gradient + i, f64x2.add(v128.load(gradient + i), residual));
      sum = f64x2.add(sum, residual);
      low += 4;
      weight += 16;
      points += 16;
    }
    const at = gradient + ((<usize>j) << 4);
    v128.store(at, f64x2.sub(v128.load(at), sum));
  }
}

/** Adds H⁺ times the slope to `shift`, both lanes, and leaves the largest step of each lane at `largest`. */
export function step(models: i32, inverse: usize, gradient: usize, shift: usize, largest: usize): void {
  let most = f64x2.splat(0);
  const stride = (<usize>models) << 3;
  let i = 0;
  for (; i + 4 <= models; i += 4) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let g = gradient;
    let h0 = inverse + <usize>i * stride;
    let h1 = h0 + stride;
    let h2 = h1 + stride;
    let h3 = h2 + stride;
    for (let j = 0; j < models; j++) {
      const slope = v128.load(g);
      s0 = f64x2.add(s0, f64x2.mul(v128.load64_splat(h0), slope));
      s1 = f64x2.add(s1, f64x2.mul(v128.load64_splat(h1), slope));
      s2 = f64x2.add(s2, f64x2.mul(v128.load64_splat(h2), slope));
      s3 = f64x2.add(s3, f64x2.mul(v128.load64_splat(h3), slope));
      h0 += 8;
      h1 += 8;
      h2 += 8;
      h3 += 8;
      g += 16;
    }
    const at = shift + ((<usize>i) << 4);
    v128.store(at, f64x2.add(v128.load(at), s0));
    v128.store(at, f64x2.add(v128.load(at, 16), s1), 16);
    v128.store(at, f64x2.add(v128.load(at, 32), s2), 32);
    v128.store(at, f64x2.add(v128.load(at, 48), s3), 48);
    most = f64x2.max(most, f64x2.max(f64x2.abs(s0), f64x2.abs(s1)));
    most = f64x2.max(most, f64x2.max(f64x2.abs(s2), f64x2.abs(s3)));
  }
  for (; i < models; i++) {
    let sum = f64x2.splat(0);
    let g = gradient;
    let h = inverse + <usize>i * stride;
    for (let j = 0; j < models; j++) {
      sum = f64x2.add(sum, f64x2.mul(v128.load64_splat(h), v128.load(g)));
      h += 8;
      g += 16;
    }
    const at = shift + ((<usize>i) << 4);
    v128.store(at, f64x2.add(v128.load(at), sum));
    most = f64x2.max(most, f64x2.abs(sum));
  }
  v128.store(largest, most);
}

/** strength = base e^shift, for shifts within -0.5 .. 0.5: the series to the 14th power. */
export function strengthen(models: i32, base: usize, shift: usize, strength: usize): void {
  for (let i = 0; i < models; i++) {
    const at = (<usize>i) << 4;
    const x = v128.load(shift + at);
    let sum = f64x2.splat(1.1470745597729725e-11);
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(1.6059043836821613e-10));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(2.08767569878681e-9));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(2.505210838544172e-8));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(2.755731922398589e-7));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(2.7557319223985893e-6));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(2.48015873015873e-5));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.0001984126984126984));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.001388888888888889));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.008333333333333333));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.041666666666666664));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.16666666666666666));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(0.5));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(1));
    sum = f64x2.add(f64x2.mul(sum, x), f64x2.splat(1));
    v128.store(strength + at, f64x2.mul(v128.load(base + at), sum));
  }
}
