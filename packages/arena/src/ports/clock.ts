import type { EpochMs } from '@agon/domain';

export interface Clock {
  now(): EpochMs;
}
