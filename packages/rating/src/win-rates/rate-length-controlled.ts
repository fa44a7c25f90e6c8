import type {
  ComparisonColumns,
  ModelRating,
  RatingResult,
  RatingSettings,
  RatingWarning,
} from '@agon/domain';
import { sampleSd, student95 } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { ranksByValue } from '../pairs/list-models.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import { noComparisons } from '../pairs/tally-comparisons.ts';
import { listNames } from '../rating-warnings.ts';
import { type LengthItems, lengthControlledWinRate } from './length-controlled-win-rate.ts';
import { rateWinRate } from './rate-win-rate.ts';

/** Other models on an item before its difficulty is used. */
const ENOUGH_MODELS = 5;
/** Logits; ease that differs by less differs by rounding, and scaled up it would be a feature made of noise. */
const MIN_SPREAD = 1e-6;
/** Of items' ease, squared logits: wide beside what 805 items of 24 models show (sd about 1.5). */
const PRIOR_VARIANCE = 4;

/**
 * Win rates against the baseline at equal length, model by model; beside them the plain win rates of `rateWinRate`.
 * An item's difficulty is how the other models did on it (AlpacaEval takes it from a fit over its whole leaderboard).
 * @throws ArenaError('no_comparisons') where no comparison with the baseline has lengths
 */
export function rateLengthControlled(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const plain = rateWinRate(columns, { ...settings, method: 'win-rate' });
  const baseline = columns.models.indexOf(settings.baseline!);
  const { items, missing } = readItems(columns, settings, baseline);
  if (items.every(({ share }) => share.length === 0)) {
    throw noComparisons(columns, [
      ...plain.comparisons.excluded,
      { reason: 'without_length', count: missing },
    ]);
  }
  const fitted = items.map((own) => (own.share.length === 0 ? null : lengthControlledWinRate(own)));
  const rows = plain.models.map((model): ModelRating => {
    const code = columns.models.indexOf(model.model);
    if (code === baseline) {
      return { ...model, lcWinRate: 50, lcWinRateSe: 0, lcWinRateLow: 50, lcWinRateHigh: 50 };
    }
    const own = fitted[code];
    if (own == null) {
      return { ...model, lcWinRate: null, lcWinRateSe: null, lcWinRateLow: null, lcWinRateHigh: null };
    }
    // the interval on the logit scale stays inside 0..100
    const logit = Math.log(own.rate / (1 - own.rate));
    const half = (student95(own.degrees) * own.se) / (own.rate * (1 - own.rate));
    const percent = (x: number): number => 100 / (1 + Math.exp(-x));
    const none = settings.interval === 'none';
    return {
      ...model,
      lcWinRate: 100 * own.rate,
      lcWinRateSe: 100 * own.se,
      lcWinRateLow: none ? null : percent(logit - half),
      lcWinRateHigh: none ? null : percent(logit + half),
    };
  });
  return {
    ...plain,
    method: 'length-controlled',
    settings,
    comparisons: {
      ...plain.comparisons,
      used: plain.comparisons.used - missing,
      excluded: [
        ...plain.comparisons.excluded,
        ...(missing > 0 ? [{ reason: 'without_length', count: missing }] : []),
      ],
    },
    models: byControlledRate(rows),
    warnings: [...plain.warnings, ...warningsOf(columns, settings, items, fitted, baseline)],
  };
}

function readItems(
  columns: ComparisonColumns,
  settings: RatingSettings,
  baseline: number,
): { readonly items: readonly LengthItems[]; readonly missing: number } {
  type Row = { row: number; share: number; weight: number; own: number; other: number; prompt: number };
  const byModel: Row[][] = columns.models.map(() => []);
  const own = columns.style?.a.length;
  const other = columns.style?.b.length;
  let missing = 0;
  scanComparisons(columns, settings, (row, a, b, points, weight) => {
    if (a === b || (a !== baseline && b !== baseline)) return;
    const first = own?.[row] ?? Number.NaN;
    const second = other?.[row] ?? Number.NaN;
    if (!Number.isFinite(first) || !Number.isFinite(second)) {
      missing += 1;
      return;
    }
    const isFirst = b === baseline;
    byModel[isFirst ? a : b]!.push({
      row,
      share: isFirst ? points : 1 - points,
      weight,
      own: isFirst ? first : second,
      other: isFirst ? second : first,
      prompt: columns.prompt?.[row] ?? -1,
    });
  });
  const residuals = itemResiduals(columns, settings, baseline);
  const items = byModel.map((rows, model): LengthItems => {
    const share = Float64Array.from(rows, (row) => row.share);
    const raw = rows.map(({ prompt }) => residuals.without(model, prompt));
    const known = raw.filter((value) => value !== null);
    const spread = sampleSd(known);
    return {
      share,
      weight: Float64Array.from(rows, (row) => row.weight),
      modelLength: Float64Array.from(rows, (row) => row.own),
      baselineLength: Float64Array.from(rows, (row) => row.other),
      difficulty:
        spread === null || !(spread > MIN_SPREAD) || known.length < rows.length / 2
          ? null
          : Float64Array.from(raw, (value) => (value ?? 0) / spread),
      cluster: Int32Array.from(rows, ({ prompt, row }) => (prompt < 0 ? -1 - row : prompt)),
    };
  });
  return { items, missing };
}

type ItemAnswers = { readonly model: number; readonly share: number }[];

/**
 * How easy a prompt is for the models other than one, in logits: the maximum of P(y) = σ(α_m + γ) over γ with a normal
 * prior, α_m the logit of a model's mean share. Leaving the model itself out keeps its own luck out of its feature.
 */
function itemResiduals(columns: ComparisonColumns, settings: RatingSettings, baseline: number) {
  const sums = columns.models.map(() => ({ total: 0, n: 0 }));
  const byPrompt = new Map<number, ItemAnswers>();
  scanComparisons(columns, settings, (row, a, b, points) => {
    if (a === b || (a !== baseline && b !== baseline)) return;
    const model = b === baseline ? a : b;
    const share = b === baseline ? points : 1 - points;
    sums[model]!.total += share;
    sums[model]!.n += 1;
    const prompt = columns.prompt?.[row] ?? -1;
    if (prompt < 0) return;
    const item = byPrompt.get(prompt);
    if (item === undefined) byPrompt.set(prompt, [{ model, share }]);
    else item.push({ model, share });
  });
  // half a point more on both sides keeps a model that lost everything finite
  const level = sums.map(({ total, n }) => Math.log((total + 0.5) / (n - total + 0.5)));
  const known = new Map<string, number | null>();
  return {
    without(model: number, prompt: number): number | null {
      if (prompt < 0) return null;
      const key = `${model}/${prompt}`;
      const seen = known.get(key);
      if (seen !== undefined) return seen;
      const others = byPrompt.get(prompt)?.filter((answer) => answer.model !== model) ?? [];
      const ease = others.length < ENOUGH_MODELS ? null : easeOf(others, level);
      known.set(key, ease);
      return ease;
    },
  };
}

function easeOf(answers: ItemAnswers, level: readonly number[]): number {
  let ease = 0;
  for (let iteration = 0; iteration < 50; iteration += 1) {
    let slope = -ease / PRIOR_VARIANCE;
    let curvature = 1 / PRIOR_VARIANCE;
    for (const { model, share } of answers) {
      const p = logistic(level[model]! + ease);
      slope += share - p;
      curvature += p * (1 - p);
    }
    const step = slope / curvature;
    ease += Math.max(-1, Math.min(1, step));
    if (Math.abs(step) < 1e-9) break;
  }
  return ease;
}

function byControlledRate(rows: readonly ModelRating[]): ModelRating[] {
  const rated = rows.filter(({ lcWinRate }) => lcWinRate != null);
  const ranks = ranksByValue(
    rated.map(({ lcWinRate }) => lcWinRate!),
    1e-9,
  );
  const ranked = rated
    .map((row, at) => ({ ...row, rank: ranks[at]!, rankLow: null, rankHigh: null }))
    .sort((x, y) => x.rank - y.rank || (x.model < y.model ? -1 : 1));
  const rest = rows.filter(({ lcWinRate }) => lcWinRate == null);
  return [...ranked, ...rest.map((row) => ({ ...row, rank: null, rankLow: null, rankHigh: null }))];
}

function warningsOf(
  columns: ComparisonColumns,
  settings: RatingSettings,
  items: readonly LengthItems[],
  fitted: readonly unknown[],
  baseline: number,
): RatingWarning[] {
  const warnings: RatingWarning[] = [];
  const lost = columns.models.filter((_, model) => items[model]!.share.length > 0 && fitted[model] === null);
  if (lost.length > 0) {
    warnings.push({
      code: 'length_not_identified',
      message: `No win rate at equal length can be fitted for ${listNames(lost)}: won or lost everything, or too few items.`,
    });
  }
  const plain = columns.models.filter(
    (_, model) => model !== baseline && items[model]!.share.length > 0 && items[model]!.difficulty === null,
  );
  if (plain.length > 0) {
    warnings.push({
      code: 'without_difficulty',
      message: `Fewer than ${ENOUGH_MODELS} other models on the same prompts, so how hard a prompt is was left out for ${listNames(plain)}.`,
    });
  }
  if (settings.interval === 'bootstrap' || settings.interval === 'fisher') {
    warnings.push({
      code: 'interval_not_available',
      message: `Length-controlled win rates have no ${settings.interval} interval; theirs is the sandwich by item.`,
    });
  }
  return warnings;
}
