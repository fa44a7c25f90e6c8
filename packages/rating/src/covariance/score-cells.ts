import type { SquareMatrix } from '@agon/stats';
import { type ClusterCells, countOf, points2Of } from './cluster-cells.ts';

/**
 * Adds to `score` what cells `from` .. `to` − 1 say at these chances, P(i beats j) at j · models + i. The same bits as the
 * kernel (`assembly/cells.ts`).
 * @param place from a code to its number in the group, or -1
 * @returns comparisons in the group
 */
export function scoreCellsReference(
  { pair, tally }: Pick<ClusterCells, 'pair' | 'tally'>,
  from: number,
  to: number,
  place: Int32Array,
  chance: Float64Array,
  models: number,
  score: Float64Array,
): number {
  let size = 0;
  for (let k = from; k < to; ) {
    // cells of one higher model follow each other: its sum stays in a register
    const high = pair[k]! >>> 16;
    const j = place[high]!;
    const row = j * models;
    let own = 0;
    for (; k < to && pair[k]! >>> 16 === high; k += 1) {
      const i = place[pair[k]! & 0xffff]!;
      if ((i | j) < 0) continue;
      const count = countOf(tally[k]!);
      const residual = 0.5 * points2Of(tally[k]!) - count * chance[row + i]!;
      score[i]! += residual;
      own += residual;
      size += count;
    }
    if (j >= 0) score[j]! -= own;
  }
  return size;
}

/**
 * Adds the products of `score` to the lower triangle of `meat` and clears it, where fewer than `most` models have one. The
 * same bits as the kernel.
 */
export function addScoreReference(
  meat: SquareMatrix,
  score: Float64Array,
  models: number,
  most: number,
): boolean {
  const touched: number[] = [];
  for (let i = 0; i < models; i += 1) if (score[i] !== 0) touched.push(i);
  if (touched.length >= most) return false;
  for (const i of touched) {
    for (const j of touched) {
      if (j > i) break;
      meat[i * models + j]! += score[i]! * score[j]!;
    }
  }
  score.fill(0);
  return true;
}
