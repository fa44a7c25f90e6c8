import type { ComparisonSource } from './comparison.ts';

/** One ranking of several models that answered the same: what N-way votes and listwise judges say. */
export type Ranking = {
  /** From the best; models of one place are tied. At least two models with `unplaced`, none twice. */
  readonly places: readonly (readonly string[])[];
  /** Shown and left without a place: below all that have one, and nothing is said between them. */
  readonly unplaced: readonly string[];
  /** >= 0, 1 where the source has none. */
  readonly weight?: number;
  readonly source: ComparisonSource;
  readonly rater?: string;
  readonly promptKey?: string;
  readonly category?: string;
  readonly language?: string;
};
