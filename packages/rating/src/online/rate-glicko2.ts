import type { ComparisonColumns, RatingResult, RatingSettings } from '@agon/domain';
import { Z95 } from '@agon/stats';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { listModels, type RatedModel, ranksByValue, SAME_RATING } from '../pairs/list-models.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { disconnectedWarning, thinDataWarning, unseenWarning } from '../rating-warnings.ts';

/** A rating on Glicko-2's own scale, in logits about 0. */
export type Glicko = { readonly mu: number; readonly phi: number; readonly sigma: number };

/** One battle from one side: the opponent before the period, and the share of the point. */
export type GlickoBattle = { readonly opponent: Glicko; readonly points: number };

/** Of a newcomer, in Elo points, and how fast ratings may drift (Glickman, 2013, "Example of the Glicko-2 system"). */
const START_DEVIATION = 350;
const START_VOLATILITY = 0.06;
const DRIFT = 0.5;
const SCALE = 173.7178;
/** Battles in one rating period: Glickman asks for 10 to 15 a contestant, so a period is that many votes a model. */
const BATTLES_A_MODEL = 12;

/**
 * One Glicko-2 update over one rating period.
 * @see Glickman (2013), steps 2 to 8; its worked example is the golden test
 */
export function updateGlicko(own: Glicko, battles: readonly GlickoBattle[], drift = DRIFT): Glicko {
  if (battles.length === 0) return { ...own, phi: Math.hypot(own.phi, own.sigma) };
  let information = 0;
  let surprise = 0;
  for (const { opponent, points } of battles) {
    const g = 1 / Math.sqrt(1 + (3 * opponent.phi ** 2) / Math.PI ** 2);
    const expected = 1 / (1 + Math.exp(-g * (own.mu - opponent.mu)));
    information += g * g * expected * (1 - expected);
    surprise += g * (points - expected);
  }
  const variance = 1 / information;
  const sigma = newVolatility(own, variance, variance * surprise, drift);
  const before = own.phi ** 2 + sigma ** 2;
  const phi = 1 / Math.sqrt(1 / before + 1 / variance);
  return { mu: own.mu + phi * phi * surprise, phi, sigma };
}

/** Step 5 by the Illinois method. */
function newVolatility({ phi, sigma }: Glicko, variance: number, delta: number, drift: number): number {
  const a = Math.log(sigma * sigma);
  const f = (x: number): number => {
    const e = Math.exp(x);
    const total = phi * phi + variance + e;
    return (e * (delta * delta - total)) / (2 * total * total) - (x - a) / (drift * drift);
  };
  let low = a;
  let high = a;
  if (delta * delta > phi * phi + variance) high = Math.log(delta * delta - phi * phi - variance);
  else {
    high = a - drift;
    while (f(high) < 0) high -= drift;
  }
  let [atLow, atHigh] = [f(low), f(high)];
  for (let round = 0; round < 200 && Math.abs(high - low) > 1e-9; round += 1) {
    const next = low + ((low - high) * atLow) / (atHigh - atLow);
    const atNext = f(next);
    if (atNext * atHigh <= 0) [low, atLow] = [high, atHigh];
    else atLow /= 2;
    [high, atHigh] = [next, atNext];
  }
  return Math.exp(low / 2);
}

/**
 * Glicko-2 ratings, period by period in the order of the comparisons. Another order gives other ratings; the interval
 * is the filter's own, ± 1.96 deviations, and not a claim about a batch of votes.
 */
export function rateGlicko2(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const tally = tallyComparisons(columns, settings);
  const { components } = connectModels(tally.table, columns.models);
  const m = columns.models.length;
  let state: Glicko[] = columns.models.map(() => ({
    mu: 0,
    phi: START_DEVIATION / SCALE,
    sigma: START_VOLATILITY,
  }));
  const playing = components.reduce((sum, group) => sum + group.length, 0);
  const period = Math.max(1, Math.round((BATTLES_A_MODEL * playing) / 2));
  let battles: GlickoBattle[][] = columns.models.map(() => []);
  let inPeriod = 0;
  let periods = 0;
  const close = (): void => {
    state = state.map((own, model) => updateGlicko(own, battles[model]!));
    battles = columns.models.map(() => []);
    inPeriod = 0;
    periods += 1;
  };
  scanComparisons(columns, settings, (_row, a, b, points) => {
    battles[a]!.push({ opponent: state[b]!, points });
    battles[b]!.push({ opponent: state[a]!, points: 1 - points });
    inPeriod += 1;
    if (inPeriod === period) close();
  });
  if (inPeriod > 0) close();
  const rated = new Map<number, RatedModel>();
  for (const group of components) {
    const elo = group.map((model) => settings.initial + ELO_PER_LOGIT * state[model]!.mu);
    const ranks = ranksByValue(elo, SAME_RATING);
    group.forEach((model, i) => {
      const half = Z95 * ELO_PER_LOGIT * state[model]!.phi;
      const shown = settings.interval !== 'none';
      rated.set(model, {
        rating: elo[i]!,
        low: shown ? elo[i]! - half : null,
        high: shown ? elo[i]! + half : null,
        rank: ranks[i]!,
        rankLow: null,
        rankHigh: null,
      });
    });
  }
  return {
    method: 'glicko2',
    settings,
    comparisons: { read: columns.length, used: tally.used, excluded: tally.excluded },
    fit: {
      converged: m > 0,
      iterations: periods,
      components: components.map((group) => group.map((model) => columns.models[model]!)),
    },
    models: listModels(columns, components, tally, rated),
    warnings: [
      ...(components.length > 1 ? [disconnectedWarning(columns.models, components)] : []),
      {
        code: 'order_dependent',
        message: `Glicko-2 follows the order of the comparisons, ${period} to a period; another order gives other ratings, and its interval is the filter's own. Weights are not used.`,
      },
      ...unseenWarning(columns.models, tally),
      ...thinDataWarning(columns.models, tally),
    ],
  };
}
