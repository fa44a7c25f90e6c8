import type { PairTable } from './pair-table.ts';

/** Beyond it the matrix of all pairs costs more than a search along the pairs that met. */
const MAX_MODELS = 1024;

/**
 * The cells of a spanning tree over all models that met anyone, in which both sides of every pair got some points: those
 * with the most points of the lesser side (Prim's algorithm). Where it exists, everybody beats everybody through some
 * chain.
 * @returns null where there is none, or too many models for it to be quick; that proves nothing
 */
export function mutualTree(table: PairTable): number[] | null {
  const { models: m, cells, low, high, weight, points } = table;
  if (m > MAX_MODELS || cells === 0) return null;
  const evidence = new Float64Array(m * m);
  const cellOf = new Int32Array(m * m);
  const outside = new Uint8Array(m);
  let left = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const i = low[cell]!;
    const j = high[cell]!;
    const lesser = Math.min(points[cell]!, weight[cell]! - points[cell]!);
    evidence[i * m + j] = lesser;
    evidence[j * m + i] = lesser;
    cellOf[i * m + j] = cell;
    cellOf[j * m + i] = cell;
    left += 2 - outside[i]! - outside[j]!;
    outside[i] = 1;
    outside[j] = 1;
  }
  const start = low[0]!;
  const best = evidence.slice(start * m, start * m + m);
  const from = new Int32Array(m).fill(start);
  const tree: number[] = [];
  outside[start] = 0;
  for (left -= 1; left > 0; left -= 1) {
    let next = -1;
    for (let i = 0; i < m; i += 1) if (outside[i] === 1 && (next < 0 || best[i]! > best[next]!)) next = i;
    if (!(best[next]! > 0)) return null;
    outside[next] = 0;
    tree.push(cellOf[from[next]! * m + next]!);
    for (let i = 0; i < m; i += 1) {
      if (!(evidence[next * m + i]! > best[i]!)) continue;
      best[i] = evidence[next * m + i]!;
      from[i] = next;
    }
  }
  return tree;
}
