/** A transaction that takes longer from its row to its commit would be missed: ours take milliseconds. */
const LONGEST_MS = 60_000;
/** In the first minute nothing was seen a minute ago: rows that were numbered meanwhile, in all campaigns, are fewer. */
const OVERLAP = 20_000;
const MAX_MARKS = 600;

/**
 * How far back a read of rows must look that are numbered by a sequence: numbers are taken before the commit, so a smaller
 * one may appear after a greater one. Whatever is smaller than a number that was seen a minute ago has appeared by now.
 */
export class SequenceWindow {
  #last = 0;
  /** What had been seen when: the newest before the last minute, where there is one, then those of that minute. */
  readonly #marks: { readonly atMs: number; readonly last: number }[] = [];

  /** The greatest number that was seen. */
  get last(): number {
    return this.#last;
  }

  saw(number: number): void {
    if (number > this.#last) this.#last = number;
  }

  /**
   * Numbers up to the one returned need not be looked at again by a read that begins now.
   * @param atMs on any clock that goes on
   */
  after(atMs: number): number {
    const old = this.#marks.filter((mark) => mark.atMs <= atMs - LONGEST_MS).length;
    if (old > 1) this.#marks.splice(0, old - 1);
    const [first] = this.#marks;
    if (first === undefined) return 0;
    return old > 0 ? first.last : Math.max(0, first.last - OVERLAP);
  }

  /** A read that began at `atMs` has ended. */
  readAt(atMs: number): void {
    if (this.#marks.at(-1)?.last === this.#last) return;
    this.#marks.push({ atMs, last: this.#last });
    // an older mark in the place of a newer one looks further back than it must
    if (this.#marks.length > MAX_MARKS) this.#marks.splice(1, 1);
  }
}
