import type { LabelKind } from './label-meaning.ts';

/** A value found where the outcome stands, how often, and what it is taken for; null: it is not known. */
export type SeenLabel = {
  readonly value: string;
  readonly count: number;
  readonly means: LabelKind | null;
};

/** Distinct values that are listed. More of them are no labels but something else, such as texts. */
const MAX_LISTED = 100;

/** The labels of a file with their counts, for asking only for those that are not known. */
export class LabelTally {
  readonly #seen = new Map<string, { count: number; means: LabelKind | null }>();
  #more = 0;

  count(value: string, means: LabelKind | null): void {
    const seen = this.#seen.get(value);
    if (seen !== undefined) seen.count += 1;
    else if (this.#seen.size < MAX_LISTED) this.#seen.set(value, { count: 1, means });
    else this.#more += 1;
  }

  /** Frequent ones first. `more`: rows whose label is not listed, after the first 100 distinct ones. */
  list(): { readonly labels: readonly SeenLabel[]; readonly more: number } {
    const labels = [...this.#seen].map(([value, { count, means }]) => ({ value, count, means }));
    return { labels: labels.sort((one, other) => other.count - one.count), more: this.#more };
  }
}
