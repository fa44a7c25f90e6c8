import type { RunJson } from '@agon/contract';
import { changedStates } from './changed-states.ts';
import { isOpen } from './run-progress.ts';
import { runTitle, stateName } from './run-words.ts';

const REFRESH_MS = 1000;
/** While nothing runs, a run that was started elsewhere is found this many refreshes later. */
const IDLE_TICKS = 10;

type Source = {
  /** Runs as the page was loaded with them. */
  readonly loaded: () => readonly RunJson[];
  readonly ask: () => Promise<readonly RunJson[]>;
};

/** Runs that follow their workers: asked for each second while one of them is open. */
export class LiveRuns {
  readonly #source: Source;
  items: readonly RunJson[] = $derived.by(() => this.#source.loaded());
  /** What changed its state last, for screen readers. */
  said = $state('');
  /** The last refresh had no reply: figures may be old. */
  isStale = $state(false);
  #turn = 0;
  #isAsking = false;
  #idle = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  /** @returns how to stop */
  watch(): () => void {
    const timer = setInterval(() => this.#tick(), REFRESH_MS);
    return () => clearInterval(timer);
  }

  #tick(): void {
    if (this.#isAsking || document.hidden) return;
    this.#idle = this.items.some(isOpen) ? 0 : this.#idle + 1;
    if (this.#idle % IDLE_TICKS === 0) void this.refresh();
  }

  async refresh(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    this.#isAsking = true;
    const found = await this.#source.ask().catch(() => null);
    // an action, another filter, a newer refresh: their runs must not be overwritten by older ones
    if (turn !== this.#turn) return;
    this.#isAsking = false;
    this.isStale = found === null;
    if (found !== null) this.#show(found);
  }

  /** A run as the reply to an action has it. */
  put(run: RunJson): void {
    this.#turn += 1;
    this.#isAsking = false;
    const isKnown = this.items.some((each) => each.run === run.run);
    this.#show(
      isKnown ? this.items.map((each) => (each.run === run.run ? run : each)) : [run, ...this.items],
    );
  }

  #show(runs: readonly RunJson[]): void {
    const changed = changedStates(this.items, runs);
    if (changed.length > 0)
      this.said = changed.map((run) => `${runTitle(run)}: ${stateName(run.state)}`).join('. ');
    this.items = runs;
  }
}
