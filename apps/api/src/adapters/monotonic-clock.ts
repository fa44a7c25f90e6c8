import type { Clock } from '@agon/arena';

/**
 * Time since this process started. It never goes back, as the clock of the machine does when somebody sets it: whatever a
 * difference of two times decides is measured by this one.
 */
export const monotonicClock: Clock = { now: () => performance.now() };
