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
import { quantiles, type SquareMatrix, seededRandom, Z95 } from '@agon/stats';
import { clusterCodes, drawMultiplicities } from './cluster-codes.ts';
import { connectModels } from './connected-models.ts';
import { logistic } from './elo-scale.ts';
import { type ContextualFit, type ContextualRows, fitContextual } from './fit-contextual.ts';
import { fromCovariance, fromDraws, type GroupIntervals, withoutIntervals } from './group-intervals.ts';
import { type JointScores, jointSandwich, ratingBlock } from './joint-covariance.ts';
import { PairTableBuilder } from './pair-table.ts';
import { rateBradleyTerry } from './rate-bradley-terry.ts';
import { type Core, type CoreFit, rateCores } from './rate-cores.ts';
import { scanComparisons } from './scan-comparisons.ts';
import { isFlag, type StyleMatrix, styleFeatures } from './style-features.ts';
import { noComparisons, tallyComparisons } from './tally-comparisons.ts';

type Scaled = StyleMatrix & { readonly mean: readonly number[]; readonly sd: readonly number[] };

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
  const matrix = styleFeatures(columns, settings);
  const { columns: known, missing } = withFeatures(columns, matrix);
  const excluded = missing > 0 ? [{ reason: 'without_style', count: missing }] : [];
  if (known.columns.length === 0) throw noComparisons(columns, excluded);
  const tally = tallyComparisons(known.columns, settings);
  const scaled = scale(known.columns, settings, known.matrix);
  const used = scaled.features.map((_, k) => k).filter((k) => scaled.sd[k]! > 0);
  const { result, fits } = rateCores(known.columns, settings, tally, (core) =>
    fitCore(known.columns, settings, core, scaled, used),
  );
  const plain = rateBradleyTerry(known.columns, { ...settings, method: 'bradley-terry', interval: 'none' });
  const ratings = new Map(plain.models.map(({ model, rating }) => [model, rating]));
  const constant = scaled.features.filter((_, k) => !used.includes(k));
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
    style: describe(scaled, used, fits[0]?.coefficients ?? null),
    warnings: [...result.warnings, ...constantWarning(constant)],
  };
}

/** Only rows with all features known. */
function withFeatures(
  columns: ComparisonColumns,
  { features, values }: StyleMatrix,
): { columns: { columns: ComparisonColumns; matrix: StyleMatrix }; missing: number } {
  const width = features.length;
  const rows: number[] = [];
  for (let row = 0; row < columns.length; row += 1) {
    let known = true;
    for (let k = 0; k < width; k += 1) known &&= Number.isFinite(values[row * width + k]!);
    if (known) rows.push(row);
  }
  if (rows.length === columns.length)
    return { columns: { columns, matrix: { features, values } }, missing: 0 };
  const pick = <T extends Int32Array | Float64Array>(
    make: (length: number) => T,
    from: ArrayLike<number>,
  ): T => {
    const picked = make(rows.length);
    rows.forEach((row, at) => {
      picked[at] = from[row]!;
    });
    return picked;
  };
  const ints = (from: ArrayLike<number>): Int32Array => pick((length) => new Int32Array(length), from);
  const floats = (from: ArrayLike<number>): Float64Array => pick((length) => new Float64Array(length), from);
  const kept = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    for (let k = 0; k < width; k += 1) kept[at * width + k] = values[row * width + k]!;
  });
  return {
    missing: columns.length - rows.length,
    columns: {
      matrix: { features, values: kept },
      columns: {
        length: rows.length,
        models: columns.models,
        a: ints(columns.a),
        b: ints(columns.b),
        outcome: Int8Array.from(rows, (row) => columns.outcome[row]!),
        ...(columns.weight === undefined ? {} : { weight: floats(columns.weight) }),
        ...(columns.shareA === undefined ? {} : { shareA: floats(columns.shareA) }),
        ...(columns.rater === undefined ? {} : { rater: ints(columns.rater) }),
        ...(columns.prompt === undefined ? {} : { prompt: ints(columns.prompt) }),
      },
    },
  };
}

/** To mean 0 and variance 1 over the comparisons that are fitted; sd 0: the feature says nothing. */
function scale(columns: ComparisonColumns, settings: RatingSettings, matrix: StyleMatrix): Scaled {
  const width = matrix.features.length;
  const sum = new Float64Array(width);
  const squares = new Float64Array(width);
  const largest = new Float64Array(width);
  const rows: number[] = [];
  scanComparisons(columns, settings, (row) => rows.push(row));
  for (const row of rows) for (let k = 0; k < width; k += 1) sum[k]! += matrix.values[row * width + k]!;
  const mean = Array.from(sum, (total) => total / rows.length);
  for (const row of rows) {
    for (let k = 0; k < width; k += 1) {
      const value = matrix.values[row * width + k]!;
      squares[k]! += (value - mean[k]!) ** 2;
      largest[k] = Math.max(largest[k]!, Math.abs(value));
    }
  }
  const values = Float64Array.from(matrix.values);
  const sd = Array.from(squares, (total, k) => {
    const spread = Math.sqrt(total / rows.length);
    return spread > 1e-9 * largest[k]! ? spread : 0;
  });
  matrix.features.forEach((feature, k) => {
    if (isFlag(feature)) {
      mean[k] = 0;
      sd[k] = largest[k]! > 0 ? 1 : 0;
      return;
    }
    if (sd[k] === 0) return;
    for (let row = 0; row < columns.length; row += 1) {
      values[row * width + k] = (values[row * width + k]! - mean[k]!) / sd[k]!;
    }
  });
  return { features: matrix.features, values, mean, sd };
}

function fitCore(
  columns: ComparisonColumns,
  settings: RatingSettings,
  core: Core,
  scaled: Scaled,
  used: readonly number[],
): StyleCoreFit {
  const { rows, at } = readRows(columns, settings, core, scaled, used);
  const ridge = settings.ridge ?? STYLE_RULES[settings.styleDefinition].ridge;
  const fit = fitContextual(rows, ridge);
  if (fit === null) {
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
  const { intervals, half, draws } = estimateIntervals(columns, settings, core, rows, at, fit, ridge);
  return {
    theta: fit.theta,
    iterations: fit.iterations,
    used: rows.length,
    intervals,
    coefficients: Array.from(fit.beta, (value, k) => {
      if (draws !== null) return [value, ...draws[k]!] as const;
      return half === null ? ([value, null, null] as const) : [value, value - half[k]!, value + half[k]!];
    }),
  };
}

function readRows(
  columns: ComparisonColumns,
  settings: RatingSettings,
  { place, table }: Core,
  scaled: Scaled,
  used: readonly number[],
): { readonly rows: ContextualRows; readonly at: Int32Array } {
  const [i, j, points, weights, at]: [number[], number[], number[], number[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const features: number[] = [];
  const all = scaled.features.length;
  scanComparisons(columns, settings, (row, a, b, share, weight) => {
    const [first, second] = [place[a]!, place[b]!];
    if (first < 0 || second < 0) return;
    at.push(row);
    i.push(first);
    j.push(second);
    points.push(share);
    weights.push(weight);
    for (const k of used) features.push(scaled.values[row * all + k]!);
  });
  return {
    at: Int32Array.from(at),
    rows: {
      length: i.length,
      models: table.models,
      i: Int32Array.from(i),
      j: Int32Array.from(j),
      points: Float64Array.from(points),
      weight: Float64Array.from(weights),
      width: used.length,
      features: Float64Array.from(features),
    },
  };
}

type StyleIntervals = {
  readonly intervals: GroupIntervals;
  /** Half widths of the coefficients' intervals. */
  readonly half: readonly number[] | null;
  readonly draws: readonly (readonly [number, number])[] | null;
};

function estimateIntervals(
  columns: ComparisonColumns,
  settings: RatingSettings,
  core: Core,
  rows: ContextualRows,
  at: Int32Array,
  fit: ContextualFit,
  ridge: number,
): StyleIntervals {
  const m = rows.models;
  const n = m + rows.width;
  const without = (warnings: readonly RatingWarning[]): StyleIntervals => ({
    intervals: withoutIntervals(warnings),
    half: null,
    draws: null,
  });
  const byMatrix = (matrix: SquareMatrix, warnings: readonly RatingWarning[]): StyleIntervals => ({
    intervals: fromCovariance(fit.theta, ratingBlock(matrix, m), core.anchor, settings.seed, warnings),
    half: Array.from(fit.beta, (_, k) => Z95 * Math.sqrt(Math.max(0, matrix[(m + k) * (n + 1)]!))),
    draws: null,
  });
  switch (settings.interval) {
    case 'none':
      return without([]);
    case 'fisher':
      return byMatrix(fit.inverse, []);
    case 'sandwich': {
      const scores = scoreContextual(rows, at, fit, ridge);
      const { matrix, warnings } = jointSandwich(columns, settings, scores, fit.inverse, m);
      return matrix === null ? without(warnings) : byMatrix(matrix, warnings);
    }
    case 'bootstrap':
      return bootstrap(columns, settings, core, rows, at, fit, ridge);
  }
}

/** With a ridge the scores do not sum to zero: each gives back its part of λβ. */
export function scoreContextual(
  rows: ContextualRows,
  at: Int32Array,
  { theta, beta }: Pick<ContextualFit, 'theta' | 'beta'>,
  ridge: number,
): JointScores {
  const score = new Float64Array(rows.length);
  const extras = new Float64Array(rows.length * rows.width);
  for (let row = 0; row < rows.length; row += 1) {
    let gap = theta[rows.i[row]!]! - theta[rows.j[row]!]!;
    for (let k = 0; k < rows.width; k += 1) gap += rows.features[row * rows.width + k]! * beta[k]!;
    const residual = rows.weight[row]! * (rows.points[row]! - logistic(gap));
    score[row] = residual;
    for (let k = 0; k < rows.width; k += 1) {
      const place = row * rows.width + k;
      extras[place] = residual * rows.features[place]! - (ridge * beta[k]!) / rows.length;
    }
  }
  return { length: rows.length, row: at, i: rows.i, j: rows.j, score, width: rows.width, extras };
}

function bootstrap(
  columns: ComparisonColumns,
  settings: RatingSettings,
  core: Core,
  rows: ContextualRows,
  at: Int32Array,
  fit: ContextualFit,
  ridge: number,
): StyleIntervals {
  const m = rows.models;
  const codings = clusterCodes(columns, settings.cluster, at);
  const theta = new Float64Array(settings.rounds * m);
  const betas: number[][] = Array.from({ length: rows.width }, () => []);
  let kept = 0;
  for (let round = 0; round < settings.rounds; round += 1) {
    const timesOf = drawMultiplicities(
      seededRandom(`bootstrap/contextual/${settings.seed}/${round}`),
      codings,
    );
    const weight = rows.weight.map((own, row) => timesOf(row) * own);
    if (!isStronglyConnected(rows, weight)) continue;
    const refitted = fitContextual({ ...rows, weight }, ridge, fit);
    if (refitted === null) continue;
    theta.set(refitted.theta, kept * m);
    betas.forEach((values, k) => {
      values.push(refitted.beta[k]!);
    });
    kept += 1;
  }
  const intervals = fromDraws(
    fit.theta,
    { theta: theta.subarray(0, kept * m), kept, dropped: settings.rounds - kept },
    core.anchor,
  );
  if (intervals.low === null) return { intervals, half: null, draws: null };
  return {
    intervals,
    half: null,
    draws: betas.map((values) => quantiles(values, [0.025, 0.975]) as [number, number]),
  };
}

function isStronglyConnected(rows: ContextualRows, weight: Float64Array): boolean {
  const builder = new PairTableBuilder(rows.models);
  for (let row = 0; row < rows.length; row += 1) {
    if (weight[row]! > 0) builder.add(rows.i[row]!, rows.j[row]!, rows.points[row]!, weight[row]!, 2);
  }
  return connectModels(builder.build()).cores[0]?.length === rows.models;
}

function describe(
  scaled: Scaled,
  used: readonly number[],
  coefficients: StyleCoreFit['coefficients'],
): StyleCoefficient[] {
  return scaled.features.map((feature, k) => {
    const own = coefficients?.[used.indexOf(k)];
    return {
      feature,
      coefficient: own?.[0] ?? null,
      low: own?.[1] ?? null,
      high: own?.[2] ?? null,
      mean: scaled.mean[k]!,
      sd: scaled.sd[k]!,
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
