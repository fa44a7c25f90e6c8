import type { Past } from './decoder.ts';

type Entry = { readonly ids: readonly number[]; readonly past: Past; readonly bytes: number };

/** Tokens below which a common beginning is not worth the copy. */
const LEAST_SHARED = 8;
/**
 * Tokens of a prompt that are always read anew. Products of a single row are worked out in another order than those of
 * several: with these, a reply is the same to the bit whatever was read before it.
 */
const LEAST_READ = 16;

/**
 * What the model made of prompts that it read lately. Two orders of a battle, and battles under one template, begin alike:
 * what they share is read once.
 */
export class PrefixCache {
  readonly #mostBytes: number;
  /** The latest first. */
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** @returns the entry that begins as `ids` does for longest, some tokens before its end; null: none worth it */
  find(ids: readonly number[]): { readonly past: Past; readonly tokens: number } | null {
    let best: Entry | null = null;
    let most = LEAST_SHARED - 1;
    for (const entry of this.#entries) {
      const shared = Math.min(sharedTokens(entry.ids, ids), ids.length - LEAST_READ);
      if (shared <= most) continue;
      most = shared;
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
