import type { RatingMethod } from './rating.ts';

/** Methods that a board offers: those that need nothing but its comparisons. */
export const BOARD_METHODS = [
  'bradley-terry',
  'davidson',
  'rao-kupper',
  'contextual',
  'elo',
  'win-rate',
] as const satisfies readonly RatingMethod[];
