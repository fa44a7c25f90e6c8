import type { ComparisonColumns, RatingSettings } from '@agon/domain';
import { logistic } from '../elo-scale.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';

/** The score of each comparison inside one rated group: w (y − p) (e_i − e_j), with i and j numbered in the group. */
export type RowScores = {
  readonly length: number;
  readonly row: Int32Array;
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly score: Float64Array;
};

/** Strengths e^θ beyond e^±300 could leave the range of a double. */
export function suitsStrengths(theta: Float64Array): boolean {
  return theta.every((value) => Math.abs(value) < 300);
}

/** `place`: from a model's code to its number in the group, or -1. `theta`: logits, by number in the group. */
export function scoreRows(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  theta: Float64Array,
): RowScores {
  const row = new Int32Array(columns.length);
  const i = new Int32Array(columns.length);
  const j = new Int32Array(columns.length);
  const score = new Float64Array(columns.length);
  const strength = suitsStrengths(theta) ? theta.map(Math.exp) : null;
  let length = 0;
  scanComparisons(columns, settings, (at, a, b, points, weight) => {
    const first = place[a]!;
    const second = place[b]!;
    if (first < 0 || second < 0) return;
    row[length] = at;
    i[length] = first;
    j[length] = second;
    const chance =
      strength === null
        ? logistic(theta[first]! - theta[second]!)
        : strength[first]! / (strength[first]! + strength[second]!);
    score[length] = weight * (points - chance);
    length += 1;
  });
  return {
    length,
    row: row.subarray(0, length),
    i: i.subarray(0, length),
    j: j.subarray(0, length),
    score: score.subarray(0, length),
  };
}
