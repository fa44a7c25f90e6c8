import type { Comparison, ComparisonSource } from '@agon/domain';
import type { CampaignComparisons } from '../ports/comparison-store.ts';
import type { ComparisonView } from './comparison-view.ts';
import { rowAsComparison } from './row-as-comparison.ts';

/** Buckets for each row: few rows meet a stranger in theirs. */
const BUCKETS = 4;

/**
 * The comparisons of both sources as objects, without those that certainly stand alone in their battle: agreement is
 * told from battles with company, so the others would change nothing and cost memory. Names are codes.
 */
export function listSharedBattles(
  comparisons: CampaignComparisons,
  people: ComparisonView,
  judges: ComparisonView,
): Readonly<Record<ComparisonSource, readonly Comparison[]>> {
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, BUCKETS * (people.length + judges.length))));
  const met = new Uint8Array(size);
  const names = new Map<string, number>();
  /** Both sources number their models by themselves; the hash needs one numbering. */
  const shared = [people, judges].map((view) =>
    comparisons[view.source].models.map((name) => {
      const known = names.get(name) ?? names.size;
      names.set(name, known);
      return known;
    }),
  );
  const views = [people, judges] as const;
  const bucketOf = (view: ComparisonView, models: readonly number[], row: number): number => {
    const { a, b, prompt, turn } = comparisons[view.source];
    const [x, y] = [models[a[row]!]!, models[b[row]!]!];
    let mixed = Math.imul(prompt[row]! + 1, 0x9e3779b1) ^ Math.imul(turn[row]! + 1, 0x85ebca77);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) ^ Math.imul(Math.min(x, y) + 1, 0xc2b2ae3d);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0x297a2d39) ^ Math.imul(Math.max(x, y) + 1, 0x27d4eb2f);
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x165667b1);
    return (mixed ^ (mixed >>> 15)) & (size - 1);
  };
  views.forEach((view, i) => {
    for (const row of view.places()) {
      const bucket = bucketOf(view, shared[i]!, row);
      if (met[bucket]! < 2) met[bucket]! += 1;
    }
  });
  const list = (i: 0 | 1): Comparison[] => {
    const view = views[i];
    const rows: Comparison[] = [];
    for (const row of view.places()) {
      if (met[bucketOf(view, shared[i]!, row)]! < 2) continue;
      rows.push(rowAsComparison(comparisons, view, row));
    }
    return rows;
  };
  return { people: list(0), judges: list(1) };
}
