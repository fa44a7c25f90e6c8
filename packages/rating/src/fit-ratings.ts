import { ArenaError, type ComparisonColumns, type RatingResult, type RatingSettings } from '@agon/domain';
import { rateBradleyTerry } from './rate-bradley-terry.ts';
import { rateContextual } from './rate-contextual.ts';
import { rateElo } from './rate-elo.ts';
import { rateLengthControlled } from './rate-length-controlled.ts';
import { rateTieModel } from './rate-tie-model.ts';
import { rateWinRate } from './rate-win-rate.ts';
import { rateWithPrior } from './rate-with-prior.ts';
import { reweightPairs } from './reweight-pairs.ts';

/**
 * Ratings of every model in `columns` under `settings`. The result never holds NaN or Infinity: what the data cannot
 * tell is null, and the warnings say why.
 * @throws ArenaError('no_comparisons') where nothing is left to fit
 * @throws ArenaError('unknown_model') where the anchor or the baseline is not among the models
 * @throws ArenaError('invalid_request') for settings out of range
 */
export function fitRatings(given: ComparisonColumns, asked: RatingSettings): RatingResult {
  const settings = settleTies(asked);
  checkSettings(given, settings);
  const columns = settings.reweight === 'pair' ? reweightPairs(given, settings) : given;
  switch (settings.method) {
    case 'bradley-terry':
      return settings.prior === null ? rateBradleyTerry(columns, settings) : rateWithPrior(columns, settings);
    case 'davidson':
    case 'rao-kupper':
      return rateTieModel(columns, settings, settings.method);
    case 'contextual':
      return rateContextual(columns, settings);
    case 'elo':
      return rateElo(columns, settings);
    case 'win-rate':
      return rateWinRate(columns, settings);
    case 'length-controlled':
      return rateLengthControlled(columns, settings);
  }
}

/** One switch says whether ties have a parameter, so that the method and the tie policy cannot contradict each other. */
function settleTies(settings: RatingSettings): RatingSettings {
  const { method, ties } = settings;
  if (method === 'davidson' || method === 'rao-kupper') {
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

/** @throws as `fitRatings` does for settings */
export function checkSettings(columns: Pick<ComparisonColumns, 'models'>, settings: RatingSettings): void {
  requireModel(columns, settings.anchor.model, 'anchor');
  if (settings.method === 'win-rate' || settings.method === 'length-controlled') {
    requireModel(columns, settings.baseline, 'baseline');
  }
  if (settings.method === 'length-controlled' && settings.baseline === null) {
    throw new ArenaError('invalid_request', 'length-controlled needs a baseline.', {
      hint: 'Name the model that the others were compared with.',
      at: { column: 'baseline' },
    });
  }
  requireRange('anchor', settings.anchor.value, Number.isFinite(settings.anchor.value), 'a finite number');
  requireRange(
    'rounds',
    settings.rounds,
    Number.isInteger(settings.rounds) && settings.rounds >= 2 && settings.rounds <= 1_000_000,
    'a whole number from 2 to 1,000,000',
  );
  requireRange('k', settings.k, Number.isFinite(settings.k) && settings.k > 0, 'a number above 0');
  requireRange(
    'ridge',
    settings.ridge ?? 0,
    settings.ridge === null || (Number.isFinite(settings.ridge) && settings.ridge >= 0),
    'a number of at least 0',
  );
  requireRange(
    'prior',
    settings.prior ?? 1,
    settings.prior === null || (Number.isFinite(settings.prior) && settings.prior >= 1e-3),
    'a number of logits of at least 0.001',
  );
  if (settings.prior !== null && settings.method !== 'bradley-terry') {
    throw new ArenaError('invalid_request', `${settings.method} takes no prior.`, {
      hint: 'A prior works with bradley-terry.',
      at: { column: 'prior', value: String(settings.prior) },
    });
  }
  requireRange('initial', settings.initial, Number.isFinite(settings.initial), 'a finite number');
}

function requireModel(columns: Pick<ComparisonColumns, 'models'>, name: string | null, role: string): void {
  if (name === null || columns.models.includes(name)) return;
  throw new ArenaError('unknown_model', `The ${role} "${name}" is not among the models.`, {
    hint: `Models: ${columns.models.slice(0, 20).join(', ')}${columns.models.length > 20 ? ', …' : ''}`,
    data: { [role]: name, models: columns.models.slice(0, 1000) },
  });
}

function requireRange(name: string, value: number, holds: boolean, range: string): void {
  if (holds) return;
  throw new ArenaError('invalid_request', `${name} must be ${range}, not ${value}.`, {
    at: { column: name, value: String(value) },
  });
}
