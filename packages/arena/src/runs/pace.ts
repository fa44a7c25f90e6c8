import type { EpochMs } from '@agon/domain';
import type { CallFault } from '../ports/model-client.ts';
import type { ProviderLimits } from '../ports/provider-store.ts';

/** What one cut leaves of the limit, and how long until the next one: a burst of refusals is one event, not many. */
const CUT = 0.8;
const CUT_EVERY_MS = 10_000;
/** A reply this many times slower than more calls in flight explain means that the server is full. */
const TOO_SLOW = 2;
const LEAST_WINDOW = 20;
/** Faults in a row, and in the last ones, after which nothing is asked for a while. */
const STRAIGHT_FAULTS = 5;
const FAULT_WINDOW = 20;
/** Refusals in a row, with no reply between, that mean the provider and not the call. */
const STRAIGHT_REFUSALS = 10;
const FIRST_REST_MS = 5000;
const LAST_REST_MS = 30_000;
const MOST = 1024;
const MINUTE_MS = 60_000;

/**
 * How fast a model of a provider may be asked. The number of calls in flight rises by one for each round of replies and
 * falls by a fifth when the provider refuses or slows down (AIMD); after a row of faults it rests, then tries one call.
 * A state machine without a clock: it is told the time.
 */
export class Pace {
  #max: number;
  #limit = 0;
  readonly #callsPerMinute: number | null;
  #inFlight = 0;
  #wasCut = false;
  #lastCutMs = Number.NEGATIVE_INFINITY;
  #latencies: number[] = [];
  #most = 0;
  #basis: { readonly latencyMs: number; readonly inFlight: number } | null = null;
  #outcomes: boolean[] = [];
  #straightFaults = 0;
  #straightRefusals = 0;
  #leastRetryAfterMs = Number.POSITIVE_INFINITY;
  #rests = 0;
  #restingUntilMs: EpochMs | null = null;
  #isTrying = false;
  #tokens = 1;
  #tokensAtMs: EpochMs | null = null;
  #recent: { readonly atMs: EpochMs; readonly latencyMs: number }[] = [];
  /** Calls that the provider refused because it was asked too often. */
  rateLimited = 0;

  constructor({ concurrency, callsPerMinute }: Pick<ProviderLimits, 'concurrency' | 'callsPerMinute'>) {
    this.#max = concurrency ?? MOST;
    this.#callsPerMinute = callsPerMinute;
  }

  /** A run asks for up to this many calls in flight; the limit begins there and may not have been cut. */
  want(concurrency: number): void {
    if (!this.#wasCut) this.#limit = Math.max(this.#limit, Math.min(concurrency, this.#max));
  }

  get limit(): number {
    return this.#isTrying ? 1 : Math.max(1, Math.floor(this.#limit));
  }

  /** Times in a row that it rested without a reply since. */
  get rests(): number {
    return this.#rests;
  }

  /** Takes a place for one call, if there is one now. */
  tryStart(nowMs: EpochMs): boolean {
    if (this.#restingUntilMs !== null) {
      if (nowMs < this.#restingUntilMs) return false;
      this.#restingUntilMs = null;
    }
    if (this.#inFlight >= this.limit || !this.#takeToken(nowMs)) return false;
    this.#inFlight += 1;
    return true;
  }

  /** When a place comes free by time alone; null: only by a reply. */
  nextMs(nowMs: EpochMs): EpochMs | null {
    if (this.#restingUntilMs !== null) return this.#restingUntilMs;
    if (this.#callsPerMinute === null || this.#inFlight >= this.limit || this.#tokens >= 1) return null;
    return nowMs + Math.ceil(((1 - this.#tokens) * MINUTE_MS) / this.#callsPerMinute);
  }

  /** A place was not used, or its call was given back. */
  onNothing(): void {
    this.#inFlight -= 1;
  }

  onReply(latencyMs: number, nowMs: EpochMs): void {
    const inFlight = this.#inFlight;
    this.#inFlight -= 1;
    this.#isTrying = false;
    this.#rests = 0;
    this.#straightFaults = 0;
    this.#forgetRefusals();
    this.#note(true);
    this.#recent.push({ atMs: nowMs, latencyMs });
    if (this.#recent.length > MOST) this.#recent.splice(0, MOST / 2);
    // what is not used says nothing about what could be
    if (inFlight >= Math.floor(this.#limit))
      this.#limit = Math.min(this.#max, this.#limit + 1 / Math.max(1, this.#limit));
    this.#watchLatency(latencyMs, inFlight, nowMs);
  }

  onFault(fault: CallFault, nowMs: EpochMs): void {
    this.#inFlight -= 1;
    if (fault.reason === 'rate_limited') this.#onRefusal(fault, nowMs);
    else if (['unreachable', 'timeout', 'server_error', 'unreadable'].includes(fault.reason)) {
      this.#straightFaults += 1;
      this.#note(false);
      const isMany =
        this.#outcomes.length === FAULT_WINDOW &&
        this.#outcomes.filter((isGood) => !isGood).length > FAULT_WINDOW / 2;
      if (this.#isTrying || this.#straightFaults >= STRAIGHT_FAULTS || isMany)
        this.#rest(nowMs, fault.retryAfterMs);
      else if (fault.reason !== 'unreachable') this.#cut(nowMs);
    } else this.#isTrying = false;
  }

  /** Replies in a second over the last seconds, and the median of their latencies. */
  speed(nowMs: EpochMs): { readonly perSecond: number; readonly latencyMs: number | null } {
    const WINDOW_MS = 10_000;
    const last = this.#recent.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const first = last[0];
    if (first === undefined) return { perSecond: 0, latencyMs: null };
    const spanMs = Math.max(1000, nowMs - first.atMs);
    return {
      perSecond: (1000 * last.length) / spanMs,
      latencyMs: median(last.map((each) => each.latencyMs)),
    };
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get restingUntilMs(): EpochMs | null {
    return this.#restingUntilMs;
  }

  #onRefusal(fault: CallFault, nowMs: EpochMs): void {
    this.rateLimited += 1;
    this.#straightRefusals += 1;
    this.#leastRetryAfterMs = Math.min(this.#leastRetryAfterMs, fault.retryAfterMs ?? FIRST_REST_MS);
    this.#isTrying = false;
    if (this.#straightRefusals < STRAIGHT_REFUSALS) this.#cut(nowMs);
    else {
      // the key as a whole is out of calls: others need not be tried before it may be asked again
      this.#restingUntilMs = nowMs + this.#leastRetryAfterMs;
      this.#isTrying = true;
      this.#forgetRefusals();
    }
  }

  #forgetRefusals(): void {
    this.#straightRefusals = 0;
    this.#leastRetryAfterMs = Number.POSITIVE_INFINITY;
  }

  #rest(nowMs: EpochMs, retryAfterMs: number | null): void {
    // those that were in flight when it began to rest are not the next try
    if (this.#restingUntilMs !== null && nowMs < this.#restingUntilMs) return;
    const restMs = Math.min(FIRST_REST_MS * 2 ** this.#rests, LAST_REST_MS);
    this.#restingUntilMs = nowMs + Math.max(restMs, retryAfterMs ?? 0);
    this.#rests += 1;
    this.#isTrying = true;
    this.#straightFaults = 0;
    this.#outcomes = [];
  }

  #cut(nowMs: EpochMs): void {
    if (nowMs - this.#lastCutMs < CUT_EVERY_MS) return;
    this.#lastCutMs = nowMs;
    this.#wasCut = true;
    this.#limit = Math.max(1, this.#limit * CUT);
  }

  #note(isGood: boolean): void {
    this.#outcomes.push(isGood);
    if (this.#outcomes.length > FAULT_WINDOW) this.#outcomes.shift();
  }

  /** More calls in flight take longer on a busy server; longer than in proportion, they only queue there. */
  #watchLatency(latencyMs: number, inFlight: number, nowMs: EpochMs): void {
    this.#latencies.push(latencyMs);
    this.#most = Math.max(this.#most, inFlight);
    if (this.#latencies.length < Math.max(LEAST_WINDOW, 2 * this.#most)) return;
    const now = { latencyMs: median(this.#latencies), inFlight: this.#most };
    this.#latencies = [];
    this.#most = 0;
    const basis = this.#basis;
    if (basis === null || now.latencyMs <= basis.latencyMs) this.#basis = now;
    else if (now.latencyMs > TOO_SLOW * basis.latencyMs * Math.max(1, now.inFlight / basis.inFlight)) {
      this.#cut(nowMs);
      // a model that became slow for good is a new basis, not a reason to go on falling
      this.#basis = { latencyMs: (basis.latencyMs + now.latencyMs) / 2, inFlight: basis.inFlight };
    }
  }

  #takeToken(nowMs: EpochMs): boolean {
    if (this.#callsPerMinute === null) return true;
    const sinceMs = nowMs - (this.#tokensAtMs ?? nowMs);
    this.#tokens = Math.min(1, this.#tokens + (sinceMs * this.#callsPerMinute) / MINUTE_MS);
    this.#tokensAtMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[sorted.length >> 1] ?? 0;
}

/** One pace for each model of each provider, for all runs of a worker. */
export class Paces {
  readonly #paces = new Map<string, Pace>();

  of(provider: { readonly id: string; readonly limits: ProviderLimits }, model: string): Pace {
    const key = JSON.stringify([
      provider.id,
      model,
      provider.limits.concurrency,
      provider.limits.callsPerMinute,
    ]);
    const known = this.#paces.get(key);
    if (known !== undefined) return known;
    const pace = new Pace(provider.limits);
    this.#paces.set(key, pace);
    return pace;
  }
}
