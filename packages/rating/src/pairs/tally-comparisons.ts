import { ArenaError, type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { PairCounter } from './pair-counter.ts';
import { PairTableBuilder } from './pair-table.ts';
import { type ExcludedCount, scanComparisons } from './scan-comparisons.ts';
import type { Tally } from './tally.ts';

/** @throws ArenaError('no_comparisons') where the tie policies, or the data, leave none */
export function tallyComparisons(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
): Tally {
  const models = columns.models.length;
  if (isPlain(columns)) {
    const counter = new PairCounter(models);
    counter.add({ a: columns.a, b: columns.b, outcome: columns.outcome, to: columns.length });
    const tally = counter.tally(settings);
    if (tally.used === 0) throw noComparisons(columns, tally.excluded);
    return tally;
  }
  const builder = new PairTableBuilder(models);
  const wins = new Int32Array(models);
  const losses = new Int32Array(models);
  const ties = new Int32Array(models);
  const { used, excluded } = scanComparisons(columns, settings, (_row, a, b, points, weight, kind) => {
    builder.add(a, b, points, weight, kind);
    if (kind === OUTCOME_CODES.tie) {
      ties[a]! += 1;
      ties[b]! += 1;
    } else {
      wins[kind === OUTCOME_CODES.a ? a : b]! += 1;
      losses[kind === OUTCOME_CODES.a ? b : a]! += 1;
    }
  });
  if (used === 0) throw noComparisons(columns, excluded);
  return { table: builder.build(), used, excluded, wins, losses, ties };
}

/** Every comparison weighs 1 and has only its outcome: counts then say everything. */
function isPlain({ weight, shareA, length }: ComparisonColumns): boolean {
  if (shareA !== undefined) {
    for (let row = 0; row < length; row += 1) if (!Number.isNaN(shareA[row]!)) return false;
  }
  if (weight !== undefined) {
    for (let row = 0; row < length; row += 1) if (weight[row] !== 1) return false;
  }
  return true;
}

/** What to do about the commonest reason; the others say it themselves. */
const REMEDIES: Readonly<Record<string, string>> = {
  without_style: 'Style needs the texts of the answers in the file, or counts of them.',
  without_length: 'Lengths need the texts of the answers in the file, or counts of them.',
  invalid_weight: 'Weights lie between 1e-12 and 1e12.',
  without_baseline: 'No model was compared with the baseline: name another one.',
};

export function noComparisons(
  columns: Pick<ComparisonColumns, 'length'>,
  excluded: readonly ExcludedCount[],
): ArenaError {
  const remedy = excluded.map(({ reason }) => REMEDIES[reason]).findLast((text) => text !== undefined);
  return new ArenaError('no_comparisons', 'There is no comparison to rate from.', {
    hint:
      columns.length === 0
        ? 'Collect votes or verdicts first.'
        : `All ${columns.length} were left out: ${excluded.map(({ reason, count }) => `${reason} ${count}`).join(', ')}.${remedy === undefined ? '' : ` ${remedy}`}`,
    data: { read: columns.length, excluded },
  });
}
