/** An import's votes: its place among those of the chain, and the least and the greatest of their own numbers. */
export type ImportedVotes = {
  /** As `VoteRuns` names it, from 1. */
  readonly source: number;
  readonly place: number;
  readonly first: number;
  readonly last: number;
};

/** Rows that lie together from `from` on: of one import, or of the chain (`source` 0), until the next run begins. */
export type RunStart = { readonly source: number; from: number };

/**
 * Where each vote is put that a read brings in any order: those of the chain by their place, and at the place of each
 * import all of its votes by their number in it. Numbers that no vote has leave gaps.
 */
export class VoteLayout {
  /** The first row that is free after all of them. */
  readonly end: number;
  /** Ascending; the last one is of the chain. */
  readonly runs: readonly RunStart[];
  readonly #firstOfChain: number;
  /** By place: from `places[k]` on the chain's votes stand `shifts[k]` rows further. */
  readonly #places: number[] = [];
  readonly #shifts: number[] = [];
  /** Row of an import's vote, less its number in it. */
  readonly #offsets = new Map<number, number>();
  #near = 0;

  /** @param base the first row; @param imports in any order */
  constructor(
    base: number,
    { after, upTo }: { readonly after: number; readonly upTo: number },
    imports: readonly ImportedVotes[],
  ) {
    const runs: RunStart[] = [{ source: 0, from: base }];
    this.#firstOfChain = base - after - 1;
    let shift = 0;
    for (const { source, place, first, last } of imports.toSorted((x, y) => x.place - y.place)) {
      const from = this.#firstOfChain + Math.max(place, after + 1) + shift;
      this.#offsets.set(source, from - first);
      shift += last - first + 1;
      this.#places.push(place);
      this.#shifts.push(shift);
      runs.push({ source, from }, { source: 0, from: from + last - first + 1 });
    }
    this.end = base + upTo - after + shift;
    this.runs = runs;
  }

  /** @param seq after the range's beginning, not after its end */
  rowOfChain(seq: number): number {
    // votes come nearly in order: the last answer is nearly always right
    while (this.#near > 0 && this.#places[this.#near - 1]! > seq) this.#near -= 1;
    while (this.#near < this.#places.length && this.#places[this.#near]! <= seq) this.#near += 1;
    return this.#firstOfChain + seq + (this.#near === 0 ? 0 : this.#shifts[this.#near - 1]!);
  }

  /** -1 for an import that has no place here. */
  rowOfImport(source: number, seq: number): number {
    const offset = this.#offsets.get(source);
    return offset === undefined ? -1 : offset + seq;
  }
}
