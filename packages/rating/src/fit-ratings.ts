import { ArenaError, type ComparisonColumns, type RatingResult, type RatingSettings } from '@agon/domain';
import { rateBradleyTerry } from './rate-bradley-terry.ts';
import { rateElo } from './rate-elo.ts';
import { rateWinRate } from './rate-win-rate.ts';

/**
 * Ratings of every model in `columns` under `settings`. The result never holds NaN or Infinity: what the data cannot
 * tell is null, and the warnings say why.
 * @throws ArenaError('no_comparisons') where nothing is left to fit
 * @throws ArenaError('unknown_model') where the anchor or the baseline is not among the models
 * @throws ArenaError('invalid_request') for settings out of range
 */
export function fitRatings(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  checkSettings(columns, settings);
  switch (settings.method) {
    case 'bradley-terry':
      return rateBradleyTerry(columns, settings);
    case 'elo':
      return rateElo(columns, settings);
    case 'win-rate':
      return rateWinRate(columns, settings);
  }
}

/** @throws as `fitRatings` does for settings */
export function checkSettings(columns: Pick<ComparisonColumns, 'models'>, settings: RatingSettings): void {
  requireModel(columns, settings.anchor.model, 'anchor');
  if (settings.method === 'win-rate') requireModel(columns, settings.baseline, 'baseline');
  requireRange('anchor', settings.anchor.value, Number.isFinite(settings.anchor.value), 'a finite number');
  requireRange(
    'rounds',
    settings.rounds,
    Number.isInteger(settings.rounds) && settings.rounds >= 2 && settings.rounds <= 1_000_000,
    'a whole number from 2 to 1,000,000',
  );
  requireRange('k', settings.k, Number.isFinite(settings.k) && settings.k > 0, 'a number above 0');
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
