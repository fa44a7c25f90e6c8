import { addDense, type ClusterSum, closeClusterSum, DENSE_ROWS, denseFrom } from './cluster-sums.ts';
import type { RowScores } from './row-scores.ts';
import { sortByCluster } from './sort-by-cluster.ts';

/** The meat of a clustered sandwich over `models` models. `codes`: one a comparison, from 0, or below 0 where unknown. */
export function sumClusterScores(scores: RowScores, codes: Int32Array, models: number): ClusterSum {
  const { order, starts, known } = sortByCluster(codes);
  const meat = new Float64Array(models * models);
  const dense = new Float64Array(models * models);
  const block = new Float64Array(DENSE_ROWS * models);
  let filled = 0;
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
  const flush = (): void => {
    if (filled > 0) addDense(dense, block, filled, models);
    filled = 0;
  };
  const add = (from: number, to: number): void => {
    for (let k = from; k < to; k += 1) {
      const at = order[k]!;
      touch(scores.i[at]!, scores.score[at]!);
      touch(scores.j[at]!, -scores.score[at]!);
    }
    if (touched.length >= denseFrom(models)) {
      block.set(sum, filled * models);
      filled += 1;
      if (filled === DENSE_ROWS) flush();
    } else {
      for (let x = 0; x < touched.length; x += 1) {
        const row = touched[x]! * models;
        const own = sum[touched[x]!]!;
        for (let y = 0; y <= x; y += 1) meat[row + touched[y]!]! += own * sum[touched[y]!]!;
      }
    }
    for (const model of touched) {
      sum[model] = 0;
      isTouched[model] = 0;
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
    add(starts[c]!, starts[c + 1]!);
  }
  const unknown = scores.length - known;
  if (unknown > 0) largest = Math.max(largest, 1);
  for (let k = known; k < scores.length; k += 1) add(k, k + 1);
  clusters += unknown;
  flush();
  return closeClusterSum(meat, dense, models, { clusters, largest, unknown, rows: scores.length });
}
