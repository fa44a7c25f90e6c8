import {
  ArenaError,
  type ComparisonColumns,
  modelsTies,
  type RatingResult,
  type RatingSettings,
} from '@agon/domain';
import { rateBradleyTerry } from './bradley-terry/rate-bradley-terry.ts';
import { rateWithPrior } from './bradley-terry/rate-with-prior.ts';
import { checkSettings } from './check-settings.ts';
import { rateContextual } from './contextual/rate-contextual.ts';
import { warnOfClusters } from './covariance/warn-of-clusters.ts';
import { rateElo } from './online/rate-elo.ts';
import { rateGlicko2 } from './online/rate-glicko2.ts';
import { ratePredictionPowered } from './prediction-powered/rate-prediction-powered.ts';
import { prepareColumns } from './prepare-columns.ts';
import type { Threads } from './threads/threads.ts';
import { rateTieModel } from './ties/rate-tie-model.ts';
import { rateLengthControlled } from './win-rates/rate-length-controlled.ts';
import { rateWinRate } from './win-rates/rate-win-rate.ts';

/**
 * Ratings of every model in `columns` under `settings`. The result never holds NaN or Infinity: what the data cannot
 * tell is null, and the warnings say why.
 * @param threads that may help with the rounds of a bootstrap; the result is the same without
 * @throws ArenaError('no_comparisons') where nothing is left to fit
 * @throws ArenaError('no_overlap') for prediction-powered, where no judge decided a battle that a person voted on
 * @throws ArenaError('unknown_model') where the anchor or the baseline is not among the models
 * @throws ArenaError('invalid_request') for settings out of range
 */
export function fitRatings(given: ComparisonColumns, asked: RatingSettings, threads?: Threads): RatingResult {
  const settings = settleTies(asked);
  checkSettings(given, settings);
  return warnOfClusters(rate(prepareColumns(given, settings), settings, threads));
}

function rate(
  columns: ComparisonColumns,
  settings: RatingSettings,
  threads: Threads | undefined,
): RatingResult {
  switch (settings.method) {
    case 'bradley-terry':
      return settings.prior === null
        ? rateBradleyTerry(columns, settings, threads)
        : rateWithPrior(columns, settings);
    case 'davidson':
    case 'rao-kupper':
      return rateTieModel(columns, settings, settings.method);
    case 'contextual':
      return rateContextual(columns, settings);
    case 'elo':
      return rateElo(columns, settings);
    case 'glicko2':
      return rateGlicko2(columns, settings);
    case 'win-rate':
      return rateWinRate(columns, settings);
    case 'length-controlled':
      return rateLengthControlled(columns, settings);
    case 'plackett-luce':
      return { ...rateBradleyTerry(columns, settings), method: 'plackett-luce' };
    case 'prediction-powered':
      return ratePredictionPowered(columns, settings);
  }
}

/** One switch says whether ties have a parameter, so that the method and the tie policy cannot contradict each other. */
function settleTies(settings: RatingSettings): RatingSettings {
  const { method, ties } = settings;
  if (modelsTies(method)) {
    if (ties === 'drop') {
      throw new ArenaError('invalid_request', `${method} is a model of ties, and ties are dropped.`, {
        hint: 'Keep the ties, or use bradley-terry.',
        at: { column: 'ties', value: ties },
      });
    }
    return { ...settings, ties: 'model' };
  }
  if (ties !== 'model') return settings;
  if (method === 'bradley-terry') return { ...settings, method: 'davidson' };
  throw new ArenaError('invalid_request', `${method} has no model of ties.`, {
    hint: 'Count ties as halves or drop them; or use davidson or rao-kupper.',
    at: { column: 'ties', value: ties },
  });
}
