import type { RunHistoryJson, RunJson } from '@agon/contract';
import { api } from '#lib/api/browser-client.ts';
import { isOpen } from './run-progress.ts';

/** A point becomes whole each second at most; every other one is soon enough. */
const EVERY_MS = 2000;

/** What a run goes through, asked for while it goes and once when it has come to a stand. */
export class LiveHistory {
  history: RunHistoryJson | null;
  #askedMs = Number.NEGATIVE_INFINITY;
  #isAsking = false;
  /** The run as it was when its history was asked for last. */
  #state: RunJson['state'] | null = null;

  /** @param loaded as the page was loaded with it */
  constructor(loaded: () => RunHistoryJson | null) {
    this.history = $derived(loaded());
  }

  /** Told each time that the run was looked at. */
  follow(run: RunJson): void {
    const isFresh = this.#state === null && this.history !== null && !isOpen(run);
    const isDue = isOpen(run) && performance.now() - this.#askedMs >= EVERY_MS;
    const isOther = this.#state !== run.state && !isFresh;
    if (this.#isAsking || !(isDue || isOther)) {
      this.#state ??= run.state;
      return;
    }
    this.#state = run.state;
    void this.#ask(run.run);
  }

  async #ask(run: string): Promise<void> {
    this.#isAsking = true;
    this.#askedMs = performance.now();
    // figures of before stand until the next look; the list says when the server is away
    const found = await api('getRunHistory', { params: { run } }).catch(() => null);
    this.#isAsking = false;
    if (found !== null) this.history = found;
  }
}
