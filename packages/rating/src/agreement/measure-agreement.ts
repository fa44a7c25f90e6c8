import type { Comparison } from '@agon/domain';
import { areaUnderCurve, bootstrapIntervals, cohenKappa, krippendorffAlpha } from '@agon/stats';
import { type BattleVotes, groupByBattle, LABELS, type OrientedVote, TIE_LABEL } from './battle-votes.ts';
import { type AgreementGrouping, nameSides } from './name-sides.ts';

export type AgreementOptions = {
  readonly by: AgreementGrouping;
  /** See `nameSides`. */
  readonly left?: string;
  readonly right?: string;
  /** Only votes on this turn, from 1. */
  readonly turn?: number;
  /** `keep`: a tie agrees with a tie (chance 1/3). `drop`: only where both chose a model (chance 1/2). */
  readonly ties: 'keep' | 'drop';
  readonly seed: number;
  /** Bootstrap rounds; 1000 where absent. */
  readonly rounds?: number;
};

/** Two sides on the battles that both judged. Shares 0..1; null: not to be told from this data. */
export type AgreementPair = {
  readonly left: string;
  readonly right: string;
  /** Pairs of votes compared, one from each side: what `agreement` is a share of. */
  readonly items: number;
  /** Different prompts, pairs of models and turns among them: what the intervals resample. */
  readonly battles: number;
  readonly agreement: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Cohen's kappa over first model, second model and tie. */
  readonly kappa: number | null;
  readonly kappaLow: number | null;
  readonly kappaHigh: number | null;
  /** Pairs of votes left out because one or both were ties. */
  readonly tiesDropped: number;
  /**
   * How well the finer shares of one side (a judge's probabilities) order the other side's choices: area under the ROC
   * curve, with its interval; null where neither side, or both, have shares.
   */
  readonly auc: number | null;
  readonly aucLow: number | null;
  readonly aucHigh: number | null;
};

export type Agreement = {
  /** Most items first. */
  readonly pairs: readonly AgreementPair[];
  /** Krippendorff's alpha over all votes of the sides compared. */
  readonly alpha: number | null;
  readonly alphaLow: number | null;
  readonly alphaHigh: number | null;
  /** How often two people agree: what a judge can be expected to reach. */
  readonly ceiling: {
    readonly items: number;
    readonly agreement: number | null;
    readonly low: number | null;
    readonly high: number | null;
  };
  /** Votes that name no prompt, so that nobody else's vote can be set beside them. */
  readonly unplaced: number;
};

/**
 * How often raters, judges or sources agree, as MT-bench counts it (Zheng et al. 2023, appendix D; FastChat's
 * compute_agreement): over every pair of votes, one from each side, on the same prompt, models and turn. A rater is
 * never compared with itself, and exchanged sides are told from one side first.
 * @throws ArenaError('invalid_request') for a side that nobody has
 */
export function measureAgreement(rows: Iterable<Comparison>, options: AgreementOptions): Agreement {
  const shown = [...rows].filter((row) => options.turn === undefined || row.turn === options.turn);
  const { battles, unplaced } = groupByBattle(shown);
  const sides = nameSides(shown, options.by, options.left, options.right);
  const found = new Map<string, Tables>();
  battles.forEach((votes, battle) => {
    forEachPairOfRaters(votes, (x, y) => {
      const [sideX, sideY] = [sides.sideOf(x.row), sides.sideOf(y.row)];
      const order = sideX === null || sideY === null ? null : sides.order(sideX, sideY);
      if (order === null) return;
      const key = JSON.stringify(order);
      let tables = found.get(key);
      if (tables === undefined) {
        tables = { left: order[0], right: order[1], byBattle: new Map(), shares: new Map(), tiesDropped: 0 };
        found.set(key, tables);
      }
      addPair(tables, battle, order[0] === sideX ? [x, y] : [y, x], options.ties);
    });
  });
  const pairs = [...found.values()]
    .map((tables) => summarise(tables, options))
    .sort((x, y) => y.items - x.items || (x.left + x.right < y.left + y.right ? -1 : 1));
  const takesPart = (row: Comparison): boolean => sides.sideOf(row) !== null;
  const alpha = alphaOf(battles, options, takesPart);
  return {
    pairs,
    alpha: alpha.value,
    alphaLow: alpha.low,
    alphaHigh: alpha.high,
    ceiling: ceilingOf(battles, options, takesPart),
    unplaced,
  };
}

/** Counts of (left label, right label), LABELS × LABELS, for each battle. */
type Tables = {
  readonly left: string;
  readonly right: string;
  readonly byBattle: Map<number, Float64Array>;
  /** Shares of one side beside the choice of the other, by battle. */
  readonly shares: Map<number, { readonly share: number; readonly first: boolean }[]>;
  tiesDropped: number;
};

function addPair(
  tables: Tables,
  battle: number,
  [x, y]: readonly [OrientedVote, OrientedVote],
  ties: 'keep' | 'drop',
): void {
  const [graded, choice] = x.share !== null && y.share === null ? [x, y] : [y, x];
  if (graded.share !== null && choice.share === null && choice.label !== TIE_LABEL) {
    const known = tables.shares.get(battle) ?? [];
    known.push({ share: graded.share, first: choice.label === 0 });
    tables.shares.set(battle, known);
  }
  if (ties === 'drop' && (x.label === TIE_LABEL || y.label === TIE_LABEL)) {
    tables.tiesDropped += 1;
    return;
  }
  let table = tables.byBattle.get(battle);
  if (table === undefined) {
    table = new Float64Array(LABELS * LABELS);
    tables.byBattle.set(battle, table);
  }
  if (tables.left !== tables.right) {
    table[x.label * LABELS + y.label]! += 1;
    return;
  }
  // inside one side nobody is first: half of the pair each way
  table[x.label * LABELS + y.label]! += 0.5;
  table[y.label * LABELS + x.label]! += 0.5;
}

function summarise(tables: Tables, options: AgreementOptions): AgreementPair {
  const { left, right, tiesDropped } = tables;
  const battles = [...tables.byBattle.values()];
  const total = new Float64Array(LABELS * LABELS);
  const add = (table: Float64Array, times: number): void => {
    for (let k = 0; k < total.length; k += 1) total[k]! += times * table[k]!;
  };
  for (const table of battles) add(table, 1);
  const items = sum(total);
  const agreement = shareOnDiagonal(total);
  const kappa = cohenKappa(total, LABELS);
  const tag = `agreement/${options.seed}/${left}/${right}`;
  const [share, chanceFree] = bootstrapIntervals(battles.length, options.rounds ?? 1000, tag, (times) => {
    total.fill(0);
    battles.forEach((table, k) => {
      if (times[k]! > 0) add(table, times[k]!);
    });
    return [shareOnDiagonal(total), cohenKappa(total, LABELS)];
  });
  const curve = areaOf([...tables.shares.values()], `${tag}/auc`, options.rounds ?? 1000);
  return {
    left,
    right,
    items,
    battles: battles.length,
    agreement,
    low: share?.low ?? null,
    high: share?.high ?? null,
    kappa,
    kappaLow: kappa === null ? null : (chanceFree?.low ?? null),
    kappaHigh: kappa === null ? null : (chanceFree?.high ?? null),
    tiesDropped,
    auc: curve.value,
    aucLow: curve.low,
    aucHigh: curve.high,
  };
}

type Estimate = { readonly value: number | null; readonly low: number | null; readonly high: number | null };

function areaOf(
  battles: readonly (readonly { readonly share: number; readonly first: boolean }[])[],
  tag: string,
  rounds: number,
): Estimate {
  const cases = battles.flatMap((list, battle) => list.map((entry) => ({ ...entry, battle })));
  const scores = Float64Array.from(cases, ({ share }) => share);
  const first = cases.map((entry) => entry.first);
  const area = (times: (battle: number) => number): number | null =>
    areaUnderCurve(
      scores,
      first,
      cases.map(({ battle }) => times(battle)),
    );
  const value = area(() => 1);
  if (value === null) return { value, low: null, high: null };
  const [interval] = bootstrapIntervals(battles.length, rounds, tag, (times) => [area((k) => times[k]!)]);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
}

function ceilingOf(
  battles: readonly BattleVotes[],
  { ties, seed, rounds }: AgreementOptions,
  takesPart: (row: Comparison) => boolean,
): Agreement['ceiling'] {
  const isPerson = ({ row }: OrientedVote): boolean => row.source === 'people';
  // the people among the sides; where the sides are judges alone, everybody
  const some = battles.some((votes) => votes.some((vote) => isPerson(vote) && takesPart(vote.row)));
  const counts: { items: number; agreed: number }[] = [];
  for (const votes of battles) {
    let items = 0;
    let agreed = 0;
    const people = votes.filter((vote) => isPerson(vote) && (!some || takesPart(vote.row)));
    forEachPairOfRaters(people, (x, y) => {
      if (ties === 'drop' && (x.label === TIE_LABEL || y.label === TIE_LABEL)) return;
      items += 1;
      agreed += Number(x.label === y.label);
    });
    if (items > 0) counts.push({ items, agreed });
  }
  const share = (times: (battle: number) => number): number | null => {
    let [items, agreed] = [0, 0];
    counts.forEach((own, battle) => {
      items += times(battle) * own.items;
      agreed += times(battle) * own.agreed;
    });
    return items === 0 ? null : agreed / items;
  };
  const [interval] = bootstrapIntervals(counts.length, rounds ?? 1000, `ceiling/${seed}`, (times) => [
    share((battle) => times[battle]!),
  ]);
  return {
    items: counts.reduce((total, own) => total + own.items, 0),
    agreement: share(() => 1),
    low: interval?.low ?? null,
    high: interval?.high ?? null,
  };
}

function alphaOf(
  battles: readonly BattleVotes[],
  { ties, seed, rounds }: AgreementOptions,
  takesPart: (row: Comparison) => boolean,
): Estimate {
  const units = battles.map((votes) => {
    const counts = new Float64Array(LABELS);
    for (const { row, label } of votes) {
      if (takesPart(row) && (ties === 'keep' || label !== TIE_LABEL)) counts[label]! += 1;
    }
    return counts;
  });
  const value = krippendorffAlpha(units, LABELS);
  if (value === null) return { value, low: null, high: null };
  const [interval] = bootstrapIntervals(units.length, rounds ?? 1000, `alpha/${seed}`, (times) => [
    krippendorffAlpha(drawn(units, times), LABELS),
  ]);
  return { value, low: interval?.low ?? null, high: interval?.high ?? null };
}

function* drawn(units: readonly Float64Array[], times: Uint32Array): Iterable<Float64Array> {
  for (let k = 0; k < units.length; k += 1) for (let n = 0; n < times[k]!; n += 1) yield units[k]!;
}

/** Unordered pairs of votes by different raters; a vote without a name is nobody else's. */
function forEachPairOfRaters(votes: BattleVotes, visit: (x: OrientedVote, y: OrientedVote) => void): void {
  for (let i = 0; i < votes.length; i += 1) {
    for (let j = i + 1; j < votes.length; j += 1) {
      const [x, y] = [votes[i]!, votes[j]!];
      const same = x.row.rater !== undefined && x.row.rater === y.row.rater && x.row.source === y.row.source;
      if (!same) visit(x, y);
    }
  }
}

function shareOnDiagonal(table: Float64Array): number | null {
  const total = sum(table);
  if (total === 0) return null;
  let agreed = 0;
  for (let k = 0; k < LABELS; k += 1) agreed += table[k * LABELS + k]!;
  return agreed / total;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
