import { type Comparison, DEFAULT_RATING_SETTINGS, isArenaError, toColumns } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import type { CardItem, CardLabel, Estimate } from '@agon/rating/judge-card';

/** Ratings by model, Elo points; null where nothing can be fitted. */
export type CardRatings = ReadonlyMap<string, Estimate>;

/** Bradley–Terry of what somebody says of a card's battles; each of several statements counts by `weightOf`. */
export function rateItems<Item extends CardItem>(
  items: readonly Item[],
  said: (item: Item) => readonly CardLabel[],
  weightOf: (item: Item) => number,
): CardRatings {
  const rows = items.flatMap((item): Comparison[] =>
    said(item).map((label) => ({
      modelA: item.modelA,
      modelB: item.modelB,
      outcome: label,
      source: 'people',
      promptKey: item.prompt,
      weight: weightOf(item),
    })),
  );
  try {
    const { models } = fitRatings(toColumns(rows), { ...DEFAULT_RATING_SETTINGS, cluster: 'prompt' });
    return new Map(
      models.map(({ model, rating, low, high }) => [model, { value: rating, low, high }] as const),
    );
  } catch (error) {
    // too little to fit: no ratings, which the card says
    if (isArenaError(error) && error.kind !== 'bug') return new Map();
    throw error;
  }
}

/** Spearman's correlation over models that both rate; null with fewer than three. */
export function rankCorrelation(x: CardRatings, y: CardRatings): number | null {
  const both = [...x].flatMap(([model, own]) => {
    const other = y.get(model)?.value ?? null;
    return own.value === null || other === null ? [] : [[own.value, other] as const];
  });
  if (both.length < 3) return null;
  const [ranksX, ranksY] = [ranksOf(both.map(([value]) => value)), ranksOf(both.map(([, value]) => value))];
  const mean = (both.length + 1) / 2;
  let [xx, yy, xy] = [0, 0, 0];
  ranksX.forEach((rank, k) => {
    const [dx, dy] = [rank - mean, ranksY[k]! - mean];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
}

/** From 1; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}
