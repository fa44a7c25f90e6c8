import type { Board } from '@agon/contract';

export type SourceAgreement = {
  /** Models that both sources rate. */
  readonly models: number;
  /** Spread of the judges' ratings over the spread of the people's; above 1 judges see wider gaps. */
  readonly stretch: number | null;
  /** Spearman's rank correlation of the two ratings, −1..1. */
  readonly rankCorrelation: number | null;
};

/** How alike people and judges rate the models that both have rated. Null where fewer than three, or no spread. */
export function sourceAgreement(board: Pick<Board, 'people' | 'judges'>): SourceAgreement {
  const judged = new Map((board.judges?.models ?? []).map((row) => [row.model, row.rating]));
  const pairs = (board.people?.models ?? []).flatMap(({ model, rating }) => {
    const other = judged.get(model) ?? null;
    return rating === null || other === null ? [] : [{ people: rating, judges: other }];
  });
  const people = pairs.map((pair) => pair.people);
  const judges = pairs.map((pair) => pair.judges);
  if (pairs.length < 3 || spread(people) === 0 || spread(judges) === 0)
    return { models: pairs.length, stretch: null, rankCorrelation: null };
  return {
    models: pairs.length,
    stretch: spread(judges) / spread(people),
    rankCorrelation: correlation(ranksOf(people), ranksOf(judges)),
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function spread(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Ranks from 1, equals at the mean of their places. */
function ranksOf(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same + 1) / 2;
  });
}

function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - mx) * ((y[i] ?? 0) - my))) / (spread(x) * spread(y));
}
