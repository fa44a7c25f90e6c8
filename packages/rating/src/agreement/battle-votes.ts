import type { Comparison } from '@agon/domain';

/** Labels in one battle's own orientation: first model, second model, tie (both bad counts as one). */
export const LABELS = 3;
export const TIE_LABEL = 2;

export type OrientedVote = {
  readonly row: Comparison;
  readonly label: number;
  /** The first model's share of the point, where the source says it finer than the outcome does. */
  readonly share: number | null;
};
/** All that was said about one prompt, pair of models and turn. */
export type BattleVotes = readonly OrientedVote[];

/**
 * Groups comparisons by prompt, pair of models and turn, and tells all of a battle's outcomes from one side: the side
 * order that most of them used, so that kappa keeps the slots as shown where everybody saw the same; on equal counts,
 * models by name. Comparisons without a prompt belong to no battle and are counted as `unplaced`.
 */
export function groupByBattle(rows: Iterable<Comparison>): {
  readonly battles: readonly BattleVotes[];
  readonly unplaced: number;
} {
  const grouped = new Map<string, Comparison[]>();
  let unplaced = 0;
  for (const row of rows) {
    if (row.promptKey === undefined || row.modelA === row.modelB) {
      unplaced += 1;
      continue;
    }
    const pair = isSwapped(row) ? [row.modelB, row.modelA] : [row.modelA, row.modelB];
    const key = JSON.stringify([row.promptKey, row.turn ?? null, ...pair]);
    const known = grouped.get(key);
    if (known === undefined) grouped.set(key, [row]);
    else known.push(row);
  }
  return { battles: [...grouped.values()].map(orient), unplaced };
}

function orient(rows: readonly Comparison[]): BattleVotes {
  const swapped = rows.filter(isSwapped).length;
  const turned = swapped > rows.length - swapped;
  return rows.map((row) => {
    const straight = isSwapped(row) === turned;
    const share = row.shareA === undefined ? null : straight ? row.shareA : 1 - row.shareA;
    if (row.outcome === 'tie' || row.outcome === 'both_bad') return { row, label: TIE_LABEL, share };
    return { row, label: (row.outcome === 'a') === straight ? 0 : 1, share };
  });
}

function isSwapped(row: Comparison): boolean {
  return row.modelA > row.modelB;
}
