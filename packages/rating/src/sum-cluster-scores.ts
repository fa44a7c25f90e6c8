import type { SquareMatrix } from '@agon/stats';
import type { RowScores } from './row-scores.ts';

export type ClusterSum = {
  /** Σ_c u_c u_cᵀ · C/(C − 1); zero where C < 2, which no variance can be learnt from. */
  readonly meat: SquareMatrix;
  readonly clusters: number;
  /** Comparisons of the largest cluster, as a share of all. */
  readonly largestShare: number;
  /** Comparisons that name no cluster; each is one of its own. */
  readonly unknown: number;
};

/** The meat of a clustered sandwich over `models` models. `codes`: one a comparison, from 0, or -1 where unknown. */
export function sumClusterScores(scores: RowScores, codes: Int32Array, models: number): ClusterSum {
  const { order, starts, known } = sortByCluster(codes);
  const meat = new Float64Array(models * models);
  const sum = new Float64Array(models);
  const isTouched = new Uint8Array(models);
  const touched: number[] = [];
  const touch = (model: number, score: number): void => {
    if (isTouched[model] === 0) {
      isTouched[model] = 1;
      touched.push(model);
    }
    sum[model]! += score;
  };
  const add = (at: number): void => {
    touch(scores.i[at]!, scores.score[at]!);
    touch(scores.j[at]!, -scores.score[at]!);
  };
  const close = (): void => {
    for (const x of touched) for (const y of touched) meat[x * models + y]! += sum[x]! * sum[y]!;
    for (const x of touched) {
      sum[x] = 0;
      isTouched[x] = 0;
    }
    touched.length = 0;
  };
  let clusters = 0;
  let largest = 0;
  for (let c = 0; c + 1 < starts.length; c += 1) {
    const size = starts[c + 1]! - starts[c]!;
    if (size === 0) continue;
    clusters += 1;
    largest = Math.max(largest, size);
    for (let k = starts[c]!; k < starts[c + 1]!; k += 1) add(order[k]!);
    close();
  }
  const unknown = scores.length - known;
  if (unknown > 0) largest = Math.max(largest, 1);
  for (let k = known; k < scores.length; k += 1) {
    clusters += 1;
    add(order[k]!);
    close();
  }
  const factor = clusters < 2 ? 0 : clusters / (clusters - 1);
  for (let k = 0; k < meat.length; k += 1) meat[k]! *= factor;
  return { meat, clusters, largestShare: scores.length === 0 ? 0 : largest / scores.length, unknown };
}

/** Counting sort: `order` lists the comparisons cluster by cluster, those of no known cluster from `known` on. */
function sortByCluster(codes: Int32Array): { order: Int32Array; starts: Int32Array; known: number } {
  let largest = -1;
  for (const code of codes) if (code > largest) largest = code;
  const starts = new Int32Array(largest + 2);
  let known = 0;
  for (const code of codes) {
    if (code < 0) continue;
    starts[code + 1]! += 1;
    known += 1;
  }
  for (let c = 0; c <= largest; c += 1) starts[c + 1]! += starts[c]!;
  const next = Int32Array.from(starts);
  const order = new Int32Array(codes.length);
  let rest = known;
  codes.forEach((code, at) => {
    if (code < 0) {
      order[rest] = at;
      rest += 1;
    } else {
      order[next[code]!] = at;
      next[code]! += 1;
    }
  });
  return { order, starts, known };
}
