import type { EpochMs } from '@agon/domain';
import type { CallFault } from '../ports/model-client.ts';
import type { ProviderLimits } from '../ports/provider-store.ts';

/** What one cut leaves of the limit, and how long until the next one: a burst of refusals is one event, not many. */
const CUT = 0.8;
const CUT_EVERY_MS = 10_000;
/**
 * A cut after which each place yields no more replies than before was in vain: the provider refuses or fails whatever the
 * pace. The limit goes back and is left alone for a while. Yields of too few replies are not compared: the difference that
 * is looked for must be so many standard deviations.
 */
const DEVIATIONS = 2;
/** Twice as long each time in a row. */
const FIRST_STEADY_MS = 60_000;
const LAST_STEADY_MS = 16 * FIRST_STEADY_MS;
/** Nothing is cut before as many replies have come, or this time has passed: fast refusals come before slow replies. */
const FIRST_REPLIES = 100;
const FIRST_MS = 10_000;
/** A reply this many times slower than more calls in flight explain means that the server is full. */
const TOO_SLOW = 2;
const MIN_WINDOW = 20;
/** Faults in a row, and in the last ones, after which nothing is asked for a while. */
const STRAIGHT_FAULTS = 5;
const FAULT_WINDOW = 20;
/** What a provider's faults look like over time; a rest needs a row that would be this rare among them. */
const USUAL_FAULTS_OVER = 200;
const RARE = 0.001;
const RARE_DEVIATIONS = 3;
/** Refusals in a row, with no reply between, that mean the provider and not the call. */
const STRAIGHT_REFUSALS = 10;
const FIRST_REST_MS = 5000;
const LAST_REST_MS = 30_000;
const MOST = 1024;
const MINUTE_MS = 60_000;

/** Replies that came while most places were taken, in so many milliseconds, and in so many of all places together. */
type Yield = { readonly replies: number; readonly ms: number; readonly placeMs: number };
const NO_YIELD: Yield = { replies: 0, ms: 0, placeMs: 0 };

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
  #beforeCut: (Yield & { readonly limit: number }) | null = null;
  #yield: Yield = NO_YIELD;
  #steadyMs = FIRST_STEADY_MS;
  #firstTroubleMs: EpochMs | null = null;
  #steadyUntilMs = Number.NEGATIVE_INFINITY;
  #seenMs: EpochMs | null = null;
  #faultShare = 0;
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
  /** Nothing but trouble came lately: nothing new is begun until one of those in flight replies, or none is left. */
  #doubt: { readonly retryAfterMs: number | null; readonly isRefused: boolean } | null = null;
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
    if (this.#doubt !== null) return false;
    if (this.#inFlight >= this.limit || !this.#takeToken(nowMs)) return false;
    this.#measure(nowMs, 0);
    this.#inFlight += 1;
    return true;
  }

  /** When a place comes free by time alone; null: only by a reply. */
  nextMs(nowMs: EpochMs): EpochMs | null {
    if (this.#restingUntilMs !== null) return this.#restingUntilMs;
    if (this.#doubt !== null) return null;
    if (this.#callsPerMinute === null || this.#inFlight >= this.limit || this.#tokens >= 1) return null;
    return nowMs + Math.ceil(((1 - this.#tokens) * MINUTE_MS) / this.#callsPerMinute);
  }

  /** A place was not used, or its call was given back. */
  onNothing(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.#doubt = null;
  }

  onReply(latencyMs: number, nowMs: EpochMs): void {
    this.#measure(nowMs, 1);
    const inFlight = this.#inFlight;
    this.#inFlight -= 1;
    this.#isTrying = false;
    this.#doubt = null;
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
    this.#measure(nowMs, 0);
    this.#inFlight -= 1;
    if (fault.reason === 'rate_limited') this.#onRefusal(fault, nowMs);
    else if (['unreachable', 'timeout', 'server_error', 'unreadable'].includes(fault.reason)) {
      this.#straightFaults += 1;
      this.#note(false);
      if (this.#isTrying || this.#areMany()) this.#rest(nowMs, fault.retryAfterMs);
      else if (this.#straightFaults >= Math.max(this.#rareRow(), this.#inFlight))
        this.#doubt ??= { retryAfterMs: fault.retryAfterMs, isRefused: false };
      else if (fault.reason !== 'unreachable') this.#cut(nowMs);
    } else this.#isTrying = false;
    if (this.#doubt === null || this.#inFlight > 0) return;
    const { retryAfterMs, isRefused } = this.#doubt;
    this.#doubt = null;
    if (isRefused) this.#waitForKey(nowMs);
    else this.#rest(nowMs, retryAfterMs);
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
    // those that are worked on were not refused
    if (this.#straightRefusals < Math.max(STRAIGHT_REFUSALS, this.#inFlight)) this.#cut(nowMs);
    else this.#doubt ??= { retryAfterMs: null, isRefused: true };
  }

  /** The key as a whole is out of calls: others need not be tried before it may be asked again. */
  #waitForKey(nowMs: EpochMs): void {
    this.#restingUntilMs = nowMs + this.#leastRetryAfterMs;
    this.#isTrying = true;
    this.#forgetRefusals();
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
    this.#firstTroubleMs ??= nowMs;
    if (nowMs - this.#lastCutMs < CUT_EVERY_MS || nowMs < this.#steadyUntilMs) return;
    const [before, now] = [this.#beforeCut, this.#yield];
    const isEarly = now.replies < FIRST_REPLIES && nowMs - this.#firstTroubleMs < FIRST_MS;
    if (before === null && isEarly) return;
    const verdict = before === null ? null : compareYields(before, now);
    if (before !== null && verdict === 'in_vain') {
      this.#limit = Math.max(this.#limit, before.limit);
      this.#steadyUntilMs = nowMs + this.#steadyMs;
      this.#steadyMs = Math.min(2 * this.#steadyMs, LAST_STEADY_MS);
      this.#beforeCut = null;
      this.#yield = NO_YIELD;
      return;
    }
    if (verdict === 'of_use') this.#steadyMs = FIRST_STEADY_MS;
    // what is compared with next is a full measure at a known limit
    if (before === null || verdict === 'of_use' || before.replies < FIRST_REPLIES) {
      this.#beforeCut = { ...now, limit: this.#limit };
      this.#yield = NO_YIELD;
    }
    this.#lastCutMs = nowMs;
    this.#wasCut = true;
    this.#limit = Math.max(1, this.#limit * CUT);
  }

  #measure(nowMs: EpochMs, replied: number): void {
    const sinceMs = nowMs - (this.#seenMs ?? nowMs);
    this.#seenMs = nowMs;
    if (2 * this.#inFlight < this.limit) return;
    const { replies, ms, placeMs } = this.#yield;
    this.#yield = { replies: replies + replied, ms: ms + sinceMs, placeMs: placeMs + sinceMs * this.limit };
  }

  /** More faults among the last calls than this provider usually has. */
  #areMany(): boolean {
    const { length } = this.#outcomes;
    if (length < this.#faultWindow) return false;
    const share = this.#faultShare;
    const usual = share + RARE_DEVIATIONS * Math.sqrt((share * (1 - share)) / length);
    return this.#outcomes.filter((isGood) => !isGood).length > length * Math.max(0.5, Math.min(usual, 0.95));
  }

  /** As many faults in a row as this provider hardly ever has. */
  #rareRow(): number {
    const share = Math.min(this.#faultShare, 0.9);
    return Math.max(STRAIGHT_FAULTS, share === 0 ? 0 : Math.ceil(Math.log(RARE) / Math.log(share)));
  }

  /** Wide enough that fast faults and slow replies of the same calls are both in it. */
  get #faultWindow(): number {
    return Math.max(FAULT_WINDOW, 2 * Math.floor(this.#limit));
  }

  #note(isGood: boolean): void {
    // a provider that is gone says nothing about what is usual
    if (this.#rests === 0) this.#faultShare += ((isGood ? 0 : 1) - this.#faultShare) / USUAL_FAULTS_OVER;
    this.#outcomes.push(isGood);
    if (this.#outcomes.length > this.#faultWindow)
      this.#outcomes.splice(0, this.#outcomes.length - this.#faultWindow);
  }

  /** More calls in flight take longer on a busy server; longer than in proportion, they only queue there. */
  #watchLatency(latencyMs: number, inFlight: number, nowMs: EpochMs): void {
    this.#latencies.push(latencyMs);
    this.#most = Math.max(this.#most, inFlight);
    if (this.#latencies.length < Math.max(MIN_WINDOW, 2 * this.#most)) return;
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

/** Whether fewer places yield more each, as on a server that was full, or not; null: too few replies to say. */
function compareYields(before: Yield, after: Yield): 'in_vain' | 'of_use' | null {
  if (before.replies === 0 || after.replies === 0 || before.ms === 0 || after.ms === 0) return null;
  const places = (one: Yield) => one.placeMs / one.ms;
  /** On a server that was full: as many replies from fewer places. */
  const full = places(before) / places(after);
  if (full <= 1) return null;
  const deviation = Math.sqrt(1 / before.replies + 1 / after.replies);
  const half = (full - 1) / 2;
  if (half < DEVIATIONS * deviation) return null;
  const gain = after.replies / after.placeMs / (before.replies / before.placeMs);
  return gain < 1 + half ? 'in_vain' : 'of_use';
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
