/**
 * Gathers what arrives while a transaction runs, and writes it in the next one: one disk flush for many callers.
 * Each caller still waits for the commit of its own item. One transaction at a time for a key.
 */
export class GroupCommit<Item, Result> {
  readonly #write: (key: string, items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #limit: number;
  readonly #waiting = new Map<string, Pending<Item, Result>[]>();
  readonly #running = new Set<string>();

  /**
   * @param write one transaction: results in the order of the items; throws → nothing was written
   * @param limit most items of one transaction
   */
  constructor(write: (key: string, items: readonly Item[]) => Promise<readonly Result[]>, limit = 256) {
    this.#write = write;
    this.#limit = limit;
  }

  add(key: string, item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const pending = { item, resolve, reject };
      const queue = this.#waiting.get(key);
      if (queue === undefined) this.#waiting.set(key, [pending]);
      else queue.push(pending);
      if (!this.#running.has(key)) void this.#drain(key);
    });
  }

  async #drain(key: string): Promise<void> {
    this.#running.add(key);
    try {
      for (
        let queue = this.#waiting.get(key);
        queue !== undefined && queue.length > 0;
        queue = this.#waiting.get(key)
      ) {
        const batch = queue.splice(0, this.#limit);
        await this.#commit(key, batch);
      }
    } finally {
      this.#running.delete(key);
      this.#waiting.delete(key);
    }
  }

  /** One bad item must not fail its neighbours: a failed batch is written again one by one. */
  async #commit(key: string, batch: readonly Pending<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#write(
        key,
        batch.map((pending) => pending.item),
      );
      for (const [i, pending] of batch.entries()) pending.resolve(results[i]!);
    } catch (error) {
      if (batch.length === 1) {
        batch[0]!.reject(error);
        return;
      }
      for (const pending of batch) await this.#commit(key, [pending]);
    }
  }
}

type Pending<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};
