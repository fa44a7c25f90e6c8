import type { Weights } from '#lib/board/switches/weights.ts';
import { compositeOrder, type ModelSources } from '#lib/board/tables/sources.ts';

type RibbonLine = {
  readonly model: string;
  /** Place at each step, 1 the first; null where nothing with weight has measured it. */
  readonly places: readonly (number | null)[];
};

export type RankRibbon = {
  /** Weight of benchmarks at each step, 0..1. */
  readonly shares: readonly number[];
  readonly lines: readonly RibbonLine[];
  /** The weight of benchmarks now, 0..1. */
  readonly now: number;
  /** Who changes most places between now and benchmarks alone; null where nobody does. */
  readonly mover: { readonly model: string; readonly gain: number } | null;
};

/**
 * Each model's place as benchmarks take more of the weight. The rest stays split between people and judges as it is now
 * (in halves where neither has weight).
 * @param steps at least 2
 */
export function rankRibbon(models: readonly ModelSources[], weights: Weights, steps = 41): RankRibbon {
  const total = weights.people + weights.judges + weights.benchmarks;
  const now = total === 0 ? 0 : weights.benchmarks / total;
  const others = weights.people + weights.judges;
  const ofPeople = others === 0 ? 0.5 : weights.people / others;
  const at = (share: number): Weights => ({
    people: (1 - share) * ofPeople,
    judges: (1 - share) * (1 - ofPeople),
    benchmarks: share,
  });
  const shares = Array.from({ length: steps }, (_, i) => i / (steps - 1));
  const orders = shares.map((share) => compositeOrder(models, at(share)));
  const nowOrder = compositeOrder(models, at(now));
  const placeIn = (order: readonly string[], model: string) => {
    const i = order.indexOf(model);
    return i < 0 ? null : i + 1;
  };
  const shown = [...nowOrder, ...orders.flat().filter((model) => !nowOrder.includes(model))];
  const lines = [...new Set(shown)].map((model) => ({
    model,
    places: orders.map((order) => placeIn(order, model)),
  }));
  let mover: { model: string; gain: number } | null = null;
  for (const { model, places } of lines) {
    const [from, to] = [placeIn(nowOrder, model), places.at(-1) ?? null];
    if (from === null || to === null || from === to) continue;
    if (mover === null || Math.abs(from - to) > Math.abs(mover.gain)) mover = { model, gain: from - to };
  }
  return { shares, lines, now, mover };
}
