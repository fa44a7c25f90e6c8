import type { ImportResult } from '@agon/contract';

type Refusal = ImportResult['errors'][number];

/** How many different refusals a result lists. */
const LISTED = 1000;
/** Characters of a value that are shown. */
const EXCERPT = 200;

/** Rows that were not taken. Equal refusals are one, with their number; beyond the first 1,000 they are counted only. */
export class Refusals {
  readonly #listed = new Map<string, Refusal>();
  total = 0;

  add({ count, value, ...refusal }: Refusal): void {
    this.total += count;
    const shown = value === null ? null : value.slice(0, EXCERPT);
    const key = JSON.stringify([refusal.file, refusal.column, refusal.reason, shown]);
    const before = this.#listed.get(key);
    if (before !== undefined) this.#listed.set(key, { ...before, count: before.count + count });
    else if (this.#listed.size < LISTED) this.#listed.set(key, { ...refusal, value: shown, count });
  }

  /** In the order in which they were met. */
  list(): Refusal[] {
    return [...this.#listed.values()];
  }
}
