import type { RunStart } from './vote-layout.ts';

type Run = { readonly from: number; to: number };

/** Which rows of a block came by which import, and which are of the chain: runs of rows, each in the order of its `seq`. */
export class VoteRuns {
  readonly #chain: Run[] = [];
  readonly #imports = new Map<number, Run>();

  /** @param starts ascending; the last one ends before row `end` */
  add(starts: readonly RunStart[], end: number): void {
    starts.forEach(({ source, from }, k) => {
      const to = starts[k + 1]?.from ?? end;
      if (to === from) return;
      const last = this.#chain.at(-1);
      if (source !== 0) this.#imports.set(source, { from, to });
      else if (last?.to === from) last.to = to;
      else this.#chain.push({ from, to });
    });
  }

  /** The rows that came by an import. */
  ofImport(source: number): number[] {
    const { from, to } = this.#imports.get(source) ?? { from: 0, to: 0 };
    return Array.from({ length: to - from }, (_, k) => from + k);
  }

  /**
   * The row of a vote, -1 where there is none.
   * @param source its import; 0: none
   * @param seqs of all rows
   */
  rowOf(source: number, seq: number, seqs: Uint32Array): number {
    const run = source === 0 ? this.#runOf(seq, seqs) : this.#imports.get(source);
    if (run === undefined) return -1;
    const row = firstFrom(run.from, run.to, (at) => seqs[at]! >= seq);
    return row < run.to && seqs[row] === seq ? row : -1;
  }

  /** The last run of the chain that begins with this number or a smaller one. */
  #runOf(seq: number, seqs: Uint32Array): Run | undefined {
    return this.#chain[firstFrom(0, this.#chain.length, (k) => seqs[this.#chain[k]!.from]! > seq) - 1];
  }
}

/** The first of `from` .. `to` − 1 that has what all after it have, too; else `to`. */
function firstFrom(from: number, to: number, has: (at: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (has(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
