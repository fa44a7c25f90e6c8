import type { Comparison, ComparisonSource } from '@agon/domain';
import { measureOrders, type OrderStatistics, type TwoOrders } from './measure-orders.ts';

/** One judge, or one person, on the battles that it decided with the answers in both orders. */
export type RaterOrders = OrderStatistics & { readonly rater: string; readonly source: ComparisonSource };

type Label = NonNullable<TwoOrders['gold']>;
/** What was said of one battle, told from the model whose name comes first. */
type Battle = {
  /** By rater: the first verdict with that model shown first, and the first with it shown second. */
  readonly byRater: Map<string, { straight?: Label; swapped?: Label }>;
  /** People's votes, with their raters. */
  readonly people: { readonly rater: string; readonly label: Label }[];
};

/**
 * Position bias rater by rater, most items first; raters who saw no battle in both orders are left out. What is right
 * is what more than half of the people say, the rater not among them; where none do, only consistency is measured.
 */
export function measureRaterOrders(
  rows: Iterable<Comparison>,
  options: { readonly seed: number; readonly rounds?: number; readonly turn?: number },
): RaterOrders[] {
  const items = new Map<string, TwoOrders[]>();
  for (const { byRater, people } of groupBattles(rows, options.turn)) {
    for (const [rater, { straight, swapped }] of byRater) {
      if (straight === undefined || swapped === undefined) continue;
      const known = items.get(rater) ?? [];
      known.push({ gold: majorityOf(people, rater), straight, swapped });
      items.set(rater, known);
    }
  }
  return [...items]
    .map(([key, pairs]): RaterOrders => {
      const [source, rater] = JSON.parse(key) as [ComparisonSource, string];
      return { rater, source, ...measureOrders(pairs, options) };
    })
    .sort((x, y) => y.items - x.items || (x.rater < y.rater ? -1 : 1));
}

function groupBattles(rows: Iterable<Comparison>, turn: number | undefined): Iterable<Battle> {
  const battles = new Map<string, Battle>();
  for (const row of rows) {
    const { modelA, modelB, promptKey, rater, source, outcome } = row;
    if (promptKey === undefined || rater === undefined || modelA === modelB) continue;
    if (turn !== undefined && row.turn !== turn) continue;
    const isStraight = modelA < modelB;
    const pair = isStraight ? [modelA, modelB] : [modelB, modelA];
    const key = JSON.stringify([promptKey, row.turn ?? null, ...pair]);
    const battle: Battle = battles.get(key) ?? { byRater: new Map(), people: [] };
    battles.set(key, battle);
    const decided = outcome === 'a' || outcome === 'b';
    const label: Label = !decided ? 'tie' : (outcome === 'a') === isStraight ? 'a' : 'b';
    const name = JSON.stringify([source, rater]);
    const orders = battle.byRater.get(name) ?? {};
    battle.byRater.set(name, orders);
    if (isStraight) orders.straight ??= label;
    else orders.swapped ??= label;
    if (source === 'people') battle.people.push({ rater: name, label });
  }
  return battles.values();
}

function majorityOf(people: Battle['people'], except: string): Label | null {
  const others = people.filter(({ rater }) => rater !== except);
  const labels: readonly Label[] = ['a', 'b', 'tie'];
  return (
    labels.find((label) => 2 * others.filter((vote) => vote.label === label).length > others.length) ?? null
  );
}
