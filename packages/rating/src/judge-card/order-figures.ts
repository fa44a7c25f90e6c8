import { type ClusterPart, ClusterParts, clusteredMean } from './clustered-share.ts';
import type { CardItem, CardLabel, CardOrder, CardVerdict, Estimate } from './judged-item.ts';

/** Share with what it counts. */
type CountedShare = Estimate & { readonly part: number; readonly of: number };

export type OrderFigures = {
  /** Items with the same verdict in both orders. */
  readonly consistency: CountedShare;
  /** The same for verdicts that know nothing of the answers but prefer slots as this judge does. */
  readonly consistencyByChance: number | null;
  /** Items whose winner was the answer shown first, whichever that was; and those with a tie in one order alone. */
  readonly changedToFirst: number;
  readonly changedToSecond: number;
  readonly changedByTie: number;
  /** Pairs of verdicts on the same item in the same order. */
  readonly repeatability: CountedShare;
  readonly repeatabilityByChance: number | null;
  /** Verdicts that name a winner: the answer shown first. 0.5 without slot bias. */
  readonly firstSlot: CountedShare;
  /** Mean slot bias b of items with probabilities in both orders, logits; > 0 prefers what is shown first. */
  readonly slotBias: Estimate & { readonly items: number };
  readonly gaps: readonly GapFigures[];
};

/** Verdicts on pairs of models whose ratings by people differ so much. */
type GapFigures = {
  /** Elo points, from this one on and below `below`; null: no upper end. */
  readonly from: number;
  readonly below: number | null;
  readonly firstSlot: CountedShare;
  readonly slotBias: Estimate & { readonly items: number };
};

/** How far a and b are apart when the answers are shown each way: ℓ₁ = d + b, ℓ₂ = b − d for the slot shown first. */
export type SwapParts = { readonly preference: number; readonly slotBias: number };

export type OrderedItem = CardItem & { readonly swap: SwapParts | null };

const GAP_ENDS = [0, 50, 100, 200, 300] as const;

/**
 * What showing the answers the other way round changes, and what asking again does.
 * @param gapOf how far people's ratings of the item's models are apart, Elo points; null: not rated
 */
export function orderFigures(
  items: readonly OrderedItem[],
  gapOf: (item: CardItem) => number | null,
): OrderFigures {
  const consistency = new ClusterParts();
  const repeats = new ClusterParts();
  const first = new ClusterParts();
  const gaps = GAP_ENDS.map(() => ({ first: new ClusterParts(), bias: new Map<string, ClusterPart>() }));
  const bias = new Map<string, ClusterPart>();
  const shown = { first: 0, second: 0, tie: 0 };
  const twice = { first: 0, second: 0, tie: 0 };
  let [changedToFirst, changedToSecond, changedByTie] = [0, 0, 0];
  for (const item of items) {
    const gap = gapOf(item);
    const band = gap === null ? -1 : GAP_ENDS.findLastIndex((end) => gap >= end);
    const straight = firstIn(item, 'ab');
    const swapped = firstIn(item, 'ba');
    if (straight !== null && swapped !== null) {
      consistency.add(item.prompt, Number(straight === swapped), 1);
      shown[slotOf(straight, 'ab')] += 1;
      shown[slotOf(swapped, 'ba')] += 1;
      if (straight === 'tie' || swapped === 'tie') changedByTie += Number(straight !== swapped);
      else if (straight !== swapped) {
        if (straight === 'a') changedToFirst += 1;
        else changedToSecond += 1;
      }
    }
    for (const order of ['ab', 'ba'] as const) {
      const said = item.verdicts.filter((verdict) => verdict.order === order);
      for (let i = 0; i < said.length; i += 1) {
        for (let j = i + 1; j < said.length; j += 1) {
          repeats.add(item.prompt, Number(said[i]!.label === said[j]!.label), 1);
        }
        if (said.length > 1) twice[slotOf(said[i]!.label, order)] += 1;
      }
      for (const { label } of said) {
        if (label === 'tie') continue;
        const isFirst = Number(slotOf(label, order) === 'first');
        first.add(item.prompt, isFirst, 1);
        if (band >= 0) gaps[band]!.first.add(item.prompt, isFirst, 1);
      }
    }
    if (item.swap !== null) {
      addTo(bias, item.prompt, item.swap.slotBias);
      if (band >= 0) addTo(gaps[band]!.bias, item.prompt, item.swap.slotBias);
    }
  }
  const both = shares(shown);
  const again = shares(twice);
  return {
    consistency: counted(consistency),
    consistencyByChance: both === null ? null : 2 * both.first * both.second + both.tie ** 2,
    changedToFirst,
    changedToSecond,
    changedByTie,
    repeatability: counted(repeats),
    repeatabilityByChance: again === null ? null : again.first ** 2 + again.second ** 2 + again.tie ** 2,
    firstSlot: counted(first),
    slotBias: meanOf(bias),
    gaps: gaps.map((own, k) => ({
      from: GAP_ENDS[k]!,
      below: GAP_ENDS[k + 1] ?? null,
      firstSlot: counted(own.first),
      slotBias: meanOf(own.bias),
    })),
  };
}

function firstIn(item: CardItem, order: CardOrder): CardLabel | null {
  let best: CardVerdict | null = null;
  for (const verdict of item.verdicts) {
    if (verdict.order === order && (best === null || verdict.repeat < best.repeat)) best = verdict;
  }
  return best?.label ?? null;
}

function slotOf(label: CardLabel, order: 'ab' | 'ba'): 'first' | 'second' | 'tie' {
  if (label === 'tie') return 'tie';
  return (label === 'a') === (order === 'ab') ? 'first' : 'second';
}

function shares(counts: Readonly<Record<'first' | 'second' | 'tie', number>>): typeof counts | null {
  const all = counts.first + counts.second + counts.tie;
  if (all === 0) return null;
  return { first: counts.first / all, second: counts.second / all, tie: counts.tie / all };
}

function counted(parts: ClusterParts): CountedShare {
  const share = parts.share();
  const of = parts.whole;
  return { ...share, part: share.value === null ? 0 : Math.round(share.value * of), of };
}

function addTo(sums: Map<string, ClusterPart>, cluster: string, value: number): void {
  const own = sums.get(cluster) ?? { part: 0, whole: 0 };
  own.part += value;
  own.whole += 1;
  sums.set(cluster, own);
}

function meanOf(sums: Map<string, ClusterPart>): Estimate & { readonly items: number } {
  const clusters = [...sums.values()];
  return { ...clusteredMean(clusters), items: clusters.reduce((sum, { whole }) => sum + whole, 0) };
}
