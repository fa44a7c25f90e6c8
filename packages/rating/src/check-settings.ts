import {
  ArenaError,
  type ComparisonColumns,
  countsInOrder,
  METHOD_FACTS,
  type RatingSettings,
  takesOption,
} from '@agon/domain';

/** Beyond, differences between models would drown in the rounding of the ratings themselves. */
const FARTHEST = 1e6;

/** In logits: as good as none. Far beyond, its precision drowns in that of the votes. */
const MAX_PRIOR = 1e4;

/** @throws as `fitRatings` does for settings */
export function checkSettings(columns: Pick<ComparisonColumns, 'models'>, settings: RatingSettings): void {
  requireFewModels(columns.models.length, settings);
  requireModel(columns, settings.anchor.model, 'anchor');
  const { method } = settings;
  if (takesOption(method, 'baseline')) requireModel(columns, settings.baseline, 'baseline');
  if (settings.panel.length > 0) {
    if (!takesOption(method, 'panel') || settings.baseline !== null) {
      throw new ArenaError('invalid_request', 'A panel of models is for win-rate without a baseline.', {
        hint: 'Name one baseline, or a panel.',
        at: { column: 'panel', value: settings.panel.join(',') },
      });
    }
    for (const model of settings.panel) requireModel(columns, model, 'panel model');
  }
  if (METHOD_FACTS[method].needs.includes('baseline') && settings.baseline === null) {
    throw new ArenaError('invalid_request', `${method} needs a baseline.`, {
      hint: 'Name the model that the others were compared with.',
      at: { column: 'baseline' },
    });
  }
  requireRange(
    'anchor',
    settings.anchor.value,
    Math.abs(settings.anchor.value) <= FARTHEST,
    'a number of Elo points from -1,000,000 to 1,000,000',
  );
  requireRange(
    'rounds',
    settings.rounds,
    Number.isInteger(settings.rounds) && settings.rounds >= 2 && settings.rounds <= 1_000_000,
    'a whole number from 2 to 1,000,000',
  );
  requireRange('k', settings.k, settings.k > 0 && settings.k <= LARGEST_K, 'a number above 0, at most 1e6');
  requireRange(
    'ridge',
    settings.ridge ?? 0,
    settings.ridge === null || (Number.isFinite(settings.ridge) && settings.ridge >= 0),
    'a number of at least 0',
  );
  requireRange(
    'prior',
    settings.prior ?? 1,
    settings.prior === null || (settings.prior >= 1e-3 && settings.prior <= MAX_PRIOR),
    'a number of logits from 0.001 to 10,000',
  );
  if (settings.prior !== null && !takesOption(method, 'prior')) {
    throw new ArenaError('invalid_request', `${method} takes no prior.`, {
      hint: 'A prior works with bradley-terry.',
      at: { column: 'prior', value: String(settings.prior) },
    });
  }
  if (settings.reweight !== 'none' && settings.method === 'prediction-powered') {
    throw new ArenaError('invalid_request', 'prediction-powered takes no weights by pair.', {
      hint: 'Its judges are balanced pair by pair already.',
      at: { column: 'reweight', value: settings.reweight },
    });
  }
  requireRange(
    'initial',
    settings.initial,
    Math.abs(settings.initial) <= FARTHEST,
    'a number of Elo points from -1,000,000 to 1,000,000',
  );
}

/** Stakes in Elo points beyond which one comparison decides everything. */
const LARGEST_K = 1e6;
/** Models whose covariances still fit into memory: every method but the online ones keeps some of models × models. */
const MAX_MODELS = 4000;

function requireFewModels(models: number, { method }: RatingSettings): void {
  if (models <= MAX_MODELS || countsInOrder(method)) return;
  throw new ArenaError(
    'too_large',
    `${method} is fitted for ${MAX_MODELS} models at most, and the comparisons have ${models}.`,
    {
      hint: 'Rate a part of them (a category, say), or use elo or glicko2; are these names of models at all?',
      data: { models, most: MAX_MODELS },
    },
  );
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
