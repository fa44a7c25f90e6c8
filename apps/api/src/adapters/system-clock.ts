import type { Clock } from '@agon/arena';

export const systemClock: Clock = { now: () => Date.now() };
