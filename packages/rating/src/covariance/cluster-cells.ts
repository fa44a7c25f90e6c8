/**
 * What votes of a cluster say pair by pair: enough for its score at any ratings. Cells lie cluster by cluster, and in a
 * cluster by the higher model, then the lower. A pair: higher code · 2^16 + lower code; everything is told from the
 * lower one's side.
 */
export type ClusterCells = {
  /** Where the cells of each cluster start, and one more. */
  readonly starts: Int32Array;
  readonly pair: Uint32Array;
  /** Comparisons in the lower 16 bits, twice the points of the lower model in the upper: what is more takes another cell. */
  readonly tally: Int32Array;
};

export const countOf = (tally: number): number => (tally << 16) >> 16;
export const points2Of = (tally: number): number => tally >> 16;

/** Comparisons that are not in cells yet. */
export type LooseRows = {
  readonly length: number;
  readonly cluster: Int32Array;
  readonly pair: Uint32Array;
  /** ±(1 + twice the points of the lower model): + one that came, − one that went. */
  readonly change: Int8Array;
};

export const NO_CELLS: ClusterCells = {
  starts: new Int32Array(1),
  pair: new Uint32Array(0),
  tally: new Int32Array(0),
};

/** Place of a pair of codes below 2^16; it does not depend on how many models there are. */
export function placeOfPair(pair: number): number {
  const high = pair >>> 16;
  return (high * (high - 1)) / 2 + (pair & 0xffff);
}

/** Rows by cluster: those of cluster c are `order[starts[c]]` .. `order[starts[c + 1] − 1]`. */
export function orderByCluster(
  { length, cluster }: Pick<LooseRows, 'length' | 'cluster'>,
  clusters: number,
): { readonly order: Uint32Array; readonly starts: Int32Array } {
  const next = new Int32Array(clusters + 2);
  for (let row = 0; row < length; row += 1) next[cluster[row]! + 2]! += 1;
  for (let c = 2; c <= clusters; c += 1) next[c]! += next[c - 1]!;
  const order = new Uint32Array(length);
  for (let row = 0; row < length; row += 1) {
    const slot = cluster[row]! + 1;
    order[next[slot]!] = row;
    next[slot]! += 1;
  }
  return { order, starts: next.subarray(0, clusters + 1) };
}

/** A cluster with more pairs than a tenth of all is written by looking at every pair, others by sorting theirs. */
const MANY = 10;

/** Cells and loose rows as cells alone. @param models codes are below it */
export function mergeIntoCells(
  cells: ClusterCells,
  rows: LooseRows,
  clusters: number,
  models: number,
): ClusterCells {
  const { order, starts: rowsFrom } = orderByCluster(rows, clusters);
  const known = cells.starts.length - 1;
  const room = cells.pair.length + rows.length;
  const merged = new CellWriter(clusters, room, models);
  for (let c = 0; c < clusters; c += 1) {
    const [from, to] = c < known ? [cells.starts[c]!, cells.starts[c + 1]!] : [0, 0];
    if (rowsFrom[c] === rowsFrom[c + 1]) merged.copy(cells, from, to);
    else {
      for (let k = from; k < to; k += 1)
        merged.add(cells.pair[k]!, countOf(cells.tally[k]!), points2Of(cells.tally[k]!));
      for (let k = rowsFrom[c]!; k < rowsFrom[c + 1]!; k += 1) {
        const row = order[k]!;
        const change = rows.change[row]!;
        const points2 = Math.abs(change) - 1;
        if (change > 0) merged.add(rows.pair[row]!, 1, points2);
        else merged.add(rows.pair[row]!, -1, -points2);
      }
      merged.write();
    }
    merged.end(c);
  }
  return merged.close();
}

/** Twice as many points fit in 16 bits with their sign. */
const MAX_COUNT = 16_383;

function within(value: number, most: number): number {
  return Math.max(-most, Math.min(most, value));
}

class CellWriter {
  readonly #starts: Int32Array;
  readonly #pair: Uint32Array;
  readonly #tally: Int32Array;
  readonly #models: number;
  /** The cluster that is being added up, by place of the pair. */
  readonly #ownCount: Int32Array;
  readonly #ownPoints2: Int32Array;
  readonly #isMet: Uint8Array;
  readonly #met: Uint32Array;
  #pairs = 0;
  #cells = 0;

  constructor(clusters: number, room: number, models: number) {
    this.#starts = new Int32Array(clusters + 1);
    this.#pair = new Uint32Array(room);
    this.#tally = new Int32Array(room);
    this.#models = models;
    const places = (models * (models - 1)) / 2;
    this.#ownCount = new Int32Array(places);
    this.#ownPoints2 = new Int32Array(places);
    this.#isMet = new Uint8Array(places);
    this.#met = new Uint32Array(places);
  }

  copy({ pair, tally }: ClusterCells, from: number, to: number): void {
    this.#pair.set(pair.subarray(from, to), this.#cells);
    this.#tally.set(tally.subarray(from, to), this.#cells);
    this.#cells += to - from;
  }

  add(pair: number, count: number, points2: number): void {
    const place = placeOfPair(pair);
    if (this.#isMet[place] === 0) {
      this.#isMet[place] = 1;
      this.#met[this.#pairs] = pair;
      this.#pairs += 1;
    }
    this.#ownCount[place]! += count;
    this.#ownPoints2[place]! += points2;
  }

  write(): void {
    if (this.#pairs * MANY < this.#isMet.length) {
      const met = this.#met.subarray(0, this.#pairs).sort();
      for (let k = 0; k < met.length; k += 1) this.#take(met[k]!, placeOfPair(met[k]!));
    } else {
      let place = 0;
      for (let high = 1; high < this.#models; high += 1) {
        for (let low = 0; low < high; low += 1) {
          if (this.#isMet[place] === 1) this.#take(high * 0x10000 + low, place);
          place += 1;
        }
      }
    }
    this.#pairs = 0;
  }

  end(cluster: number): void {
    this.#starts[cluster + 1] = this.#cells;
  }

  close(): ClusterCells {
    return {
      starts: this.#starts,
      pair: this.#pair.subarray(0, this.#cells),
      tally: this.#tally.subarray(0, this.#cells),
    };
  }

  #take(pair: number, place: number): void {
    let count = this.#ownCount[place]!;
    let points2 = this.#ownPoints2[place]!;
    // a comparison that came and went leaves nothing
    while (count !== 0 || points2 !== 0) {
      const own = within(count, MAX_COUNT);
      const ownPoints2 = within(points2, 2 * MAX_COUNT);
      this.#pair[this.#cells] = pair;
      this.#tally[this.#cells] = (ownPoints2 << 16) | (own & 0xffff);
      this.#cells += 1;
      count -= own;
      points2 -= ownPoints2;
    }
    this.#ownCount[place] = 0;
    this.#ownPoints2[place] = 0;
    this.#isMet[place] = 0;
  }
}
