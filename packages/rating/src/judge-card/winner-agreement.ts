import { cohenKappa, student95 } from '@agon/stats';
import { ClusterParts } from './clustered-share.ts';
import type { CardItem, CardLabel, Estimate, Speaker } from './judged-item.ts';

/** How often one speaker repeats the winners that another names. */
export type WinnerAgreement = {
  /** Of the winners that `from` names, the share that `to` names, too; a tie of `to` is a miss. 0..1. */
  readonly agreement: Estimate;
  /** Cohen's kappa over a, b and tie, ties of both sides included; told from both slots, so that it has no first side. */
  readonly kappa: Estimate;
  /** Statements of `from` that name a winner, where `to` says something. */
  readonly n: number;
  /** Items that both spoke of. */
  readonly items: number;
};

type Pairable = Pick<CardItem, 'prompt' | 'weight'>;

/**
 * The one rule of a report card, for judge, rules without a model and people alike: a statement that names a winner is
 * repeated or it is not, and a tie does not repeat it. Several statements of `to` on one item count in parts, so that a
 * statement of `from` weighs one. A speaker held against itself (two people) is held against its other statements.
 * Intervals are by prompt.
 */
export function winnerAgreement<Item extends Pairable>(
  items: readonly Item[],
  from: Speaker<Item>,
  to: Speaker<Item>,
): WinnerAgreement {
  const parts = new ClusterParts();
  const tables = new Map<string, Float64Array>();
  let [n, shared] = [0, 0];
  for (const item of items) {
    const [said, heard] = [from(item), to(item)];
    const itself = from === to;
    if (said.length === 0 || heard.length - Number(itself) < 1) continue;
    shared += 1;
    const counts = count(heard);
    const others = heard.length - Number(itself);
    const weight = item.weight ?? 1;
    const table = tables.get(item.prompt) ?? new Float64Array(9);
    tables.set(item.prompt, table);
    for (const label of said) {
      const same = (counts[label] - Number(itself)) / others;
      if (label !== 'tie') {
        parts.add(item.prompt, weight * same, weight);
        n += 1;
      }
      for (const other of LABELS) {
        const times = (weight * (counts[other] - Number(itself && other === label))) / others;
        table[PLACE[label] * 3 + PLACE[other]]! += times / 2;
        table[PLACE[TURNED[label]] * 3 + PLACE[TURNED[other]]]! += times / 2;
      }
    }
  }
  return { agreement: parts.share(), kappa: kappaOf([...tables.values()]), n, items: shared };
}

const LABELS: readonly CardLabel[] = ['a', 'b', 'tie'];
const PLACE = { a: 0, b: 1, tie: 2 } as const;
const TURNED = { a: 'b', b: 'a', tie: 'tie' } as const;

function count(labels: readonly CardLabel[]): Record<CardLabel, number> {
  const counts = { a: 0, b: 0, tie: 0 };
  for (const label of labels) counts[label] += 1;
  return counts;
}

/** Kappa of all clusters together; its interval by leaving out one cluster at a time (jackknife). */
function kappaOf(tables: readonly Float64Array[]): Estimate {
  const total = new Float64Array(9);
  for (const table of tables) for (let k = 0; k < 9; k += 1) total[k]! += table[k]!;
  const value = cohenKappa(total, 3);
  const groups = tables.length;
  if (value === null || groups < 2) return { value, low: null, high: null };
  const rest = new Float64Array(9);
  const left: number[] = [];
  for (const table of tables) {
    for (let k = 0; k < 9; k += 1) rest[k] = Math.max(0, total[k]! - table[k]!);
    const without = cohenKappa(rest, 3);
    if (without !== null) left.push(without);
  }
  if (left.length < groups) return { value, low: null, high: null };
  const mean = left.reduce((sum, each) => sum + each, 0) / groups;
  const squares = left.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const half = student95(groups - 1) * Math.sqrt(((groups - 1) / groups) * squares);
  return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
}
