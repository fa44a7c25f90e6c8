type Sleeper = { readonly atMs: number; readonly wake: () => void };

/** Time that passes only while nothing else is left to do: hours of waiting take as long as their work. */
export class VirtualTime {
  #nowMs = Date.now();
  #busy = 0;
  readonly #sleepers = new Set<Sleeper>();

  readonly now = (): number => this.#nowMs;

  /** Resolves after `ms` of this time, or at once when the signal is aborted. */
  readonly after = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        atMs: this.#nowMs + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', sleeper.wake);
    });

  /** The same port, during whose calls no time passes. */
  outside<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const result: unknown = value.apply(target, args);
          if (!(result instanceof Promise)) return result;
          this.#busy += 1;
          return result.finally(() => {
            this.#busy -= 1;
          });
        };
      },
    });
  }

  /** Lets time pass until the work has ended. */
  async during<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = work.finally(() => {
      ended = true;
    });
    end.catch(() => {});
    while (!ended) {
      // whatever follows from what just happened comes first
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#busy > 0 || ended) continue;
      let next: Sleeper | null = null;
      for (const sleeper of this.#sleepers) if (next === null || sleeper.atMs < next.atMs) next = sleeper;
      if (next === null) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.wake();
    }
    return end;
  }
}
