import type { ComparisonColumns } from '@agon/domain';
import { type ExcludedCount, scanComparisons } from '../pairs/scan-comparisons.ts';

/** Battles that judges decided: prompt, pair of models and turn, numbered from 0. */
export type JudgedBattles = {
  readonly length: number;
  /** Codes of the two models, low < high. */
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly prompt: Int32Array;
  /** Mean share of the point that low got, 0..1, over all verdicts: of every judge, in both orders. */
  readonly share: Float64Array;
  readonly verdicts: Int32Array;
  /** Verdicts that decide no battle, by reason: invalid ones, and those that name no prompt. */
  readonly excluded: readonly ExcludedCount[];
  /** Number of the battle that a row of other columns with the same codes is about, or -1. */
  readonly battleOf: (columns: ComparisonColumns, row: number) => number;
};

/** The judges' word on each battle; every verdict counts alike, a tie as half. */
export function groupVerdicts(verdicts: ComparisonColumns): JudgedBattles {
  const models = verdicts.models.length;
  const turns = 1 + (verdicts.turn?.reduce((most, turn) => Math.max(most, turn), 0) ?? 0);
  const keyOf = ({ a, b, prompt, turn }: ComparisonColumns, row: number): number => {
    const code = prompt?.[row] ?? -1;
    const shown = turn?.[row] ?? 0;
    if (code < 0 || shown >= turns) return -1;
    const low = Math.min(a[row]!, b[row]!);
    return ((code * turns + shown) * models + low) * models + Math.max(a[row]!, b[row]!);
  };
  const numbers = new Map<number, number>();
  const low: number[] = [];
  const high: number[] = [];
  const prompt: number[] = [];
  const points: number[] = [];
  const count: number[] = [];
  let unplaced = 0;
  const { excluded } = scanComparisons(verdicts, { ties: 'half', bothBad: 'tie' }, (row, a, b, share) => {
    const key = keyOf(verdicts, row);
    if (key < 0) {
      unplaced += 1;
      return;
    }
    let battle = numbers.get(key);
    if (battle === undefined) {
      battle = numbers.size;
      numbers.set(key, battle);
      low.push(Math.min(a, b));
      high.push(Math.max(a, b));
      prompt.push(verdicts.prompt![row]!);
      points.push(0);
      count.push(0);
    }
    points[battle]! += a < b ? share : 1 - share;
    count[battle]! += 1;
  });
  return {
    length: numbers.size,
    low: Int32Array.from(low),
    high: Int32Array.from(high),
    prompt: Int32Array.from(prompt),
    share: Float64Array.from(points, (sum, battle) => sum / count[battle]!),
    verdicts: Int32Array.from(count),
    excluded: [...excluded, ...(unplaced > 0 ? [{ reason: 'without_prompt', count: unplaced }] : [])],
    battleOf: (columns, row) => numbers.get(keyOf(columns, row)) ?? -1,
  };
}
