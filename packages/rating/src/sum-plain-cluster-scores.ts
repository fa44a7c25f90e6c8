import { type ComparisonColumns, OUTCOME_CODES, type RatingSettings } from '@agon/domain';
import { pointsByOutcome } from './scan-contextual-rows.ts';
import type { ClusterSum } from './sum-cluster-scores.ts';

/**
 * As `sumClusterScores` for comparisons that all weigh 1 and have only their outcome: a row is then one whole number, and
 * rows are brought together by cluster as such. Only the lower triangle is summed, and mirrored at the end.
 * @param codes a cluster for each row of `columns`, from 0, or -1 where unknown
 */
export function sumPlainClusterScores(
  columns: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  theta: Float64Array,
  codes: Int32Array,
): ClusterSum {
  const m = theta.length;
  const packed = packRows(columns, settings, place, m);
  const { rows, starts, known } = sortByCluster(packed, codes);
  const chance = new Float64Array(m * m);
  const strength = theta.map(Math.exp);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < m; j += 1) chance[i * m + j] = strength[i]! / (strength[i]! + strength[j]!);
  }
  const meat = new Float64Array(m * m);
  const sums = new ClusterSums(meat, chance, pointsByOutcome(settings), m);
  let clusters = 0;
  let largest = 0;
  for (let cluster = 0; cluster + 1 < starts.length; cluster += 1) {
    const from = starts[cluster]!;
    const to = starts[cluster + 1]!;
    if (from === to) continue;
    clusters += 1;
    if (to - from > largest) largest = to - from;
    sums.add(rows, from, to);
  }
  const unknown = rows.length - known;
  if (unknown > 0) largest = Math.max(largest, 1);
  for (let at = known; at < rows.length; at += 1) sums.add(rows, at, at + 1);
  clusters += unknown;
  const factor = clusters < 2 ? 0 : clusters / (clusters - 1);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      meat[i * m + j]! *= factor;
      meat[j * m + i] = meat[i * m + j]!;
    }
  }
  return { meat, clusters, largestShare: rows.length === 0 ? 0 : largest / rows.length, unknown };
}

/** Up to this many models the table of all chances is small; strengths beyond e^±300 could leave the range of a double. */
export function suitsPlainClusters(theta: Float64Array): boolean {
  return theta.length <= 2048 && theta.every((value) => Math.abs(value) < 300);
}

/** A row left out. */
const NONE = 0xffffffff;

/** (i m + j) · 4 + outcome for each row that counts. */
function packRows(
  { a, b, outcome, length }: ComparisonColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  m: number,
): Uint32Array {
  const keeps = pointsByOutcome(settings).map((points) => !Number.isNaN(points));
  const codes = place.length;
  const packed = new Uint32Array(length);
  for (let row = 0; row < length; row += 1) {
    const first = a[row]!;
    const second = b[row]!;
    const kind = outcome[row]!;
    packed[row] = NONE;
    if (first < 0 || second < 0 || first >= codes || second >= codes || first === second) continue;
    if (kind < 0 || kind > OUTCOME_CODES.both_bad || !keeps[kind]!) continue;
    const i = place[first]!;
    const j = place[second]!;
    if (i >= 0 && j >= 0) packed[row] = ((i * m + j) << 2) | kind;
  }
  return packed;
}

/** Counting sort: rows cluster by cluster, those of no known cluster from `known` on. */
function sortByCluster(packed: Uint32Array, codes: Int32Array) {
  let last = -1;
  let unknown = 0;
  let known = 0;
  for (let row = 0; row < packed.length; row += 1) {
    if (packed[row] === NONE) continue;
    const code = codes[row]!;
    if (code < 0) unknown += 1;
    else {
      known += 1;
      if (code > last) last = code;
    }
  }
  // one place further than where the cluster ends up: filling moves each start to the next one's
  const starts = new Int32Array(last + 3);
  for (let row = 0; row < packed.length; row += 1) {
    const code = codes[row]!;
    if (code >= 0 && packed[row] !== NONE) starts[code + 2]! += 1;
  }
  for (let at = 2; at < starts.length; at += 1) starts[at]! += starts[at - 1]!;
  const rows = new Uint32Array(known + unknown);
  let rest = known;
  for (let row = 0; row < packed.length; row += 1) {
    const value = packed[row]!;
    if (value === NONE) continue;
    const code = codes[row]!;
    if (code < 0) {
      rows[rest] = value;
      rest += 1;
    } else {
      rows[starts[code + 1]!] = value;
      starts[code + 1]! += 1;
    }
  }
  return { rows, starts: starts.subarray(0, last + 2), known };
}

/** Adds u uᵀ of one cluster after the other, touching only the models that met in it. */
class ClusterSums {
  readonly #meat: Float64Array;
  readonly #chance: Float64Array;
  readonly #points: Float64Array;
  readonly #m: number;
  readonly #sum: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #touched: Int32Array;

  constructor(meat: Float64Array, chance: Float64Array, points: readonly number[], m: number) {
    this.#meat = meat;
    this.#chance = chance;
    this.#points = Float64Array.from(points);
    this.#m = m;
    this.#sum = new Float64Array(m);
    this.#isTouched = new Uint8Array(m);
    this.#touched = new Int32Array(m);
  }

  add(rows: Uint32Array, from: number, to: number): void {
    const m = this.#m;
    const meat = this.#meat;
    const sum = this.#sum;
    const isTouched = this.#isTouched;
    const touched = this.#touched;
    let size = 0;
    for (let at = from; at < to; at += 1) {
      const row = rows[at]!;
      const pair = row >>> 2;
      const score = this.#points[row & 3]! - this.#chance[pair]!;
      const i = (pair / m) | 0;
      const j = pair - i * m;
      if (isTouched[i] === 0) {
        isTouched[i] = 1;
        touched[size] = i;
        size += 1;
      }
      if (isTouched[j] === 0) {
        isTouched[j] = 1;
        touched[size] = j;
        size += 1;
      }
      sum[i]! += score;
      sum[j]! -= score;
    }
    for (let x = 0; x < size; x += 1) {
      const i = touched[x]!;
      const own = sum[i]!;
      for (let y = 0; y <= x; y += 1) {
        const j = touched[y]!;
        // which of the two is larger is as good as random: no branch
        const gap = i - j;
        const swap = gap & (gap >> 31);
        meat[(i - swap) * m + j + swap]! += own * sum[j]!;
      }
    }
    for (let x = 0; x < size; x += 1) {
      sum[touched[x]!] = 0;
      isTouched[touched[x]!] = 0;
    }
  }
}
