import type { BradleyTerryFit } from '../bradley-terry/fit-bradley-terry.ts';
import { LANES } from '../kernels/bootstrap-steps.ts';
import { mutualTree } from '../pairs/mutual-tree.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import { LARGEST_MEAN, poissonTable, TABLE_ENTRIES } from './poisson-table.ts';

/**
 * Comparisons of one pair that count alike, drawn together: group g is `count[g]` of them, each with `low[g]` points for
 * the lower and `high[g]` for the higher model. Groups lie by cell, up to `ends[cell]`.
 */
export type GroupedVotes = {
  readonly kind: 'groups';
  readonly ends: Int32Array;
  readonly count: Float64Array;
  readonly low: Float32Array;
  readonly high: Float32Array;
};

/**
 * Rows that count together: cluster c is the rows up to `ends[c]`. A row is 4 cell + kind; kind 0, 1 and 2 give low 1,
 * 0 and ½ of a point, unless `own` has points of low and of high for every row.
 */
export type ClusteredVotes = {
  readonly kind: 'clusters';
  readonly ends: Int32Array;
  readonly rows: Uint32Array;
  readonly own: Float32Array | null;
};

/** Rounds of one fitted table as plain data: with the memory that it describes, any thread can do any round. */
export type RoundsPlan = {
  readonly models: number;
  readonly cells: number;
  /** Of the random streams: round r has `${tag}/${r}`. */
  readonly tag: string;
  /** Clusters drawn; 0 where groups are. */
  readonly clusters: number;
  /** Pairs in the spanning tree of evidence; 0 where there is none. */
  readonly tree: number;
  /** Whether shifts are sought at all: not where single precision would not do. */
  readonly searches: boolean;
  /** What a kernel's memory needs copied, and how large it must be: the rest is room to work in. */
  readonly filled: number;
  readonly bytes: number;
  readonly at: Readonly<Record<RoundsArray, number>>;
};

type RoundsArray =
  | 'ends'
  | 'parts'
  | 'kinds'
  | 'own'
  | 'tables'
  | 'order'
  | 'low'
  | 'chances'
  | 'base'
  | 'inverse'
  | 'tree'
  | 'state'
  | 'largest'
  | 'points'
  | 'information'
  | 'first'
  | 'slope'
  | 'shift'
  | 'growth';

/** Static data of a kernel ends below it. */
const BASE = 1024;
/** Chances beyond e^∓40 are nothing that single precision should carry. */
const LARGEST_LOGIT = 40;

/**
 * Lays out what rounds need: the draws, the cells, the fit.
 * @param table its cells in the order of their higher model
 * @param allocate memory of so many bytes, all zero
 */
export function planRounds<T extends ArrayBufferLike>(
  table: PairTable,
  fit: BradleyTerryFit,
  tag: string,
  votes: GroupedVotes | ClusteredVotes,
  allocate: (bytes: number) => T,
): { readonly plan: RoundsPlan; readonly memory: T } {
  const { models: m, cells } = table;
  const tree = mutualTree(table) ?? [];
  const { means, parts } = votes.kind === 'groups' ? splitCounts(votes.count) : { means: [1], parts: 0 };
  let end = BASE;
  const place = (bytes: number): number => {
    const from = end;
    end = Math.ceil((from + bytes) / 16) * 16;
    return from;
  };
  const isGrouped = votes.kind === 'groups';
  const kept = {
    ends: place(4 * votes.ends.length),
    parts: place(isGrouped ? 16 * parts : 4 * votes.rows.length),
    kinds: place(32),
    own: isGrouped || votes.own === null ? 0 : place(4 * votes.own.length),
    tables: place(4 * TABLE_ENTRIES * means.length),
    order: place(4 * m),
    low: place(4 * cells),
    chances: place(8 * cells),
    base: place(8 * m),
    inverse: place(4 * m * m),
    tree: place(4 * tree.length),
  };
  const filled = end;
  const at = {
    ...kept,
    state: place(16 * LANES),
    largest: place(4 * LANES),
    points: place(8 * LANES * cells),
    information: place(4 * LANES * cells),
    first: place(4 * LANES * m),
    slope: place(4 * LANES * m),
    shift: place(4 * LANES * m),
    growth: place(8 * LANES * m),
  };
  const memory = allocate(filled);
  const ints = (from: number, length: number) => new Int32Array(memory, from, length);
  const floats = (from: number, length: number) => new Float32Array(memory, from, length);
  means.forEach((mean, index) => {
    ints(at.tables + 4 * TABLE_ENTRIES * index, TABLE_ENTRIES).set(poissonTable(mean).entries);
  });
  if (votes.kind === 'groups') {
    const ends = ints(at.ends, cells);
    const list = { ints: ints(at.parts, 4 * parts), floats: floats(at.parts, 4 * parts) };
    fillParts(votes, means, at.tables, list, ends);
  } else {
    ints(at.ends, votes.ends.length).set(votes.ends);
    new Uint32Array(memory, at.parts, votes.rows.length).set(votes.rows);
    floats(at.kinds, 8).set([1, 0, 0, 1, 0.5, 0.5, 0, 0]);
    if (votes.own !== null) floats(at.own, votes.own.length).set(votes.own);
  }
  ints(at.low, cells).set(table.low);
  const order = ints(at.order, m);
  for (let j = 0, cell = 0; j < m; j += 1) {
    while (cell < cells && table.high[cell]! <= j) cell += 1;
    order[j] = cell;
  }
  fillChances(table, fit.theta, floats(at.chances, 2 * cells));
  new Float64Array(memory, at.base, m).set(fit.theta);
  floats(at.inverse, m * m).set(fit.inverse);
  ints(at.tree, tree.length).set(tree);
  const plan = {
    models: m,
    cells,
    tag,
    clusters: isGrouped ? 0 : votes.ends.length,
    tree: tree.length,
    searches: fit.theta.every((value) => Math.abs(value) < LARGEST_LOGIT / 2),
    filled,
    bytes: end,
    at,
  };
  return { plan, memory };
}

/** Which tables are needed, and how many draws. */
function splitCounts(counts: Float64Array): { readonly means: number[]; readonly parts: number } {
  const isMean = new Uint8Array(LARGEST_MEAN + 1);
  let parts = 0;
  for (let group = 0; group < counts.length; group += 1) {
    const whole = Math.floor(counts[group]! / LARGEST_MEAN);
    const rest = counts[group]! - whole * LARGEST_MEAN;
    parts += whole + (rest > 0 ? 1 : 0);
    if (whole > 0) isMean[LARGEST_MEAN] = 1;
    if (rest > 0) isMean[rest] = 1;
  }
  return { means: [...isMean.keys()].filter((mean) => isMean[mean] === 1), parts };
}

function fillParts(
  votes: GroupedVotes,
  means: readonly number[],
  tables: number,
  list: { readonly ints: Int32Array; readonly floats: Float32Array },
  ends: Int32Array,
): void {
  const address = new Int32Array(LARGEST_MEAN + 1);
  const least = new Int32Array(LARGEST_MEAN + 1);
  means.forEach((mean, index) => {
    address[mean] = tables + 4 * TABLE_ENTRIES * index;
    least[mean] = poissonTable(mean).least;
  });
  let at = 0;
  for (let cell = 0, group = 0; cell < ends.length; cell += 1) {
    for (; group < votes.ends[cell]!; group += 1) {
      for (let left = votes.count[group]!; left > 0; left -= LARGEST_MEAN) {
        const mean = Math.min(left, LARGEST_MEAN);
        list.ints[at] = address[mean]!;
        list.ints[at + 1] = least[mean]!;
        list.floats[at + 2] = votes.low[group]!;
        list.floats[at + 3] = votes.high[group]!;
        at += 4;
      }
    }
    ends[cell] = at / 4;
  }
}

/** The chances of low and of high, from strengths: one division a cell. */
function fillChances({ cells, low, high }: PairTable, theta: Float64Array, chances: Float32Array): void {
  const strength = theta.map((value) => Math.exp(Math.max(-LARGEST_LOGIT, Math.min(LARGEST_LOGIT, value))));
  for (let cell = 0; cell < cells; cell += 1) {
    const own = strength[low[cell]!]!;
    const other = strength[high[cell]!]!;
    const share = 1 / (own + other);
    chances[2 * cell] = own * share;
    chances[2 * cell + 1] = other * share;
  }
}

/** A table with its cells in the order of their higher model. */
export function sortByHigher(table: PairTable): PairTable {
  const { high } = table;
  if (high.every((model, cell) => cell === 0 || high[cell - 1]! <= model)) return table;
  const order = Int32Array.from({ length: table.cells }, (_, cell) => cell).sort(
    (x, y) => high[x]! - high[y]!,
  );
  const pick = <T extends Int32Array | Float64Array>(values: T): T =>
    values.map((_, cell) => values[order[cell]!]!) as T;
  return {
    ...table,
    low: pick(table.low),
    high: pick(high),
    count: pick(table.count),
    wins: pick(table.wins),
    ties: pick(table.ties),
    losses: pick(table.losses),
    weight: pick(table.weight),
    points: pick(table.points),
    square: pick(table.square),
    squarePoints: pick(table.squarePoints),
    squarePoints2: pick(table.squarePoints2),
  };
}
