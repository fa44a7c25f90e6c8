import type { Board } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';

/** Model → places gained (> 0) or lost (< 0) since the board before; models that stayed are not in it. */
export type RankMoves = ReadonlyMap<string, number>;

export function rankMoves(before: Board, after: Board, source: ComparisonSource): RankMoves {
  // another filter or another switch is another board: nothing moved on it
  if (JSON.stringify(before.query) !== JSON.stringify(after.query)) return new Map();
  const ranks = new Map((before[source]?.models ?? []).map((row) => [row.model, row.rank]));
  const moves = new Map<string, number>();
  for (const { model, rank } of after[source]?.models ?? []) {
    const old = ranks.get(model) ?? null;
    if (old !== null && rank !== null && old !== rank) moves.set(model, old - rank);
  }
  return moves;
}
