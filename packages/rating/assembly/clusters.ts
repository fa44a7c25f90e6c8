// AssemblyScript, not TypeScript: compiled by `npm run kernels` to src/covariance/clusters-bytes.ts.
//
// The meat of a clustered sandwich. Comparisons are written bucket by bucket (a bucket is a range of cluster codes that
// fits the nearer caches), each bucket is sorted by cluster, and u uᵀ is added cluster by cluster, in the order of the
// codes, touching only the models that met in one. Every entry takes its products one by one in that order, as
// sum-cluster-scores.ts does: the bits are the same.

import { addProducts } from './add-products';

/** A block of columns, copied into this memory, and where its rows go. Addresses are 0 where a column is absent. */
@unmanaged
class Rows {
  a: usize = 0;
  b: usize = 0;
  /** Codes of models are of 32 bits, not of 16. */
  wide: u32 = 0;
  outcome: usize = 0;
  weight: usize = 0;
  share: usize = 0;
  /** Clusters, i32, below 0 where unknown; and a second kind of them. */
  codes: usize = 0;
  others: usize = 0;
  /** From a model's code, below `models`, to its number in the group, or -1. */
  place: usize = 0;
  models: u32 = 0;
  /** 256 bytes: 0..2 a, b, tie; anything above for outcomes that do not count. */
  kinds: usize = 0;
  /** e^θ by number in the group, and the share of the point by kind. */
  strength: usize = 0;
  points: usize = 0;
  /** Bucket = code >> shift; `unknown` for rows without a code. `next`: where the next row of each bucket goes. */
  shift: u32 = 0;
  unknown: u32 = 0;
  next: usize = 0;
  /** Row by row: code and packed row, 8 bytes; a score, where there are weights or shares; a code of the second kind. */
  entries: usize = 0;
  scores: usize = 0;
  within: usize = 0;
}

/** One bucket by cluster: rows of cluster c from starts[c] to starts[c + 1]. */
@unmanaged
class Sorted {
  starts: usize = 0;
  packed: usize = 0;
  /** 0 where every comparison weighs 1 and has only its outcome. */
  score: usize = 0;
  other: usize = 0;
}

/** What clusters are added to. */
@unmanaged
class Sum {
  /** models × models: u_x u_y at the row of the later touched of x and y. */
  meat: usize = 0;
  models: u32 = 0;
  /** Addresses of models' entries in the list of touched ones, by model. */
  mark: usize = 0;
  list: usize = 0;
  listEnd: usize = 0;
  /** Scores of clusters that touch `denseFrom` models or more: `room` rows of `models` doubles, `filled` of them set. */
  dense: usize = 0;
  denseFrom: u32 = 0;
  room: u32 = 0;
  filled: u32 = 0;
  clusters: u32 = 0;
  largest: u32 = 0;
  /** As in Rows: scores that are not stored are computed. */
  strength: usize = 0;
  points: usize = 0;
}

function word(base: usize, index: u32): usize {
  return base + ((<usize>index) << 2);
}

function double(base: usize, index: u32): usize {
  return base + ((<usize>index) << 3);
}

/** y - p for a share y of the point. */
function residual(y: f64, strength: usize, i: u32, j: u32): f64 {
  const own = load<f64>(double(strength, i));
  return y - own / (own + load<f64>(double(strength, j)));
}

/** Writes the rows that count to their buckets, in the order that they come in; weights outside of the two are refused. */
export function partition(rows: Rows, length: u32, smallest: f64, largest: f64): void {
  const a = rows.a;
  const b = rows.b;
  const wide = rows.wide !== 0;
  const outcome = rows.outcome;
  const codes = rows.codes;
  const place = rows.place;
  const models = rows.models;
  const kinds = rows.kinds;
  const points = rows.points;
  const shift = rows.shift;
  const next = rows.next;
  const entries = rows.entries;
  const scored = rows.scores !== 0;
  const within = rows.within;
  for (let row: u32 = 0; row < length; row++) {
    const first = wide ? load<u32>(word(a, row)) : <u32>load<u16>(a + ((<usize>row) << 1));
    const second = wide ? load<u32>(word(b, row)) : <u32>load<u16>(b + ((<usize>row) << 1));
    const kind = <u32>load<u8>(kinds + <usize>load<u8>(outcome + <usize>row));
    if (first >= models || second >= models || first === second || kind > 2) continue;
    const i = load<i32>(word(place, first));
    const j = load<i32>(word(place, second));
    if ((i | j) < 0) continue;
    let score: f64 = 0;
    if (scored) {
      const weight = rows.weight === 0 ? 1 : load<f64>(double(rows.weight, row));
      const share = rows.share === 0 ? NaN : load<f64>(double(rows.share, row));
      if (!(weight >= smallest && weight <= largest)) continue;
      if (share < 0 || share > 1) continue;
      score = weight * residual(share >= 0 ? share : load<f64>(double(points, kind)), rows.strength, i, j);
    }
    const code = load<i32>(word(codes, row));
    const slot = word(next, code < 0 ? rows.unknown : <u32>code >> shift);
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u64>(
      double(entries, at),
      ((<u64>(<u32>code)) << 32) | ((<u64>(<u32>i)) << 17) | ((<u64>(<u32>j)) << 2) | <u64>kind,
    );
    if (scored) store<f64>(double(rows.scores, at), score);
    if (within !== 0) {
      const other = load<i32>(word(rows.others, row));
      store<i32>(word(within, at), other < 0 ? -1 : other);
    }
  }
}

/** Counting sort of one bucket's rows, from `from` on and below `to`, by the bits of their codes in `mask`. */
export function sortRows(rows: Rows, sorted: Sorted, from: u32, to: u32, mask: u32): void {
  const starts = sorted.starts;
  const entries = rows.entries;
  const scored = rows.scores !== 0;
  // one place further than where a cluster ends up: filling moves each start to the next one's
  memory.fill(starts, 0, (<usize>mask + 3) << 2);
  for (let at = from; at < to; at++) {
    const slot = word(starts, load<u32>(double(entries, at), 4) & mask);
    store<u32>(slot, load<u32>(slot, 8) + 1, 8);
  }
  let total: u32 = 0;
  for (let cluster: u32 = 2; cluster <= mask + 2; cluster++) {
    const slot = word(starts, cluster);
    total += load<u32>(slot);
    store<u32>(slot, total);
  }
  for (let at = from; at < to; at++) {
    const entry = double(entries, at);
    const slot = word(starts, load<u32>(entry, 4) & mask);
    const target = load<u32>(slot, 4);
    store<u32>(slot, target + 1, 4);
    store<u32>(word(sorted.packed, target), load<u32>(entry));
    if (scored) store<f64>(double(sorted.score, target), load<f64>(double(rows.scores, at)));
    if (rows.within !== 0) store<u32>(word(sorted.other, target), load<u32>(word(rows.within, at)));
  }
}

/** Makes every row a cluster of its own. */
export function separate(sorted: Sorted, length: u32): void {
  for (let row: u32 = 0; row <= length; row++) store<u32>(word(sorted.starts, row), row);
}

/**
 * Splits each of `size` clusters by the second kind of codes, ascending; rows without one stand alone at the end.
 * `keys` and `spare`: 8 bytes for each row of the largest cluster; `counts`: 257 words. Returns how many there are then.
 */
export function split(
  sorted: Sorted,
  parts: Sorted,
  size: u32,
  keys: usize,
  spare: usize,
  counts: usize,
): u32 {
  const scored = sorted.score !== 0;
  let count: u32 = 0;
  let out: u32 = 0;
  for (let cluster: u32 = 0; cluster < size; cluster++) {
    const from = load<u32>(word(sorted.starts, cluster));
    const length = load<u32>(word(sorted.starts, cluster + 1)) - from;
    for (let k: u32 = 0; k < length; k++) {
      const other = load<u32>(word(sorted.other, from + k));
      store<u64>(double(keys, k), ((<u64>other) << 32) | <u64>(from + k));
    }
    const order = sortKeys(keys, spare, counts, length);
    let last: u32 = 0xffffffff;
    for (let k: u32 = 0; k < length; k++) {
      const other = load<u32>(double(order, k), 4);
      const row = load<u32>(double(order, k));
      if (k === 0 || other !== last || <i32>other < 0) {
        store<u32>(word(parts.starts, count), out);
        count++;
      }
      last = other;
      store<u32>(word(parts.packed, out), load<u32>(word(sorted.packed, row)));
      if (scored) store<f64>(double(parts.score, out), load<f64>(double(sorted.score, row)));
      out++;
    }
  }
  store<u32>(word(parts.starts, count), out);
  return count;
}

/** Sorts by the upper half, stably; keys come in the order of their lower half. Returns where the sorted ones are. */
function sortKeys(keys: usize, spare: usize, counts: usize, length: u32): usize {
  if (length <= 32) {
    for (let k: u32 = 1; k < length; k++) {
      const key = load<u64>(double(keys, k));
      let at = double(keys, k);
      while (at > keys && load<u64>(at - 8) > key) {
        store<u64>(at, load<u64>(at - 8));
        at -= 8;
      }
      store<u64>(at, key);
    }
    return keys;
  }
  for (let byte: u64 = 32; byte < 64; byte += 8) {
    memory.fill(counts, 0, 1028);
    for (let k: u32 = 0; k < length; k++) {
      const slot = word(counts, <u32>((load<u64>(double(keys, k)) >> byte) & 255));
      store<u32>(slot, load<u32>(slot, 4) + 1, 4);
    }
    for (let value: u32 = 1; value < 257; value++) {
      const slot = word(counts, value);
      store<u32>(slot, load<u32>(slot) + load<u32>(slot - 4));
    }
    for (let k: u32 = 0; k < length; k++) {
      const key = load<u64>(double(keys, k));
      const slot = word(counts, <u32>((key >> byte) & 255));
      const target = load<u32>(slot);
      store<u32>(slot, target + 1);
      store<u64>(double(spare, target), key);
    }
    const other = keys;
    keys = spare;
    spare = other;
  }
  return keys;
}

/** Adds clusters from `at` on, up to `size` or until no dense row is left; returns where to go on. */
export function addClusters(sum: Sum, sorted: Sorted, at: u32, size: u32): u32 {
  const models = sum.models;
  const mark = sum.mark;
  const strength = sum.strength;
  const points = sum.points;
  const scored = sorted.score !== 0;
  let begin = sum.listEnd;
  for (; at < size; at++) {
    const from = load<u32>(word(sorted.starts, at));
    const to = load<u32>(word(sorted.starts, at + 1));
    if (from === to) continue;
    if (sum.filled === sum.room) break;
    sum.clusters++;
    if (to - from > sum.largest) sum.largest = to - from;
    // a model is touched where its mark lies in this cluster's part of the list: no clearing from one to the next
    if (begin + ((<usize>models) << 4) > sum.listEnd) {
      begin = sum.list;
      memory.fill(mark, 0, (<usize>models) << 2);
    }
    let end = begin;
    for (let row = from; row < to; row++) {
      const packed = load<u32>(word(sorted.packed, row));
      const i = packed >> 17;
      const j = (packed >> 2) & 0x7fff;
      const score = scored
        ? load<f64>(double(sorted.score, row))
        : residual(load<f64>(double(points, packed & 3)), strength, i, j);
      end = touch(mark, i, score, begin, end);
      end = touch(mark, j, -score, begin, end);
    }
    if (<u32>((end - begin) >> 4) >= sum.denseFrom) {
      const target = sum.dense + ((<usize>sum.filled * <usize>models) << 3);
      memory.fill(target, 0, (<usize>models) << 3);
      for (let x = begin; x < end; x += 16) store<f64>(target + <usize>load<u32>(x, 8), load<f64>(x));
      sum.filled++;
    } else addProducts(sum.meat, <usize>models, begin, end);
    begin = end;
  }
  return at;
}

function touch(mark: usize, model: u32, score: f64, begin: usize, end: usize): usize {
  const slot = word(mark, model);
  const at = <usize>load<u32>(slot);
  if (at >= begin) {
    store<f64>(at, load<f64>(at) + score);
    return end;
  }
  store<f64>(end, score);
  store<u32>(end, model << 3, 8);
  store<u32>(slot, <u32>end);
  return end + 16;
}
