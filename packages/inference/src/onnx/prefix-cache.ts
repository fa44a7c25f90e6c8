import type { Past } from './decoder.ts';
import { knownTokens, type Reading } from './read-in-pieces.ts';

type Entry = { readonly ids: readonly number[]; readonly past: Past; readonly bytes: number };

/**
 * What the model made of prompts that it read lately. Two orders of a battle, and battles under one template, begin alike:
 * what they share is read once, as far as `knownTokens` allows.
 */
export class PrefixCache {
  readonly #mostBytes: number;
  readonly #reading: Reading;
  /** The latest first. */
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(mostBytes: number, reading: Reading) {
    this.#mostBytes = mostBytes;
    this.#reading = reading;
  }

  /** @returns the entry that begins as `ids` does for longest, and how long; null: none */
  find(ids: readonly number[]): { readonly past: Past; readonly tokens: number } | null {
    let best: Entry | null = null;
    let most = 0;
    for (const entry of this.#entries) {
      const known = knownTokens(this.#reading, sharedTokens(entry.ids, ids), ids.length);
      if (known <= most) continue;
      most = known;
      best = entry;
    }
    if (best === null) return null;
    const found = best;
    this.#entries = [found, ...this.#entries.filter((entry) => entry !== found)];
    return { past: found.past, tokens: most };
  }

  keep(ids: readonly number[], past: Past): void {
    const bytes = Object.values(past.tensors).reduce(
      (total, { data }) => total + (data as unknown as { readonly byteLength: number }).byteLength,
      0,
    );
    if (bytes > this.#mostBytes) return;
    this.#entries.unshift({ ids, past, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#mostBytes) this.#bytes -= this.#entries.pop()!.bytes;
  }
}

export function sharedTokens(one: readonly number[], other: readonly number[]): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at += 1;
  return at;
}
