import { OUTCOME_CODES } from '@agon/domain';
import type { GroupedVotes } from '../bootstrap/bootstrap-plan.ts';
import type { FittedGroup } from '../covariance/sandwich-covariance.ts';
import { type PairTable, PLAIN_POINTS } from '../pairs/pair-table.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';

/** Comparisons of one rated group, in their order. */
export type Votes = {
  readonly length: number;
  /** Number among the comparisons given. */
  readonly row: Int32Array;
  /** 4 cell + kind; kind 0, 1 and 2: low won, high won, a tie. */
  readonly code: Uint32Array;
  /** Weighted points of low and of high by comparison, where not all weigh 1 and have what their kind says. */
  readonly own: Float32Array | null;
};

/** Up to this many models a matrix of cells is quicker than a map. */
const FLAT_MODELS = 2048;

/** @param table whose cells the comparisons are told from */
export function readVotes(
  { columns, settings, place }: Pick<FittedGroup, 'columns' | 'settings' | 'place'>,
  table: PairTable,
): Votes {
  const cellOf = numberCells(table);
  const row = new Int32Array(columns.length);
  const code = new Uint32Array(columns.length);
  const own = new Float32Array(table.plain ? 0 : 2 * columns.length);
  let length = 0;
  scanComparisons(columns, settings, (at, a, b, points, weight, kind) => {
    const first = place[a]!;
    const second = place[b]!;
    if (first < 0 || second < 0) return;
    const isStraight = first < second;
    const cell = isStraight ? cellOf(first, second) : cellOf(second, first);
    const side = kind === OUTCOME_CODES.tie ? 2 : (kind === OUTCOME_CODES.a) === isStraight ? 0 : 1;
    row[length] = at;
    code[length] = 4 * cell + side;
    if (!table.plain) {
      const share = isStraight ? points : 1 - points;
      own[2 * length] = weight * share;
      own[2 * length + 1] = weight * (1 - share);
    }
    length += 1;
  });
  return {
    length,
    row: row.subarray(0, length),
    code: code.subarray(0, length),
    own: table.plain ? null : own.subarray(0, 2 * length),
  };
}

function numberCells({ models: m, cells, low, high }: PairTable): (low: number, high: number) => number {
  if (m > FLAT_MODELS) {
    const known = new Map<number, number>();
    for (let cell = 0; cell < cells; cell += 1) known.set(low[cell]! * m + high[cell]!, cell);
    return (i, j) => known.get(i * m + j)!;
  }
  const known = new Int32Array(m * m);
  for (let cell = 0; cell < cells; cell += 1) known[low[cell]! * m + high[cell]!] = cell;
  return (i, j) => known[i * m + j]!;
}

/** Wins, ties and losses of each pair, where counts are the whole data. */
export function groupCounts({ cells, wins, ties, losses }: PairTable): GroupedVotes {
  const count = new Float64Array(3 * cells);
  const low = new Float32Array(3 * cells);
  const high = new Float32Array(3 * cells);
  for (let cell = 0, at = 0; cell < cells; cell += 1, at += 3) {
    count[at] = wins[cell]!;
    count[at + 1] = ties[cell]!;
    count[at + 2] = losses[cell]!;
    low[at] = PLAIN_POINTS[0];
    low[at + 1] = PLAIN_POINTS[2];
    high[at + 1] = PLAIN_POINTS[2];
    high[at + 2] = PLAIN_POINTS[0];
  }
  const ends = Int32Array.from({ length: cells }, (_, cell) => 3 * cell + 3);
  return { kind: 'groups', ends, count, low, high };
}

/** Comparisons of the same pair with the same points make a group. */
export function groupVotes(votes: Votes, table: PairTable): GroupedVotes {
  if (votes.own === null) return groupCounts(table);
  const { cells } = table;
  const starts = new Int32Array(cells + 1);
  for (const code of votes.code) starts[(code >>> 2) + 1]! += 1;
  for (let cell = 0; cell < cells; cell += 1) starts[cell + 1]! += starts[cell]!;
  // the points of both sides, two words, as one: equal ones come together where a pair's are sorted
  const given = new BigUint64Array(votes.own.slice().buffer);
  const sorted = new BigUint64Array(votes.length);
  const next = starts.slice();
  for (let at = 0; at < votes.length; at += 1) {
    const cell = votes.code[at]! >>> 2;
    sorted[next[cell]!] = given[at]!;
    next[cell]! += 1;
  }
  const sides = new Float32Array(sorted.buffer);
  const count = new Float64Array(votes.length);
  const low = new Float32Array(votes.length);
  const high = new Float32Array(votes.length);
  const ends = new Int32Array(cells);
  let groups = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    sorted.subarray(starts[cell]!, starts[cell + 1]!).sort();
    for (let at = starts[cell]!; at < starts[cell + 1]!; at += 1) {
      if (at === starts[cell] || sorted[at] !== sorted[at - 1]) {
        low[groups] = sides[2 * at]!;
        high[groups] = sides[2 * at + 1]!;
        groups += 1;
      }
      count[groups - 1]! += 1;
    }
    ends[cell] = groups;
  }
  const kept = [count, low, high].map((values) => values.subarray(0, groups));
  return {
    kind: 'groups',
    ends,
    count: kept[0] as Float64Array,
    low: kept[1] as Float32Array,
    high: kept[2] as Float32Array,
  };
}
