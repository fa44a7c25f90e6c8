import type { ArenaError } from '@agon/domain';
import type { BoardWatchers } from '../board-watchers.ts';
import type { ApiPorts } from '../compose.ts';
import type { Metrics } from '../metrics.ts';
import type { RateGuard } from '../rate-guard.ts';
import type { Serve } from '../serve-call.ts';

/** What every route file is given. */
export type RouteDeps = {
  readonly serve: Serve;
  readonly ports: ApiPorts;
  readonly guard: RateGuard;
  readonly metrics: Metrics;
  /** Any failure as an error with a code; what nobody foresaw is logged under the name of the route. */
  readonly asRefusal: (error: unknown, route: string) => ArenaError;
  readonly watchers: BoardWatchers;
  /** Gives an ageing session its full time again: Set-Cookie values, empty where nothing is due. */
  readonly renewSession: (headers: Headers) => Promise<readonly string[]>;
  /** Sessions and roles may have changed: what is kept of them in memory is dropped. */
  readonly forgetSessions: () => void;
};
