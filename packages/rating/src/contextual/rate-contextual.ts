import {
  type ComparisonColumns,
  type ModelRating,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
  STYLE_RULES,
  type StyleCoefficient,
  type StyleFeature,
} from '@agon/domain';
import { fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { rateTally } from '../bradley-terry/rate-bradley-terry.ts';
import { withoutIntervals } from '../intervals/group-intervals.ts';
import { noComparisons, tallyComparisons } from '../pairs/tally-comparisons.ts';
import { type Core, type CoreFit, rateCores } from '../rate-cores.ts';
import { contextualIntervals } from './contextual-intervals.ts';
import { keepKnown } from './known-features.ts';
import { maximiseContextual } from './maximise-contextual.ts';
import { type ScaledFeatures, scaleFeatures } from './scale-features.ts';
import type { ContextualColumns } from './scan-contextual-rows.ts';

type StyleCoreFit = CoreFit & {
  readonly coefficients:
    | readonly (readonly [value: number, low: number | null, high: number | null])[]
    | null;
};

/**
 * Bradley–Terry ratings at equal style: every comparison also has features of the two answers, and their effect is
 * estimated beside the ratings (Li, Angelopoulos and Chiang, 2024, "Does style matter?").
 * Comparisons whose answers were not counted are left out as `without_style`.
 */
export function rateContextual(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const { columns: known, style, missing } = keepKnown(columns, settings);
  const excluded = missing > 0 ? [{ reason: 'without_style', count: missing }] : [];
  if (known.length === 0) throw noComparisons(columns, excluded);
  const tally = tallyComparisons(known, settings);
  const scaled = scaleFeatures(known, settings, style, tally.used);
  const { result, fits } = rateCores(known, settings, tally, (core) =>
    fitCore(known, settings, core, scaled),
  );
  const withoutStyle: RatingSettings = { ...settings, method: 'bradley-terry', interval: 'none' };
  const { result: plain } = rateTally(known, known.length, withoutStyle, tally);
  const ratings = new Map(plain.models.map(({ model, rating }) => [model, rating]));
  const constant = scaled.features.filter((_, f) => !scaled.used.includes(f));
  return {
    ...result,
    comparisons: {
      read: columns.length,
      used: result.comparisons.used,
      excluded: [...excluded, ...result.comparisons.excluded],
    },
    models: result.models.map(
      (model): ModelRating => ({ ...model, plainRating: ratings.get(model.model) ?? null }),
    ),
    style: describe(scaled, fits[0]?.coefficients ?? null),
    warnings: [...result.warnings, ...constantWarning(constant)],
  };
}

function fitCore(
  known: ComparisonColumns,
  settings: RatingSettings,
  core: Core,
  { used, scaled }: ScaledFeatures,
): StyleCoreFit {
  const columns: ContextualColumns = { ...known, width: used.length, features: scaled };
  const ridge = settings.ridge ?? STYLE_RULES[settings.styleDefinition].ridge;
  const start = { theta: fitBradleyTerry(core.table).theta, beta: new Float64Array(used.length) };
  const top = maximiseContextual(columns, settings, core.place, start, ridge);
  if (top === null) {
    const message =
      'The style features cannot be told from the models, or one of them decides every comparison; a ridge above 0, fewer features or more prompts would help.';
    return {
      theta: null,
      iterations: 0,
      used: 0,
      intervals: withoutIntervals([{ code: 'style_not_identified', message }]),
      coefficients: null,
    };
  }
  const { intervals, effects } = contextualIntervals(known, columns, settings, core, top, ridge);
  return {
    theta: top.point.theta,
    iterations: top.iterations,
    used: top.sums.rows,
    intervals,
    coefficients: Array.from(
      top.point.beta,
      (value, f) => [value, ...(effects?.[f] ?? [null, null])] as const,
    ),
  };
}

function describe(
  { features, used, mean, sd }: ScaledFeatures,
  coefficients: StyleCoreFit['coefficients'],
): StyleCoefficient[] {
  return features.map((feature, f) => {
    const own = coefficients?.[used.indexOf(f)];
    return {
      feature,
      coefficient: own?.[0] ?? null,
      low: own?.[1] ?? null,
      high: own?.[2] ?? null,
      mean: mean[f]!,
      sd: sd[f]!,
    };
  });
}

function constantWarning(constant: readonly StyleFeature[]): RatingWarning[] {
  if (constant.length === 0) return [];
  return [
    {
      code: 'constant_feature',
      message: `The same in every comparison, so without an effect that could be told: ${constant.join(', ')}.`,
    },
  ];
}
