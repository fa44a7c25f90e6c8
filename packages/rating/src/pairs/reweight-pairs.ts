import type { ComparisonColumns, RatingSettings } from '@agon/domain';
import { scanComparisons } from './scan-comparisons.ts';

/** Below this many comparisons a pair keeps its votes' full weight: rarer pairs would be all noise. */
const FULL_WEIGHT_UP_TO = 50;

/**
 * Weights divided by max(n, 50), n the comparisons of the pair, and scaled to mean 1: every frequent pair then counts
 * the same (lmarena/arena-rank, `reweighted`). It raises the variance, which the sandwich knows from Σw².
 */
export function reweightPairs(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): ComparisonColumns {
  const counts = new Map<number, number>();
  const keyOf = (a: number, b: number): number => Math.min(a, b) * columns.models.length + Math.max(a, b);
  const { used } = scanComparisons(columns, settings, (_row, a, b) => {
    const key = keyOf(a, b);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  });
  let total = 0;
  for (const count of counts.values()) total += count / Math.max(count, FULL_WEIGHT_UP_TO);
  const scale = used / total;
  const weight = new Float64Array(columns.length);
  for (let row = 0; row < columns.length; row += 1) {
    const count = counts.get(keyOf(columns.a[row]!, columns.b[row]!)) ?? 0;
    weight[row] = ((columns.weight?.[row] ?? 1) * scale) / Math.max(count, FULL_WEIGHT_UP_TO);
  }
  return { ...columns, weight };
}
