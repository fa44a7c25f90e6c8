import { factorCholesky, invertCholesky } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import type { Evidence, EvidenceCell } from './evidence.ts';

type Grid = readonly {
  readonly side: 'objective' | 'subjective';
  /** 0..100 by model; null: missing. */
  readonly values: readonly (number | null)[];
}[];

type Predicted = Pick<Evidence, 'residualSd'> & {
  /** By source and model; null where the cell was measured, or nothing is known of the model. */
  readonly cells: readonly (readonly (EvidenceCell | null)[])[];
};

/** Logits: a model's ability, what it has beyond that in one side, and the ease of a source. */
const ABILITY_SD = 1.5;
const SIDE_SD = 0.6;
const EASE_SD = 10;
/** Spread of cells that the point predictions take as given; what intervals take is estimated. */
const RESIDUAL_SD = 0.5;
/** So many cells of spread `RESIDUAL_SD` are added to those that the spread is estimated from. */
const PRIOR_CELLS = 4;
/** Shares nearer to 0 or 1 than this have no finite logit worth believing. */
const EDGE = 0.005;

/**
 * Missing cells by the additive logit: logit of a cell = ability of the model + what it has beyond that in the side +
 * ease of the source, by least squares with normal priors. The point prediction is a fixed linear map of the measured
 * logits, so that a better score can never lower one; how far it may be off is estimated from the residuals.
 */
export function predictCells(grid: Grid, models: number): Predicted {
  const sides = ['objective', 'subjective'] as const;
  const size = 3 * models + grid.length;
  const columns = (model: number, source: number): readonly number[] => [
    model,
    (1 + sides.indexOf(grid[source]!.side)) * models + model,
    3 * models + source,
  ];
  const observed = grid.flatMap(({ values }, source) =>
    values.flatMap((value, model) => (value === null ? [] : [{ model, source, logit: logitOf(value) }])),
  );
  const known = new Uint8Array(models);
  for (const { model } of observed) known[model] = 1;
  const covarianceAt = (residualVariance: number): Float64Array => {
    const precision = new Float64Array(size * size);
    for (let k = 0; k < size; k += 1) {
      const sd = k < models ? ABILITY_SD : k < 3 * models ? SIDE_SD : EASE_SD;
      precision[k * (size + 1)] = 1 / sd ** 2;
    }
    for (const { model, source } of observed) {
      const at = columns(model, source);
      for (const i of at) for (const j of at) precision[i * size + j]! += 1 / residualVariance;
    }
    return invertCholesky(factorCholesky(precision, size)!, size);
  };
  const variance = (matrix: Float64Array, at: readonly number[]): number =>
    at.reduce((sum, i) => sum + at.reduce((row, j) => row + matrix[i * size + j]!, 0), 0);

  const given = covarianceAt(RESIDUAL_SD ** 2);
  const right = new Float64Array(size);
  for (const { model, source, logit } of observed) {
    for (const i of columns(model, source)) right[i]! += logit / RESIDUAL_SD ** 2;
  }
  const estimate = Float64Array.from({ length: size }, (_, i) =>
    right.reduce((sum, value, j) => sum + given[i * size + j]! * value, 0),
  );
  const fitted = (model: number, source: number): number =>
    columns(model, source).reduce((sum, k) => sum + estimate[k]!, 0);
  const spread = (side: 'objective' | 'subjective'): number => {
    const own = observed.filter(({ source }) => grid[source]!.side === side);
    let squares = PRIOR_CELLS * RESIDUAL_SD ** 2;
    let free = PRIOR_CELLS;
    for (const { model, source, logit } of own) {
      squares += (logit - fitted(model, source)) ** 2;
      free += 1 - variance(given, columns(model, source)) / RESIDUAL_SD ** 2;
    }
    return Math.sqrt(squares / free);
  };
  const residualSd = { objective: spread('objective'), subjective: spread('subjective') };
  const wider = covarianceAt(Math.max(residualSd.objective, residualSd.subjective) ** 2);
  const cells = grid.map(({ side, values }, source) =>
    values.map((value, model): EvidenceCell | null => {
      if (value !== null || known[model] === 0) return null;
      const share = logistic(fitted(model, source));
      const fitSd = Math.sqrt(variance(wider, columns(model, source)));
      const se = 100 * share * (1 - share) * Math.hypot(fitSd, residualSd[side]);
      return { value: 100 * share, se, n: null, imputed: true, fitSd };
    }),
  );
  return { cells, residualSd };
}

function logitOf(value: number): number {
  const share = Math.min(1 - EDGE, Math.max(EDGE, value / 100));
  return Math.log(share / (1 - share));
}
