import type { ComparisonBlock, RowChange } from '../ports/comparison-store.ts';

/** How many changes of its rows a block has seen: where the next reading begins. */
export function endOfChanges({ changes }: Pick<ComparisonBlock, 'changes'>): number {
  return changes.from + changes.list.length;
}

/** What changed after the first `applied` changes; null where that is no longer listed. */
export function changesSince(
  { changes }: Pick<ComparisonBlock, 'changes'>,
  applied: number,
): readonly RowChange[] | null {
  if (applied < changes.from) return null;
  return changes.list.slice(applied - changes.from);
}
