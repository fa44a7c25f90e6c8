/** A map that keeps what was used last: at most `limit` units of `sizeOf`, summed. */
export class LruMap<Value> {
  readonly #kept = new Map<string, { readonly value: Value; readonly size: number }>();
  readonly #limit: number;
  readonly #sizeOf: (key: string, value: Value) => number;
  #size = 0;

  constructor(limit: number, sizeOf: (key: string, value: Value) => number = () => 1) {
    this.#limit = limit;
    this.#sizeOf = sizeOf;
  }

  get(key: string): Value | undefined {
    const found = this.#kept.get(key);
    if (found === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, found);
    return found.value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    const size = this.#sizeOf(key, value);
    this.#kept.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#kept.keys()) {
      if (this.#size <= this.#limit) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const found = this.#kept.get(key);
    if (found === undefined) return;
    this.#size -= found.size;
    this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
    this.#size = 0;
  }
}
