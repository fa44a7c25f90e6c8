import { factorSemidefinite, normalDraws, quantiles } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { type AbilityFit, type AbilityObservation, fitAbility } from './fit-ability.ts';

export type AbilityInput = {
  readonly models: readonly string[];
  /** Of each pair that met: points of model a (ties half) of n, by source. Empty: the source is left out. */
  readonly people: readonly AbilityPair[];
  readonly judges: readonly AbilityPair[];
  readonly benchmarks: readonly { readonly name: string; readonly chance: number | null }[];
  /** `score` 0..1; several sources of one cell: the first counts */
  readonly scores: readonly {
    readonly model: string;
    readonly benchmark: string;
    readonly score: number;
    readonly n: number | null;
  }[];
  readonly seed: number;
};

export type AbilityPair = {
  readonly modelA: string;
  readonly modelB: string;
  readonly points: number;
  readonly n: number;
};

/** Scores 0..100: the expected share of people's votes against the other models. */
type AbilityModel = {
  readonly model: string;
  readonly score: number;
  readonly low: number;
  readonly high: number;
  readonly rank: number;
  readonly rankLow: number;
  readonly rankHigh: number;
  readonly pTop: number;
};

export type Ability = {
  /** Models of which something is known, by falling score. */
  readonly models: readonly AbilityModel[];
  /** How strongly judges and benchmarks tell of people's taste; people's own is 1. */
  readonly discrimination: readonly { readonly source: string; readonly value: number }[];
};

/** Logits; wide enough that votes decide, and finite for a model that won everything. */
const ABILITY_SD = 2;
const ITEM_SD = 2;
const LOG_DISCRIMINATION_SD = 1;
/**
 * Logits by which a model may do better on one benchmark than its ability says: no number of items then makes a
 * benchmark count for more than about 16 votes a model near an even score.
 */
const OWN_SKILL_SD = 0.5;
/** Items behind a score that does not say how many. */
const UNKNOWN_ITEMS = 100;
const DRAWS = 4000;

/**
 * The ability method of the unified ranking: one ability behind people's votes, judges' verdicts and benchmarks; every
 * source but people's votes has its own discrimination, learnt from how it goes with the others. Intervals and places
 * from draws of the posterior's normal approximation. Null where nothing is known of two models, or no fit settles.
 */
export function rateAbility(input: AbilityInput): Ability | null {
  const known = new Set([
    ...[...input.people, ...input.judges].flatMap(({ modelA, modelB }) => [modelA, modelB]),
    ...input.scores.map(({ model }) => model),
  ]);
  const models = input.models.filter((model) => known.has(model));
  if (models.length < 2) return null;
  const code = new Map(models.map((model, at) => [model, at]));
  const measured = input.benchmarks.filter(({ name }) =>
    input.scores.some(({ benchmark, model }) => benchmark === name && code.has(model)),
  );
  const judged = input.judges.length > 0;
  const sources = [...(judged ? ['judges'] : []), ...measured.map(({ name }) => name)];
  const observations: AbilityObservation[] = [
    ...pairsOf(input.people, code, -1),
    ...pairsOf(input.judges, code, 0),
    ...measured.flatMap((benchmark, k) => {
      const chance = benchmark.chance ?? 0;
      return models.flatMap((model, at): AbilityObservation[] => {
        const found = input.scores.find((row) => row.model === model && row.benchmark === benchmark.name);
        if (found === undefined) return [];
        const share = Math.min(1, Math.max(0, (found.score - chance) / (1 - chance)));
        const n = effectiveItems(share, found.n ?? UNKNOWN_ITEMS);
        const [opponent, source] = [models.length + k, Number(judged) + k];
        return [{ model: at, opponent, source, points: n * share, n }];
      });
    }),
  ];
  const fit = fitAbility(
    { models: models.length, items: measured.length, sources: sources.length },
    observations,
    {
      abilitySd: ABILITY_SD,
      itemSd: ITEM_SD,
      logDiscriminationSd: LOG_DISCRIMINATION_SD,
      gaugePrecision: 1e-3,
    },
  );
  if (fit === null) return null;
  return {
    models: scoreModels(models, fit, input.seed),
    discrimination: sources.map((source, at) => ({ source, value: fit.discrimination[at]! })),
  };
}

function pairsOf(
  pairs: readonly AbilityPair[],
  code: ReadonlyMap<string, number>,
  source: number,
): AbilityObservation[] {
  return pairs.flatMap(({ modelA, modelB, points, n }): AbilityObservation[] => {
    const [model, opponent] = [code.get(modelA), code.get(modelB)];
    return model === undefined || opponent === undefined || !(n > 0)
      ? []
      : [{ model, opponent, source, points, n }];
  });
}

/** n items whose share has the variance of n coin tosses and of a skill of its own, on the logit scale. */
function effectiveItems(share: number, n: number): number {
  const inside = Math.min(Math.max(share, 0.5 / n), 1 - 0.5 / n);
  return n / (1 + n * inside * (1 - inside) * OWN_SKILL_SD ** 2);
}

function scoreModels(models: readonly string[], fit: AbilityFit, seed: number): AbilityModel[] {
  const m = models.length;
  const size = m + fit.difficulty.length + fit.discrimination.length;
  const covariance = new Float64Array(m * m);
  for (let i = 0; i < m; i += 1) {
    for (let j = 0; j < m; j += 1) covariance[i * m + j] = fit.covariance[i * size + j]!;
  }
  const lower = factorSemidefinite(covariance, m);
  const noise = normalDraws(`ability/${seed}`, DRAWS * m);
  const scores = models.map(() => new Float64Array(DRAWS));
  const places = models.map(() => new Float64Array(DRAWS));
  const drawn = new Float64Array(m);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    for (let i = 0; i < m; i += 1) {
      let value = fit.theta[i]!;
      for (let j = 0; j <= i; j += 1) value += lower[i * m + j]! * noise[draw * m + j]!;
      drawn[i] = value;
    }
    const shares = winShares(drawn);
    for (let i = 0; i < m; i += 1) {
      scores[i]![draw] = shares[i]!;
      let place = 1;
      for (let j = 0; j < m; j += 1) if (drawn[j]! > drawn[i]!) place += 1;
      places[i]![draw] = place;
    }
  }
  const own = winShares(fit.theta);
  return models
    .map((model, i) => {
      const [low, high] = quantiles(scores[i]!, [0.025, 0.975]) as [number, number];
      const [rankLow, rankHigh] = quantiles(places[i]!, [0.025, 0.975]) as [number, number];
      const first = places[i]!.reduce((count, place) => count + Number(place === 1), 0);
      return {
        model,
        score: own[i]!,
        low,
        high,
        rankLow: Math.round(rankLow),
        rankHigh: Math.round(rankHigh),
        pTop: first / DRAWS,
      };
    })
    .sort((x, y) => y.score - x.score || (x.model < y.model ? -1 : 1))
    .map((row, at) => ({ ...row, rank: at + 1 }));
}

/** Expected share of people's votes against each other model, per cent. */
function winShares(theta: Float64Array): number[] {
  return Array.from(theta, (own, i) => {
    let sum = 0;
    theta.forEach((other, j) => {
      if (i !== j) sum += logistic(own - other);
    });
    return (100 * sum) / (theta.length - 1);
  });
}
