import type { Clock } from '../ports/clock.ts';
import type { Ports } from '../ports/ports.ts';
import type { Paces } from './pace.ts';

export type WorkPorts = Pick<
  Ports,
  | 'runs'
  | 'batches'
  | 'providers'
  | 'modelClients'
  | 'battles'
  | 'content'
  | 'judgeCards'
  | 'feed'
  | 'clock'
  | 'timers'
> & {
  readonly paces: Paces;
  /** Milliseconds that never go back: what the pace of calls goes by. */
  readonly monotonic: Clock;
};
