import type { Asked, CallFault, ModelClient, ModelRequest } from '../ports/model-client.ts';
import type { LeasedCall, RunHistory, RunRecord, Settled } from '../ports/run-store.ts';
import { estimatePromptTokens, estimateTokens } from './estimate-tokens.ts';
import { afterFault } from './fault-policy.ts';
import { HistoryKeeper } from './history-keeper.ts';
import { kindOf, nonceOf } from './kinds/kind-of.ts';
import type { Material, RunKind } from './kinds/run-kind.ts';
import { loadMaterial } from './load-material.ts';
import type { Pace } from './pace.ts';
import { priced } from './run-prices.ts';
import { scoreTexts } from './score-texts.ts';
import { SettleQueue } from './settle-queue.ts';
import type { WorkPorts } from './work-ports.ts';

/** A killed worker's calls return after it; a living one renews it. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
/** How often a run's row is looked at: somebody may have paused or cancelled it. */
const LOOK_MS = 500;
/** Calls that are read ahead, for each that may be in flight. */
const AHEAD = 2;
/** The pool looks again at least this often. */
const TICK_MS = 100;
/** A provider that never replied is given up after as many rests; one that did, after about ten minutes. */
const RESTS_WITHOUT_REPLY = 3;
const MAX_BACKOFF_STEPS = 22;
/** As many first calls that are all refused, each as itself, mean that the run asks for something impossible. */
const FIRST_REFUSED = 5;

export type PoolEnd =
  /** Nothing to ask for now; null: and never again, every call has ended. */
  | { readonly kind: 'idle'; readonly untilMs: number | null }
  | { readonly kind: 'stop'; readonly state: 'paused' | 'failed'; readonly why: string }
  /** The run was paused or cancelled by somebody, or the worker stops. */
  | { readonly kind: 'left' };

type Ready = {
  readonly call: LeasedCall;
  readonly material: Material;
  /** What could not be read, where it is asked for again. */
  readonly earlier?: Replied;
};
type Replied = Extract<Settled, { kind: 'reply' }>;

/**
 * Keeps as many calls of one run in flight as its pace allows, at all times: a slow call holds up itself alone. Texts are
 * read for many calls at once, results are stored many at a time.
 */
export class CallPool {
  readonly #run: RunRecord;
  readonly #client: ModelClient;
  readonly #pace: Pace;
  readonly #deps: WorkPorts;
  readonly #signal: AbortSignal;
  readonly #kind: RunKind<RunRecord['config']>;
  readonly #settling: SettleQueue;
  readonly #history: HistoryKeeper;
  readonly #ready: Ready[] = [];
  readonly #inFlight = new Map<number, LeasedCall>();
  #end: PoolEnd | null = null;
  #filling: Promise<void> | null = null;
  /** The pool of calls was empty when it was asked last. */
  #isDry = false;
  /** And nothing has been in flight since, that could have gone back to it. */
  #isFinal = false;
  #dueMs: number | null = null;
  #nextLeaseMs = 0;
  #spentUsd: number;
  /** Of it, what was spent before: its calls are not those that are counted here. */
  readonly #spentBeforeUsd: number;
  #paid = 0;
  #replies = 0;
  #refused = 0;
  #wake: () => void = () => {};

  constructor(
    run: RunRecord,
    client: ModelClient,
    pace: Pace,
    spentUsd: number,
    history: RunHistory | null,
    deps: WorkPorts,
    signal: AbortSignal,
  ) {
    this.#run = run;
    this.#client = client;
    this.#pace = pace;
    this.#spentUsd = spentUsd;
    this.#spentBeforeUsd = spentUsd;
    this.#deps = deps;
    this.#signal = signal;
    this.#kind = kindOf(run);
    this.#history = new HistoryKeeper(history, deps.clock.now());
    this.#settling = new SettleQueue(run, this.#kind, deps, () => this.#wake());
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  async work(): Promise<PoolEnd> {
    const done = new AbortController();
    const keeping = this.#keepWatch(done.signal);
    try {
      for (;;) {
        if (this.#signal.aborted) this.#end ??= { kind: 'left' };
        if (this.#end === null) {
          this.#fill();
          this.#start();
        }
        if (this.#inFlight.size === 0 && this.#filling === null) {
          const end = this.#end ?? this.#endOfCalls();
          if (end !== null) return end;
        }
        await this.#rest();
        this.#settling.throwIfBroken();
      }
    } finally {
      for (const { call, earlier } of this.#ready.splice(0)) {
        if (earlier === undefined) this.#giveBack(call, null, this.#deps.clock.now());
        else this.#settling.push(earlier);
      }
      await this.#settling.drain();
      done.abort();
      await keeping;
      await this.#notePace(true);
    }
  }

  /** Where nothing is in flight and nothing is read ahead: whether anything is left. */
  #endOfCalls(): PoolEnd | null {
    if (this.#ready.length > 0 || !this.#isFinal) return null;
    return { kind: 'idle', untilMs: this.#dueMs };
  }

  #fill(): void {
    const now = this.#deps.clock.now();
    const most = AHEAD * Math.min(this.#pace.limit, this.#run.concurrency);
    if (this.#filling !== null || this.#ready.length > most / 2) return;
    if (this.#isDry && (this.#inFlight.size === 0 ? this.#isFinal : now < this.#nextLeaseMs)) return;
    this.#filling = this.#lease(most - this.#ready.length, now).finally(() => {
      this.#filling = null;
      this.#wake();
    });
  }

  async #lease(count: number, now: number): Promise<void> {
    try {
      const isIdle = this.#inFlight.size === 0;
      // what is on its way back to the pool must be there before the pool is called empty
      if (isIdle) await this.#settling.drain();
      const calls = await this.#deps.runs.lease(this.#run.id, count, now, now + LEASE_MS);
      this.#isDry = calls.length === 0;
      this.#isFinal = this.#isDry && isIdle;
      if (this.#isDry && (await this.#deps.runs.reclaim(this.#run.id)) > 0) {
        this.#isDry = false;
        this.#isFinal = false;
        return;
      }
      if (this.#isDry) {
        this.#dueMs = await this.#deps.runs.nextDue(this.#run.id);
        this.#nextLeaseMs = Math.min(now + LOOK_MS, this.#dueMs ?? Number.POSITIVE_INFINITY);
        return;
      }
      const material = await loadMaterial(this.#kind, this.#run.campaignId, calls, this.#deps);
      for (const call of calls) {
        const read = this.#kind.unasked?.(this.#run.config, call, material) ?? null;
        if (read === null) this.#ready.push({ call, material });
        else this.#settling.push({ kind: 'unasked', call, read, atMs: now });
      }
    } catch (error) {
      this.#settling.break(error);
    }
  }

  #start(): void {
    while (this.#ready.length > 0 && this.#end === null) {
      // a reply that is not stored would be paid again if this process were killed now
      if (this.#inFlight.size + this.#settling.size >= this.#run.concurrency) return;
      if (this.#isOverBudget()) return;
      if (!this.#pace.tryStart(this.#deps.monotonic.now())) return;
      const { call, material, earlier } = this.#ready.shift()!;
      this.#inFlight.set(call.id, call);
      this.#history.onAsk(call, this.#inFlight.size, this.#deps.clock.now());
      this.#isFinal = false;
      void this.#ask(call, material, earlier)
        .catch((error: unknown) => this.#settling.break(error))
        .finally(() => {
          this.#inFlight.delete(call.id);
          this.#wake();
        });
    }
  }

  /**
   * What is in flight, and the call that would be next, are counted at the mean price of the run so far; until a first reply
   * tells one, calls go one by one.
   */
  #isOverBudget(): boolean {
    const { budgetUsd } = this.#run;
    if (budgetUsd === null) return false;
    const mean = this.#paid === 0 ? 0 : (this.#spentUsd - this.#spentBeforeUsd) / this.#paid;
    const inFlight = this.#inFlight.size;
    if (this.#paid === 0 && inFlight > 0) return true;
    // sums of many small numbers end a little above or below
    if (this.#spentUsd < budgetUsd && this.#spentUsd + mean * (inFlight + 1) <= budgetUsd * (1 + 1e-9))
      return false;
    if (this.#inFlight.size === 0) {
      const left = this.#spentUsd + mean / 2 < budgetUsd;
      const why = left
        ? `What is left of the budget of ${budgetUsd} USD does not pay for another call. Resume the run with a larger one.`
        : `The budget of ${budgetUsd} USD is spent. Resume the run with a larger one.`;
      this.#end = { kind: 'stop', state: 'paused', why };
    }
    return true;
  }

  async #ask(call: LeasedCall, material: Material, earlier?: Replied): Promise<void> {
    const { clock } = this.#deps;
    const nonce = nonceOf(this.#run, call);
    const { config } = this.#run;
    let asked: Asked;
    let request: ModelRequest;
    try {
      request = this.#kind.render(config, call, material, nonce, earlier === undefined ? 0 : 1);
      asked = await this.#client.ask(request, this.#signal);
    } catch (error) {
      this.#pace.onNothing();
      if (!this.#signal.aborted) throw error;
      if (earlier !== undefined) return this.#settling.push(earlier);
      return this.#giveBack(call, null, clock.now());
    }
    const atMs = clock.now();
    if (asked.kind === 'reply') {
      const reply = priced(asked.reply, this.#run.prices, () => promptTokensOf(request));
      this.#pace.onReply(reply.latencyMs ?? 0, this.#deps.monotonic.now());
      this.#replies += 1;
      this.#history.onReply(reply.limits ?? [], atMs);
      if (reply.costUsd !== null) {
        this.#spentUsd += reply.costUsd;
        this.#paid += 1;
      } else if (this.#run.budgetUsd !== null) {
        const why = `The provider does not say what a call costs, and no price is known: the budget of ${this.#run.budgetUsd} USD cannot be kept. Start a new run with prices; what is there is not asked again.`;
        this.#end ??= { kind: 'stop', state: 'paused', why };
      }
      const read = this.#kind.read(config, call, { kind: 'reply', reply }, nonce, material);
      const settled: Replied = { kind: 'reply', call, reply, read, atMs };
      if (earlier !== undefined) this.#settling.push({ ...settled, earlier: earlier.reply });
      // held by the same lease: to the front, as the next one that is asked
      else if (read.mayAskAgain === true) this.#ready.unshift({ call, material, earlier: settled });
      else this.#settling.push(settled);
    } else if (earlier !== undefined) {
      // what is there is kept; the fault is the provider's, and no second one is waited for
      this.#pace.onFault(asked.fault, this.#deps.monotonic.now());
      this.#history.onFault(asked.fault, atMs);
      this.#settling.push(earlier);
    } else this.#onFault(call, asked.fault, nonce, atMs);
  }

  #onFault(call: LeasedCall, fault: CallFault, nonce: string, atMs: number): void {
    this.#pace.onFault(fault, this.#deps.monotonic.now());
    this.#history.onFault(fault, atMs);
    const step = afterFault(fault, call, atMs, this.#kind.independent === true);
    if (step.kind === 'again') this.#giveBack(call, fault, step.notBeforeMs);
    else if (step.kind === 'stop') {
      this.#giveBack(call, fault, atMs);
      this.#end ??= { kind: 'stop', state: 'failed', why: fault.message };
    } else {
      const read = this.#kind.read(this.#run.config, call, { kind: 'fault', fault }, nonce);
      this.#settling.push({ kind: 'failed', call, fault, read, atMs });
      if (fault.reason === 'refused') this.#refused += 1;
    }
    const isHopeless =
      this.#kind.independent !== true && this.#replies === 0 && this.#refused >= FIRST_REFUSED;
    const rests = this.#pace.rests;
    if (isHopeless || rests >= (this.#replies === 0 ? RESTS_WITHOUT_REPLY : MAX_BACKOFF_STEPS)) {
      this.#end ??= { kind: 'stop', state: 'failed', why: fault.message };
    }
  }

  #giveBack(call: LeasedCall, fault: CallFault | null, notBeforeMs: number): void {
    const atMs = this.#deps.clock.now();
    this.#settling.push({ kind: 'again', call, fault, notBeforeMs, atMs } satisfies Settled);
  }

  /** Until a call ends, texts came, or time has passed. */
  async #rest(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    const now = this.#deps.monotonic.now();
    const nextMs = this.#pace.nextMs(now);
    const ms = nextMs === null ? TICK_MS : Math.max(1, Math.min(TICK_MS, nextMs - now));
    if (this.#signal.aborted && this.#inFlight.size === 0) return;
    await this.#deps.timers.after(ms, woken.signal);
  }

  /** Renews leases, sees that the run was stopped, and says how fast it goes. */
  async #keepWatch(done: AbortSignal): Promise<void> {
    let renewed = this.#deps.monotonic.now();
    while (!done.aborted) {
      await this.#deps.timers.after(LOOK_MS, done);
      if (done.aborted) return;
      try {
        const run = await this.#deps.runs.find(this.#run.id);
        if (run?.state !== 'running') this.#end ??= { kind: 'left' };
        await this.#notePace();
        const elapsedMs = this.#deps.monotonic.now();
        if (elapsedMs - renewed < RENEW_MS) continue;
        renewed = elapsedMs;
        const held = [
          ...this.#inFlight.values(),
          ...this.#ready.map(({ call }) => call),
          ...this.#settling.calls,
        ];
        await this.#deps.runs.renew(held, this.#deps.clock.now() + LEASE_MS);
      } catch (error) {
        this.#settling.break(error);
        return;
      }
    }
  }

  /** @param isLast with the last point of its history, whole or not */
  async #notePace(isLast = false): Promise<void> {
    const atMs = this.#deps.clock.now();
    const elapsedMs = this.#deps.monotonic.now();
    const { perSecond, latencyMs } = this.#pace.speed(elapsedMs);
    const { restingUntilMs } = this.#pace;
    const inFlight = this.#inFlight.size;
    const limit = Math.min(this.#pace.limit, this.#run.concurrency);
    this.#history.look(inFlight, limit, atMs);
    await this.#deps.runs.setPace(
      this.#run.id,
      {
        inFlight,
        limit,
        perSecond,
        rateLimited: this.#pace.rateLimited,
        latencyMs,
        restingUntilMs: restingUntilMs === null ? null : atMs + Math.round(restingUntilMs - elapsedMs),
        atMs,
      },
      this.#history.take(isLast),
    );
  }
}

/** What was sent, in tokens, where the provider does not count them. */
export function promptTokensOf(request: ModelRequest): number {
  switch (request.kind) {
    case 'chat':
      return estimatePromptTokens(request.system, request.turns);
    case 'score':
      return request.inputs.reduce(
        (sum, input) =>
          sum +
          estimateTokens(
            scoreTexts(input)
              .map(({ text }) => text)
              .join('\n'),
          ),
        0,
      );
    default:
      return 0;
  }
}
