import type { LeasedCall, RunRecord, Settled } from '../ports/run-store.ts';
import type { RunKind } from './kinds/run-kind.ts';
import type { WorkPorts } from './work-ports.ts';

/** Results are stored together: as many as came while the ones before were stored, or in this time. */
const GATHER_MS = 4;
const MAX_AT_ONCE = 256;
/** A database that is away comes back: paid replies are worth the wait. */
const STORE_TRIES = 8;
const STORE_PAUSE_MS = 1000;
/** How often boards and voters are told of what landed. */
const VERDICTS_EVERY_MS = 500;
const ANSWERS_EVERY_MS = 3000;

/** Stores how calls ended, many in one transaction, in the order in which they ended. */
export class SettleQueue {
  readonly #run: RunRecord;
  readonly #kind: RunKind<RunRecord['config']>;
  readonly #deps: WorkPorts;
  readonly #onStored: () => void;
  #waiting: Settled[] = [];
  #storing: readonly Settled[] = [];
  #work: Promise<void> | null = null;
  #isHurried = false;
  #hurry: () => void = () => {};
  #error: unknown = null;
  #toldMs = Number.NEGATIVE_INFINITY;
  #isUntold = false;

  /** @param onStored told whenever something was stored */
  constructor(run: RunRecord, kind: RunKind<RunRecord['config']>, deps: WorkPorts, onStored: () => void) {
    this.#run = run;
    this.#kind = kind;
    this.#deps = deps;
    this.#onStored = onStored;
  }

  push(settled: Settled): void {
    this.#waiting.push(settled);
    this.#work ??= this.#store().finally(() => {
      this.#work = null;
    });
  }

  get isBusy(): boolean {
    return this.#work !== null;
  }

  get size(): number {
    return this.#waiting.length + this.#storing.length;
  }

  /** Calls whose end is not stored yet. */
  get calls(): readonly LeasedCall[] {
    return [...this.#storing, ...this.#waiting].map(({ call }) => call);
  }

  break(error: unknown): void {
    this.#error ??= error;
  }

  throwIfBroken(): void {
    if (this.#error !== null) throw this.#error;
  }

  /** Resolves when all is stored and told. */
  async drain(): Promise<void> {
    this.#isHurried = true;
    this.#hurry();
    while (this.#work !== null) await this.#work;
    await this.#tell(0);
    this.#isHurried = false;
  }

  async #store(): Promise<void> {
    while (this.#waiting.length > 0) {
      if (!this.#isHurried && this.#waiting.length < MAX_AT_ONCE) {
        const hurried = new AbortController();
        this.#hurry = () => hurried.abort();
        await this.#deps.timers.after(GATHER_MS, hurried.signal);
      }
      this.#storing = this.#waiting.splice(0, MAX_AT_ONCE);
      try {
        await this.#settle(this.#storing);
      } catch (error) {
        // leases run out and the calls return
        this.#waiting = [];
        this.break(error);
      }
      this.#storing = [];
      this.#onStored();
      await this.#tell(this.#kind.lands === 'answers' ? ANSWERS_EVERY_MS : VERDICTS_EVERY_MS);
    }
  }

  async #settle(settled: readonly Settled[]): Promise<void> {
    const { runs, timers } = this.#deps;
    for (let tries = 1; ; tries += 1) {
      try {
        await runs.settle(this.#run, this.#kind.parser, settled);
        this.#isUntold ||= settled.some(({ kind }) => kind === 'reply');
        return;
      } catch (error) {
        if (tries >= STORE_TRIES || !isAway(error)) throw error;
        await timers.after(STORE_PAUSE_MS);
      }
    }
  }

  async #tell(everyMs: number): Promise<void> {
    const now = this.#deps.monotonic.now();
    const { campaignId } = this.#run;
    if (!this.#isUntold || campaignId === null || now - this.#toldMs < everyMs) return;
    this.#toldMs = now;
    this.#isUntold = false;
    if (this.#kind.lands === 'answers') await this.#deps.runs.publishAnswers(campaignId);
    if (this.#kind.lands !== undefined) this.#deps.feed.changed(campaignId);
  }
}

/** The connection to the database broke, or it is starting. */
function isAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^(CONNECT|ECONN|57P0|08)|^CONNECTION_/.test(code);
}
