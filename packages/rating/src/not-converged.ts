import { ArenaError } from '@agon/domain';

/** Newton's method ran out of double precision: the weights are too many orders of magnitude apart. */
export function notConverged(table: { readonly models: number; readonly cells: number }): ArenaError {
  return new ArenaError('not_converged', 'The ratings could not be fitted to working precision.', {
    hint: 'Weights many orders of magnitude apart cause this; rescale or drop the smallest.',
    data: { models: table.models, pairs: table.cells },
  });
}
