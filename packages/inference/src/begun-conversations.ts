import type { Completion } from './read-completion.ts';

/** Conversations that are remembered; the oldest is forgotten first, and asked again from its start. */
const MOST = 1000;

/**
 * Replies to the first turns of conversations that broke off: what was paid for is not asked again when the rest is. In
 * memory: a worker that ends forgets them.
 */
export class BegunConversations {
  readonly #begun = new Map<string, readonly Completion[]>();

  /** Forgets what it gives. @param key all that a conversation consists of, and whom it is with */
  take(key: string): readonly Completion[] {
    const completions = this.#begun.get(key) ?? [];
    this.#begun.delete(key);
    return completions;
  }

  keep(key: string, completions: readonly Completion[]): void {
    if (completions.length === 0) return;
    this.#begun.set(key, completions);
    const [oldest] = this.#begun.keys();
    if (this.#begun.size > MOST && oldest !== undefined) this.#begun.delete(oldest);
  }
}
