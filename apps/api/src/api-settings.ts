import type { WatcherLimits } from './board-watchers.ts';
import type { RateLimit } from './http/rate-limiter.ts';

/** Limits by what they guard. Votes and draws count per voter, the others per client address. */
export type RateLimits = {
  readonly votes: RateLimit;
  readonly draws: RateLimit;
  readonly consents: RateLimit;
  readonly signIns: RateLimit;
  readonly boards: RateLimit;
};

/** A class of 200 behind one address may begin at once; one voter may not vote faster than people read. */
export const DEFAULT_RATE_LIMITS: RateLimits = {
  votes: { perSecond: 5, burst: 20 },
  draws: { perSecond: 5, burst: 20 },
  consents: { perSecond: 10, burst: 300 },
  signIns: { perSecond: 0.5, burst: 30 },
  boards: { perSecond: 20, burst: 200 },
};

/** A browser opens few pages at once; behind one address there may be an office. */
export const DEFAULT_WATCHER_LIMITS: WatcherLimits = { perAddress: 20, perSession: 6 };

/** Who may read /metrics: anybody who reaches this machine, nobody, or whoever has the key. */
export type MetricsRule = 'open' | 'closed' | { readonly key: string };

export type ApiSettings = {
  /** Origin that people see; null: whatever host the request was sent to. */
  readonly publicOrigin: string | null;
  /** Host names that are answered; null: all. */
  readonly allowedHosts: ReadonlySet<string> | null;
  /** How many proxies of ours stand in front. */
  readonly trustedProxies: number;
  /** Null: off, for load tests. */
  readonly rateLimits: RateLimits | null;
  readonly metrics: MetricsRule;
  readonly watchers: WatcherLimits;
  /** `all`: every reply is checked against its schema; `blind`: only those that a voter sees before the vote. */
  readonly checkReplies: 'all' | 'blind';
  /** Bearer secret of the owner of the data folder; null: there is none. */
  readonly ownerKey: string | null;
  /** Every request is logged with its route, status and time; never what it asked for. */
  readonly accessLog: boolean;
  readonly version: string;
};
