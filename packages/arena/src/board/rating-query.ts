import type { BoardQuery } from '@agon/contract';
import {
  ArenaError,
  DEFAULT_RATING_SETTINGS,
  type RatingSettings,
  STYLE_FEATURES,
  type StyleFeature,
} from '@agon/domain';

/** The board's switches as settings of a fit. @throws ArenaError('invalid_request') for an anchor that cannot be read */
export function toRatingSettings(query: BoardQuery): RatingSettings {
  return {
    ...DEFAULT_RATING_SETTINGS,
    method: query.method,
    ties: query.ties,
    bothBad: query.both_bad,
    // a bootstrap of online Elo would say how much luck is in the votes, and nothing of that in their order
    interval: query.method === 'elo' ? 'none' : query.interval,
    cluster: query.cluster,
    rounds: 400,
    anchor: parseAnchor(query.anchor),
    style: parseStyle(query.style),
    styleDefinition: query.style_definition,
    reweight: query.reweight,
    prior: query.prior ?? null,
    ridge: query.ridge ?? null,
    baseline: query.baseline ?? null,
  };
}

/** Names of features with commas between; absent: the usual four. */
function parseStyle(text: string | undefined): StyleFeature[] {
  if (text === undefined || text === '') return [];
  return text.split(',').map((name) => {
    const feature = STYLE_FEATURES.find((known) => known === name.trim());
    if (feature !== undefined) return feature;
    throw new ArenaError('invalid_request', `"${name}" is no style feature.`, {
      hint: `Features: ${STYLE_FEATURES.join(', ')}.`,
      at: { column: 'style', value: name },
    });
  });
}

/** `mean=1000` or `MODEL=1114`; absent: the mean at 1000. */
export function parseAnchor(text: string | undefined): RatingSettings['anchor'] {
  if (text === undefined) return DEFAULT_RATING_SETTINGS.anchor;
  const at = text.lastIndexOf('=');
  const value = Number(text.slice(at + 1));
  if (at <= 0 || text.slice(at + 1).trim() === '' || !Number.isFinite(value)) {
    throw new ArenaError('invalid_request', `"${text}" is no anchor.`, {
      hint: 'Write mean=1000, or a model and its rating: gpt-4=1114.',
      at: { column: 'anchor', value: text },
    });
  }
  const name = text.slice(0, at);
  return { model: name === 'mean' ? null : name, value };
}
