import type { EpochMs } from '@agon/domain';
import type { CallFault, ReplyLimit } from '../ports/model-client.ts';
import type { KnownLimit, LeasedCall, RunHistory, RunPoint } from '../ports/run-store.ts';

/** Points of a short run are this long; more of them than these are folded two by two. */
const FIRST_STEP_MS = 1000;
const MAX_POINTS = 240;
/** Calls turned away with less than this between them are one burst: the pace takes them for one event too. */
const BURST_GAP_MS = 10_000;
/** A provider's clock and its rounding move what a window comes to by this share. */
const WINDOW_SLACK = 0.25;
const WINDOWS_MS = [1000, 60_000, 3_600_000, 86_400_000];

const NOTHING: RunHistory = {
  stepMs: FIRST_STEP_MS,
  points: [],
  turnedAway: { calls: 0, bursts: 0, lastMs: null, early: 0, longestWaitMs: 0 },
  limits: [],
};

/** Keeps what a run goes through, bounded however long it takes. A state machine without a clock: it is told the time. */
export class HistoryKeeper {
  #stepMs: number;
  #points: RunPoint[];
  #turnedAway: RunHistory['turnedAway'];
  readonly #limits: Map<KnownLimit['of'], KnownLimit>;
  /** Until when the time that the run was worked on has been counted. */
  #seenMs: EpochMs;
  /** Whole points that `take` has given out. */
  #taken: number;

  /** @param before what is kept of the run already; null: nothing */
  constructor(before: RunHistory | null, nowMs: EpochMs) {
    const { stepMs, points, turnedAway, limits } = before ?? NOTHING;
    this.#stepMs = stepMs;
    this.#points = [...points];
    this.#turnedAway = turnedAway;
    this.#limits = new Map(limits.map((limit) => [limit.of, limit]));
    this.#seenMs = nowMs;
    this.#taken = this.#points.length;
  }

  /** @param inFlight calls in flight with it */
  onAsk({ turnedAway }: Pick<LeasedCall, 'turnedAway'>, inFlight: number, nowMs: EpochMs): void {
    if (turnedAway !== undefined) {
      const { early, longestWaitMs } = this.#turnedAway;
      this.#turnedAway = {
        ...this.#turnedAway,
        early: early + (nowMs < turnedAway.notBeforeMs ? 1 : 0),
        longestWaitMs: Math.max(longestWaitMs, nowMs - turnedAway.atMs),
      };
    }
    this.#add({ inFlight }, nowMs);
  }

  onReply(limits: readonly ReplyLimit[], nowMs: EpochMs): void {
    this.#add({ replies: 1 }, nowMs);
    for (const { of, allowed, left, resetMs } of limits) {
      const windowMs = windowOf(allowed, left, resetMs) ?? this.#limits.get(of)?.windowMs ?? null;
      this.#limits.set(of, { of, allowed, left, windowMs, atMs: nowMs });
    }
  }

  onFault({ reason }: Pick<CallFault, 'reason'>, nowMs: EpochMs): void {
    if (reason !== 'rate_limited') return;
    const { calls, bursts, lastMs } = this.#turnedAway;
    const isNew = lastMs === null || nowMs - lastMs > BURST_GAP_MS;
    this.#turnedAway = {
      ...this.#turnedAway,
      calls: calls + 1,
      bursts: bursts + (isNew ? 1 : 0),
      lastMs: nowMs,
    };
    this.#add({ turnedAway: 1 }, nowMs);
  }

  /** How it stands at one moment. */
  look(inFlight: number, limit: number, nowMs: EpochMs): void {
    this.#add({ inFlight, limit }, nowMs);
  }

  /**
   * @param isLast with the point that is not whole yet
   * @returns what is to be kept; undefined where no point became whole since it was taken last
   */
  take(isLast: boolean): RunHistory | undefined {
    const whole = Math.max(0, this.#points.length - 1);
    if (!isLast && whole <= this.#taken) return undefined;
    this.#taken = whole;
    return {
      stepMs: this.#stepMs,
      points: [...this.#points],
      turnedAway: this.#turnedAway,
      limits: [...this.#limits.values()],
    };
  }

  #add(what: Partial<Omit<RunPoint, 'atMs' | 'workedMs'>>, nowMs: EpochMs): void {
    const atMs = Math.floor(nowMs / this.#stepMs) * this.#stepMs;
    const last = this.#points.at(-1);
    // a clock that was set back adds to the newest point
    const isSame = last !== undefined && atMs <= last.atMs;
    const workedMs = Math.min(Math.max(0, nowMs - this.#seenMs), this.#stepMs);
    this.#seenMs = nowMs;
    const point = { atMs, workedMs: 0, replies: 0, turnedAway: 0, inFlight: 0, limit: 0 };
    const next = joined(isSame ? last : point, { ...point, workedMs, ...what });
    if (isSame) this.#points.pop();
    this.#points.push(next);
    while (this.#points.length > MAX_POINTS) this.#fold();
  }

  /** Points become twice as long. */
  #fold(): void {
    this.#stepMs *= 2;
    const folded: RunPoint[] = [];
    for (const point of this.#points) {
      const atMs = Math.floor(point.atMs / this.#stepMs) * this.#stepMs;
      const last = folded.at(-1);
      if (last?.atMs === atMs) folded[folded.length - 1] = joined(last, point);
      else folded.push({ ...point, atMs });
    }
    this.#points = folded;
    this.#taken = 0;
  }
}

function joined(first: RunPoint, second: RunPoint): RunPoint {
  return {
    atMs: first.atMs,
    workedMs: first.workedMs + second.workedMs,
    replies: first.replies + second.replies,
    turnedAway: first.turnedAway + second.turnedAway,
    inFlight: Math.max(first.inFlight, second.inFlight),
    limit: Math.max(first.limit, second.limit),
  };
}

/**
 * What a limit is counted over: a provider that gives back evenly needs `window × used / allowed` to be whole again. Only
 * where that comes near a second, a minute, an hour or a day.
 * @returns milliseconds; null: not to be told
 */
function windowOf(allowed: number, left: number, resetMs: number | null): number | null {
  const used = allowed - left;
  if (resetMs === null || used <= 0 || resetMs <= 0) return null;
  const found = (resetMs * allowed) / used;
  return WINDOWS_MS.find((ms) => Math.abs(found - ms) <= WINDOW_SLACK * ms) ?? null;
}
