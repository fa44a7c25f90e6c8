import type { Board } from '@agon/contract';
import { COMPARISON_SOURCES } from '@agon/domain';
import type { CampaignComparisons, ComparisonBlock } from '../ports/comparison-store.ts';

/** What there is to filter by, counted over both sources. */
export type FacetCounts = {
  /** How far each source was counted, and of which state. */
  readonly seen: Readonly<Record<'people' | 'judges', Pick<ComparisonBlock, 'length' | 'rewritten'>>>;
  /** Comparisons that count, by place of the category and language; 0: none. */
  readonly categories: number[];
  readonly languages: number[];
  /** By code. */
  readonly judges: number[];
  /** Turns that rows name, excluded ones among them. */
  readonly turns: ReadonlySet<number>;
};

export function facetCounts(): FacetCounts {
  const nothing = { length: 0, rewritten: 0 };
  return {
    seen: { people: nothing, judges: nothing },
    categories: [],
    languages: [],
    judges: [],
    turns: new Set(),
  };
}

/** The counts brought up to date: only added rows are looked at, unless one that was counted has changed. */
export function countFacets(before: FacetCounts, comparisons: CampaignComparisons): FacetCounts {
  const { seen } = before;
  const goesOn = COMPARISON_SOURCES.every(
    (source) =>
      seen[source].length === 0 ||
      (seen[source].rewritten === comparisons[source].rewritten &&
        seen[source].length <= comparisons[source].length),
  );
  const base = goesOn ? before : facetCounts();
  const categories = [...base.categories];
  const languages = [...base.languages];
  const judges = [...base.judges];
  const turns = new Set(base.turns);
  const add = (counts: number[], at: number) => {
    counts[at] = (counts[at] ?? 0) + 1;
  };
  for (const source of COMPARISON_SOURCES) {
    const { length, excluded, category, language, turn, rater } = comparisons[source];
    let lastTurn = 0;
    for (let row = base.seen[source].length; row < length; row += 1) {
      const shown = turn[row]!;
      if (shown !== lastTurn) {
        lastTurn = shown;
        if (shown !== 0) turns.add(shown);
      }
      if (excluded[row] !== 0) continue;
      add(categories, category[row]!);
      add(languages, language[row]!);
      if (source === 'judges') add(judges, rater[row]!);
    }
  }
  const upTo = ({ length, rewritten }: ComparisonBlock) => ({ length, rewritten });
  return {
    seen: { people: upTo(comparisons.people), judges: upTo(comparisons.judges) },
    categories,
    languages,
    judges,
    turns,
  };
}

export function presentFacets(counts: FacetCounts, comparisons: CampaignComparisons): Board['facets'] {
  const list = (found: readonly number[], nameOf: (at: number) => string | undefined) =>
    found
      .flatMap((count, at) => {
        const name = nameOf(at);
        return count > 0 && name !== undefined ? [{ name, comparisons: count }] : [];
      })
      .sort((x, y) => y.comparisons - x.comparisons || (x.name < y.name ? -1 : 1));
  return {
    categories: list(counts.categories, (at) => comparisons.categories[at - 1]),
    languages: list(counts.languages, (at) => comparisons.languages[at - 1]),
    turns: [...counts.turns].sort((x, y) => x - y),
    judges: list(counts.judges, (code) => comparisons.raters.judges.nameOf(code)).map(({ name }) => name),
  };
}
