import type { Board } from '@agon/contract';
import { COMPARISON_SOURCES, type ComparisonSource } from '@agon/domain';
import { type CampaignComparisons, type ComparisonBlock, GONE } from '../ports/comparison-store.ts';
import { changesSince, endOfChanges } from './changes-since.ts';

type Seen = Pick<ComparisonBlock, 'length' | 'rewritten'> & { readonly applied: number };

/** What there is to filter by, counted over both sources. */
export type FacetCounts = {
  /** How far each source was counted, and of which state. */
  readonly seen: Readonly<Record<ComparisonSource, Seen>>;
  /** Comparisons that count, by place of the category and language; 0: none. */
  readonly categories: number[];
  readonly languages: number[];
  /** By code. */
  readonly judges: number[];
  /** Turns that rows name, excluded ones among them. */
  readonly turns: ReadonlySet<number>;
};

export function facetCounts(): FacetCounts {
  const nothing = { length: 0, rewritten: 0, applied: 0 };
  return {
    seen: { people: nothing, judges: nothing },
    categories: [],
    languages: [],
    judges: [],
    turns: new Set(),
  };
}

/** The counts brought up to date: only rows that were added or changed are looked at. */
export function countFacets(before: FacetCounts, comparisons: CampaignComparisons): FacetCounts {
  const { seen } = before;
  const goesOn = COMPARISON_SOURCES.every((source) => canGoOn(seen[source], comparisons[source]));
  const base = goesOn ? before : facetCounts();
  const categories = [...base.categories];
  const languages = [...base.languages];
  const judges = [...base.judges];
  const turns = new Set(base.turns);
  const add = (counts: number[], at: number, change: 1 | -1) => {
    counts[at] = (counts[at] ?? 0) + change;
  };
  for (const source of COMPARISON_SOURCES) {
    const { length, excluded, category, language, turn, rater } = comparisons[source];
    const count = (row: number, change: 1 | -1) => {
      add(categories, category[row]!, change);
      add(languages, language[row]!, change);
      if (source === 'judges' && rater[row]! >= 0) add(judges, rater[row]!, change);
    };
    const { length: counted, applied } = base.seen[source];
    for (const { row, before: was, after } of changesSince(comparisons[source], applied) ?? []) {
      if (row >= counted) continue;
      if (was.excluded === 0) count(row, -1);
      if (after.excluded === 0) count(row, 1);
    }
    let lastTurn = 0;
    for (let row = counted; row < length; row += 1) {
      if (excluded[row] === GONE) continue;
      const shown = turn[row]!;
      if (shown !== lastTurn) {
        lastTurn = shown;
        if (shown !== 0) turns.add(shown);
      }
      if (excluded[row] === 0) count(row, 1);
    }
  }
  const upTo = (block: ComparisonBlock): Seen => ({
    length: block.length,
    rewritten: block.rewritten,
    applied: endOfChanges(block),
  });
  return {
    seen: { people: upTo(comparisons.people), judges: upTo(comparisons.judges) },
    categories,
    languages,
    judges,
    turns,
  };
}

function canGoOn({ length, rewritten, applied }: Seen, block: ComparisonBlock): boolean {
  if (length === 0) return true;
  if (rewritten !== block.rewritten || length > block.length) return false;
  const changes = changesSince(block, applied);
  // turns of rows that are gone may have been theirs alone
  return changes?.every(({ before, after }) => before.excluded !== GONE && after.excluded !== GONE) ?? false;
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
