// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/covariance/cells-bytes.ts.
//
// The score of one cluster from its counts of pairs, which stay in this memory from refit to refit. Numbers are added in
// the order in which the plain loop in score-cells.ts adds them: the bits are the same.

import { addProducts } from './add-products';

/**
 * Adds to `score` what cells `from` .. `to` − 1 say. `pair`: u32, higher code · 2^16 + lower code, those of one higher code
 * together; `tally`: i16 comparisons and, above it, i16 twice the points of the lower code's model. `place`: i32 by code,
 * the number in the group or -1. `chance`: f64 at j · models + i. Returns comparisons in the group.
 */
export function scoreCells(
  pair: usize,
  tally: usize,
  from: u32,
  to: u32,
  place: usize,
  chance: usize,
  models: u32,
  score: usize,
): i32 {
  let size: i32 = 0;
  let k = (<usize>from) << 2;
  const end = (<usize>to) << 2;
  while (k < end) {
    const high = load<u32>(pair + k) >>> 16;
    const j = load<i32>(place + ((<usize>high) << 2));
    if (j < 0) {
      while (k < end && load<u32>(pair + k) >>> 16 === high) k += 4;
      continue;
    }
    const row = chance + ((<usize>(<u32>j * models)) << 3);
    let own: f64 = 0;
    for (; k < end; k += 4) {
      const codes = load<u32>(pair + k);
      if (codes >>> 16 !== high) break;
      const i = load<i32>(place + ((<usize>(codes & 0xffff)) << 2));
      if (i < 0) continue;
      const both = load<i32>(tally + k);
      const count = (both << 16) >> 16;
      const at = (<usize>i) << 3;
      const residual = 0.5 * <f64>(both >> 16) - <f64>count * load<f64>(row + at);
      store<f64>(score + at, load<f64>(score + at) + residual);
      own += residual;
      size += count;
    }
    const at = score + ((<usize>j) << 3);
    store<f64>(at, load<f64>(at) - own);
  }
  return size;
}

/**
 * Adds the products of `score` to the lower triangle of `meat` and clears it, where fewer than `most` models have one: f64
 * by number in the group. `list`: room for 16 bytes a model. Returns 1 where it did.
 */
export function addScore(meat: usize, score: usize, list: usize, models: u32, most: u32): i32 {
  let end = list;
  for (let model: u32 = 0; model < models; model++) {
    const value = load<f64>(score + ((<usize>model) << 3));
    if (value === 0) continue;
    store<f64>(end, value);
    store<u32>(end, model << 3, 8);
    end += 16;
  }
  if (<u32>((end - list) >> 4) >= most) return 0;
  for (let at = list; at < end; at += 16) store<f64>(score + <usize>load<u32>(at, 8), 0);
  addProducts(meat, <usize>models, list, end);
  return 1;
}
