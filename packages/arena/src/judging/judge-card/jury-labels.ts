import { fitDawidSkene } from '@agon/rating';
import type { CardLabel } from '@agon/rating/judge-card';
import type { HeldItem } from './read-cells.ts';

/** `mean`: of the calibrated preferences; `majority`: of the verdicts; `dawid_skene`: weighed by each judge's errors. */
export const JURY_WAYS = ['mean', 'majority', 'dawid_skene'] as const;
export type JuryWay = (typeof JURY_WAYS)[number];

const LABELS: readonly CardLabel[] = ['a', 'b', 'tie'];

/**
 * What a jury of judges says of each item that all of them judged.
 * @param preferences by item and judge, on people's scale
 * @param subjects of the judges, as `said` numbers them
 * @param chosen numbers of the judges in the jury
 */
export function juryLabels(
  way: JuryWay,
  items: readonly HeldItem[],
  preferences: readonly (readonly (number | null)[])[],
  subjects: readonly number[],
  chosen: readonly number[],
): Map<HeldItem, readonly CardLabel[]> {
  const judged = items.flatMap((item, k) => {
    const own = chosen.map((judge) => preferences[k]![judge]!);
    return own.every((share) => share !== null)
      ? [{ item, mean: own.reduce((sum, share) => sum + share, 0) / own.length }]
      : [];
  });
  if (way === 'mean') return new Map(judged.map(({ item, mean }) => [item, [labelOf(mean)]]));
  const said = judged.flatMap(({ item }, at) =>
    chosen.flatMap((judge) =>
      item.said[subjects[judge]!]!.map(({ label }) => ({
        item: at,
        rater: judge,
        label: LABELS.indexOf(label),
      })),
    ),
  );
  if (way === 'majority') {
    const counts = judged.map(() => [0, 0, 0]);
    for (const { item, label } of said) counts[item]![label]! += 1;
    return new Map(judged.map(({ item }, at) => [item, [mostOf(counts[at]!)]]));
  }
  const { posterior } = fitDawidSkene(said, judged.length, Math.max(0, ...chosen) + 1, LABELS.length);
  return new Map(
    judged.map(({ item }, at) => [item, [mostOf(Array.from(posterior.subarray(3 * at, 3 * at + 3)))]]),
  );
}

function labelOf(share: number): CardLabel {
  if (Math.abs(share - 0.5) < 1e-9) return 'tie';
  return share > 0.5 ? 'a' : 'b';
}

/** The label with most; a tie where two share the first place. */
function mostOf(weights: readonly number[]): CardLabel {
  const most = Math.max(...weights);
  const first = weights.flatMap((weight, k) => (weight > most - 1e-9 ? [k] : []));
  return first.length === 1 ? LABELS[first[0]!]! : 'tie';
}
