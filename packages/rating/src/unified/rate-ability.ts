import { sampleSd } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { drawBoards, type EvidenceDraws } from './draw-evidence.ts';
import { type BoardLogits, type Evidence, type EvidenceInput, UNKNOWN_ITEMS } from './evidence.ts';
import { type AbilityFit, fitAbility } from './fit-ability.ts';

/** Of each pair that met: points of model a (ties half) of n. */
export type PairPoints = {
  readonly modelA: string;
  readonly modelB: string;
  readonly points: number;
  readonly n: number;
};

export type AbilityInput = Pick<EvidenceInput, 'models' | 'benchmarks' | 'scores' | 'panel'> & {
  readonly people: readonly PairPoints[];
  /** By judge. */
  readonly judges: readonly { readonly judge: string; readonly pairs: readonly PairPoints[] }[];
};

export type Ability = {
  readonly fit: AbilityFit;
  /** Models of which something is known, in the order of the fit. */
  readonly models: readonly string[];
  readonly judges: readonly string[];
  readonly benchmarks: readonly string[];
  /** False: nobody voted, and the scale is the judges'. */
  readonly anchored: boolean;
  /** Two sources, what people like and what benchmarks measure, as expected shares of wins; predicted where nobody measured. */
  readonly evidence: Evidence;
  readonly draws: EvidenceDraws;
};

/** A share of 0 or 1 of n items has the logit of half an item less. */
const HALF_ITEM = 0.5;

/**
 * The ability model of everything that is known, and from it two columns that a reader weighs: what people like, and
 * what benchmarks measure. Null where nothing is known of two models, or no fit settles.
 */
export function rateAbility(input: AbilityInput, seed: number, draws: number): Ability | null {
  const voted = new Set(
    [input.people, ...input.judges.map(({ pairs }) => pairs)]
      .flat()
      .flatMap(({ modelA, modelB }) => [modelA, modelB]),
  );
  const scored = new Set(input.scores.map(({ model }) => model));
  const models = input.models.filter((model) => voted.has(model) || scored.has(model));
  if (models.length < 2) return null;
  const place = new Map(models.map((model, at) => [model, at]));
  const benchmarks = input.benchmarks.filter(({ name }) =>
    input.scores.some(({ benchmark, model }) => benchmark === name && place.has(model)),
  );
  const judges = input.judges.filter(({ pairs }) => pairs.length > 0);
  const pairs = [input.people, ...judges.map((judge) => judge.pairs)].flatMap((list, at) =>
    list.flatMap(({ modelA, modelB, points, n }) => {
      const [model, opponent] = [place.get(modelA), place.get(modelB)];
      return model === undefined || opponent === undefined || !(n > 0)
        ? []
        : [{ model, opponent, judge: at - 1, points, n }];
    }),
  );
  const scores = benchmarks.flatMap(({ name, chance }, benchmark) =>
    models.flatMap((model, at) => {
      const found = input.scores.find((row) => row.model === model && row.benchmark === name);
      return found === undefined
        ? []
        : [{ model: at, benchmark, ...logitScore(found.score, chance ?? 0, found.n) }];
    }),
  );
  const fit = fitAbility(
    { models: models.length, judges: judges.length, benchmarks: benchmarks.length },
    pairs,
    scores,
  );
  if (fit === null) return null;
  const sources = abilityEvidence(input, models, fit, voted, scored);
  const drawn = drawAbility(sources, fit, seed, draws);
  const evidence = withErrors(sources, drawn);
  return {
    fit,
    models,
    judges: judges.map(({ judge }) => judge),
    benchmarks: benchmarks.map(({ name }) => name),
    anchored: input.people.length > 0,
    evidence,
    draws: drawn,
  };
}

function logitScore(
  score: number,
  chance: number,
  items: number | null,
): { logit: number; variance: number } {
  const n = items ?? UNKNOWN_ITEMS;
  const raw = Math.min(1 - HALF_ITEM / n, Math.max(HALF_ITEM / n, score));
  const share = Math.min(1 - HALF_ITEM / n, Math.max(HALF_ITEM / n, (raw - chance) / (1 - chance)));
  // the delta method, from the score's own binomial variance
  const slope = 1 / ((1 - chance) * share * (1 - share));
  return { logit: Math.log(share / (1 - share)), variance: (slope ** 2 * raw * (1 - raw)) / n };
}

function abilityEvidence(
  input: AbilityInput,
  models: readonly string[],
  fit: AbilityFit,
  voted: ReadonlySet<string>,
  scored: ReadonlySet<string>,
): Evidence {
  const m = models.length;
  const asked = new Set(input.panel);
  const named = models.flatMap((model, at) => (asked.has(model) ? [at] : []));
  const panel = named.length >= 2 ? named : models.map((_, at) => at);
  const members = models.map((model) => input.models.indexOf(model));
  const source = (
    name: 'people' | 'benchmarks',
    logits: Float64Array,
    offset: number,
    measured: ReadonlySet<string>,
  ): Evidence['sources'][number] => {
    const covariance = models.flatMap((_, i) =>
      models.slice(0, i + 1).map((__, j) => fit.covariance[(offset + i) * 2 * m + offset + j]!),
    );
    const board: BoardLogits = { members, logits: [...logits], covariance, panel };
    const cells: Evidence['sources'][number]['cells'][number][] = input.models.map(() => null);
    models.forEach((model, at) => {
      const others = panel.filter((other) => other !== at);
      const share =
        others.reduce((sum, other) => sum + logistic(logits[at]! - logits[other]!), 0) / others.length;
      cells[members[at]!] = {
        value: 100 * share,
        se: null,
        n: null,
        imputed: !measured.has(model),
        fitSd: null,
      };
    });
    return { source: name, kind: name === 'people' ? 'people' : 'benchmark', cells, board };
  };
  return {
    version: 1,
    models: [...input.models],
    sources: [
      ...(voted.size > 0 ? [source('people', fit.preference, m, voted)] : []),
      ...(scored.size > 0 ? [source('benchmarks', fit.objective, 0, scored)] : []),
    ],
    residualSd: { objective: 0, subjective: 0 },
    panel: panel.map((at) => models[at]!),
  };
}

/** Errors of cells, from their draws: an error that all models share moves no win rate. */
function withErrors(evidence: Evidence, { values }: EvidenceDraws): Evidence {
  return {
    ...evidence,
    sources: evidence.sources.map((source, k) => ({
      ...source,
      cells: source.cells.map((cell, at) =>
        cell === null ? null : { ...cell, se: sampleSd(values[k]![at]!) },
      ),
    })),
  };
}

/** Both columns from one draw of both abilities: what is liked goes with what is measured. */
function drawAbility(evidence: Evidence, fit: AbilityFit, seed: number, draws: number): EvidenceDraws {
  const m = fit.objective.length;
  const values = drawBoards(
    Float64Array.from([...fit.objective, ...fit.preference]),
    fit.covariance,
    evidence.sources.map(({ source, board }) => ({
      rows: Array.from({ length: m }, (_, i) => (source === 'people' ? m : 0) + i),
      panel: board!.panel,
    })),
    `ability/${seed}`,
    draws,
  );
  return {
    draws,
    values: evidence.sources.map(({ board }, k) => {
      const byModel: Float64Array[] = evidence.models.map(() => new Float64Array(0));
      board!.members.forEach((model, row) => {
        byModel[model] = values[k]![row]!;
      });
      return byModel;
    }),
  };
}
