/** Elo points in one logit: 400 / ln 10. */
export const ELO_PER_LOGIT = 400 / Math.LN10;

/** Expected share of the point for a model at `ratingA` against one at `ratingB`, both in Elo points; 0..1. */
export function winProbability(ratingA: number, ratingB: number): number {
  return logistic((ratingA - ratingB) / ELO_PER_LOGIT);
}

/** 1 / (1 + e^-x) without overflow. */
export function logistic(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}
