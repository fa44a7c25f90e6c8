import { type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { PLAIN_POINTS } from './pair-table.ts';

/** `points`: slot a's share of the point, 0..1. `weight` > 0. `kind`: an outcome code, both bad read as a tie. */
export type VisitComparison = (
  row: number,
  a: number,
  b: number,
  points: number,
  weight: number,
  kind: number,
) => void;

export type ExcludedCount = { readonly reason: string; readonly count: number };

const REASONS = [
  'tie',
  'both_bad',
  'same_model',
  'zero_weight',
  'invalid_weight',
  'invalid_share',
  'invalid_outcome',
  'invalid_model',
] as const;
type Reason = (typeof REASONS)[number];

/** Weights outside are refused: their squares, and sums of them, would leave double precision. */
export const SMALLEST_WEIGHT = 1e-12;
export const LARGEST_WEIGHT = 1e12;

export function isUsableWeight(weight: number): boolean {
  return weight >= SMALLEST_WEIGHT && weight <= LARGEST_WEIGHT;
}

/** Visits every comparison that the tie policies let into a fit, in order; counts the others by reason. */
export function scanComparisons(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  visit: VisitComparison,
): { readonly used: number; readonly excluded: readonly ExcludedCount[] } {
  const { a, b, outcome, weight, shareA, length } = columns;
  const models = columns.models.length;
  const counts = new Map<Reason, number>();
  const exclude = (reason: Reason): void => {
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  };
  let used = 0;
  for (let row = 0; row < length; row += 1) {
    const first = a[row]!;
    const second = b[row]!;
    const code = outcome[row]!;
    const w = weight === undefined ? 1 : weight[row]!;
    const share = shareA === undefined ? Number.NaN : shareA[row]!;
    if (code < 0 || code > OUTCOME_CODES.both_bad) exclude('invalid_outcome');
    else if (first < 0 || second < 0 || first >= models || second >= models) exclude('invalid_model');
    else if (first === second) exclude('same_model');
    else if (w === 0) exclude('zero_weight');
    else if (!isUsableWeight(w)) exclude('invalid_weight');
    else if (share < 0 || share > 1) exclude('invalid_share');
    else if (code === OUTCOME_CODES.both_bad && settings.bothBad === 'drop') exclude('both_bad');
    else if (code >= OUTCOME_CODES.tie && settings.ties === 'drop') exclude('tie');
    else {
      const kind = Math.min(code, OUTCOME_CODES.tie);
      const points = Number.isNaN(share) ? PLAIN_POINTS[kind]! : share;
      used += 1;
      visit(row, first, second, points, w, kind);
    }
  }
  const excluded = REASONS.flatMap((reason) => {
    const count = counts.get(reason);
    return count === undefined ? [] : [{ reason, count }];
  });
  return { used, excluded };
}
