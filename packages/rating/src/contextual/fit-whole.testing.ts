import type { RatingSettings } from '@agon/domain';
import { type SquareMatrix, sandwichProduct } from '@agon/stats';
import { independentMeat, invertInformation, maximiseContextual } from './maximise-contextual.ts';
import type { ContextualColumns } from './scan-contextual-rows.ts';

/** For tests: the maximum with its covariances, of (θ, β) under Σθ = 0, side m + width. @throws Error where there is no maximum */
export function fitWhole(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
  start: Float64Array,
  penalty = 0,
): {
  readonly theta: Float64Array;
  readonly beta: Float64Array;
  readonly inverse: SquareMatrix;
  readonly covariance: SquareMatrix;
  readonly iterations: number;
  readonly used: number;
} {
  const { width } = columns;
  const top = maximiseContextual(
    columns,
    settings,
    place,
    { theta: start, beta: new Float64Array(width) },
    penalty,
  );
  if (top === null) throw new Error('there is no maximum');
  const inverse = invertInformation(top);
  const covariance = sandwichProduct(inverse, independentMeat(top, penalty), start.length + width);
  return { ...top.point, inverse, covariance, iterations: top.iterations, used: top.sums.rows };
}
