import type { RatingMethod } from './rating.ts';

/** Methods that a board offers: those that need nothing but its comparisons, and the answers that they are about. */
export const BOARD_METHODS = [
  'bradley-terry',
  'davidson',
  'rao-kupper',
  'contextual',
  'prediction-powered',
  'elo',
  'glicko2',
  'win-rate',
  'length-controlled',
] as const satisfies readonly RatingMethod[];
