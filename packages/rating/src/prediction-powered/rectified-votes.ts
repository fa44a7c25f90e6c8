import type { ComparisonColumns, RatingSettings } from '@agon/domain';
import type { PairTable } from '../pairs/pair-table.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { Core } from '../rate-cores.ts';
import type { JudgedBattles } from './judged-battles.ts';

/**
 * What judges add to people's votes inside one group, entry by entry: the votes first, then the battles that judges
 * decided. Everything is told from `i`'s side, i < j.
 */
export type RectifiedVotes = {
  readonly votes: number;
  readonly length: number;
  readonly i: Int32Array;
  readonly j: Int32Array;
  /** Votes: weight, and i's share of the point; battles: 0. */
  readonly weight: Float64Array;
  readonly share: Float64Array;
  /**
   * What one unit of trust in the judges takes off i's points: the judges' share on the vote's battle less their mean
   * over the pair; for battles, their part in that mean. It sums to 0 in expectation, whatever the judges' taste.
   */
  readonly control: Float64Array;
  /** Clusters, or -1 where unknown. A battle has no rater. */
  readonly battle: Int32Array;
  readonly rater: Int32Array;
  readonly prompt: Int32Array;
  readonly pairedVotes: number;
  /** Battles on pairs that people judged, too; and those of them on which nobody voted. */
  readonly judgedBattles: number;
  readonly extraBattles: number;
  /** Verdicts on those battles. */
  readonly verdicts: number;
};

/** Of one pair: weight of the votes with a verdict; battles that judges decided, and the sum of their shares. */
type Pair = { paired: number; battles: number; shares: number };

export function rectifyVotes(
  people: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  { place, table }: Pick<Core, 'place' | 'table'>,
  judged: JudgedBattles,
): RectifiedVotes {
  const m = table.models;
  const pairs = new Map<number, Pair>();
  const pairOf = (i: number, j: number): Pair => {
    const key = i * m + j;
    const known = pairs.get(key) ?? { paired: 0, battles: 0, shares: 0 };
    pairs.set(key, known);
    return known;
  };
  const votes: { row: number; i: number; j: number; weight: number; share: number; battle: number }[] = [];
  const voted = new Uint8Array(judged.length);
  scanComparisons(people, settings, (row, a, b, points, weight) => {
    const [first, second] = [place[a]!, place[b]!];
    if (first < 0 || second < 0) return;
    const straight = first < second;
    const [i, j] = straight ? [first, second] : [second, first];
    const battle = judged.battleOf(people, row);
    votes.push({ row, i, j, weight, share: straight ? points : 1 - points, battle });
    if (battle < 0) return;
    voted[battle] = 1;
    pairOf(i, j).paired += weight;
  });
  const battles: number[] = [];
  for (let battle = 0; battle < judged.length; battle += 1) {
    // members are numbered in the order of their codes, so low stays low
    const [i, j] = [place[judged.low[battle]!]!, place[judged.high[battle]!]!];
    const pair = i < 0 || j < 0 ? undefined : pairs.get(i * m + j);
    if (pair === undefined) continue;
    pair.battles += 1;
    pair.shares += judged.share[battle]!;
    battles.push(battle);
  }
  const meanOf = (i: number, j: number): number =>
    pairs.get(i * m + j)!.shares / pairs.get(i * m + j)!.battles;
  const length = votes.length + battles.length;
  const rectified = {
    i: new Int32Array(length),
    j: new Int32Array(length),
    weight: new Float64Array(length),
    share: new Float64Array(length),
    control: new Float64Array(length),
    battle: new Int32Array(length).fill(-1),
    rater: new Int32Array(length).fill(-1),
    prompt: new Int32Array(length).fill(-1),
  };
  votes.forEach(({ row, i, j, weight, share, battle }, at) => {
    rectified.i[at] = i;
    rectified.j[at] = j;
    rectified.weight[at] = weight;
    rectified.share[at] = share;
    rectified.battle[at] = battle;
    rectified.rater[at] = people.rater?.[row] ?? -1;
    rectified.prompt[at] = people.prompt?.[row] ?? -1;
    if (battle >= 0) rectified.control[at] = weight * (judged.share[battle]! - meanOf(i, j));
  });
  battles.forEach((battle, k) => {
    const at = votes.length + k;
    const [i, j] = [place[judged.low[battle]!]!, place[judged.high[battle]!]!];
    const pair = pairs.get(i * m + j)!;
    rectified.i[at] = i;
    rectified.j[at] = j;
    rectified.battle[at] = battle;
    rectified.prompt[at] = judged.prompt[battle]!;
    rectified.control[at] = -(pair.paired / pair.battles) * (judged.share[battle]! - meanOf(i, j));
  });
  return {
    ...rectified,
    votes: votes.length,
    length,
    pairedVotes: votes.reduce((sum, { battle }) => sum + Number(battle >= 0), 0),
    judgedBattles: battles.length,
    extraBattles: battles.reduce((sum, battle) => sum + Number(voted[battle] === 0), 0),
    verdicts: battles.reduce((sum, battle) => sum + judged.verdicts[battle]!, 0),
  };
}

/** People's points less λ times what the judges' verdicts explain of their chance: a table for Bradley and Terry. */
export function rectifyTable(table: PairTable, rectified: RectifiedVotes, lambda: number): PairTable {
  const m = table.models;
  const cellOf = new Map<number, number>();
  for (let cell = 0; cell < table.cells; cell += 1)
    cellOf.set(table.low[cell]! * m + table.high[cell]!, cell);
  const points = Float64Array.from(table.points);
  for (let at = 0; at < rectified.votes; at += 1) {
    points[cellOf.get(rectified.i[at]! * m + rectified.j[at]!)!]! -= lambda * rectified.control[at]!;
  }
  return { ...table, points, plain: false };
}
