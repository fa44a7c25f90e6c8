import type { Unified } from '@agon/contract';
import { contentHash } from '@agon/domain';
import {
  type Ability,
  acceptabilityOf,
  type CareWeights,
  correlateSources,
  type Evidence,
  type EvidenceDraws,
  flipWeights,
  leaveSourcesOut,
  type MissingChoice,
  measureNext,
  rankByRules,
  rankComposite,
} from '@agon/rating';
import { Z95 } from '@agon/stats';

const SEED = 1;

/** Everything that a unified ranking is presented from. */
export type UnifiedParts = {
  readonly at: string;
  readonly method: 'composite' | 'ability';
  /** As the reader set them. */
  readonly weights: CareWeights;
  readonly missing: MissingChoice;
  /** All that was measured and predicted: what cells show. */
  readonly measured: Evidence;
  /** What is ranked: `measured`, or what the ability model made of it. */
  readonly ranked: {
    readonly evidence: Evidence;
    readonly draws: EvidenceDraws;
    /** On the sources of `evidence`. */
    readonly weights: CareWeights;
  };
  readonly ability: Ability | null;
  /** Elo points or shares of items, by source and model. */
  readonly rawOf: (source: string, model: string) => number | null;
  readonly benchmarks: readonly { readonly name: string; readonly chance: number | null }[];
  /** Snapshot that froze the panel. */
  readonly frozenBy: string | null;
};

export function presentUnified(parts: UnifiedParts): Unified {
  const { measured, missing } = parts;
  const { evidence, draws, weights } = parts.ranked;
  const composite = rankComposite(evidence, draws, weights, missing);
  const cellsOf = cellsByModel(parts);
  const benchmarks = parts.benchmarks.map(({ name }) => name);
  const cells = [...cellsOf.values()].flatMap((row) => Object.values(row));
  return {
    snapshot: null,
    at: parts.at,
    method: `${parts.method}-v2`,
    missing,
    weights: weightsOf(parts.weights),
    weights_hash: hashWeights(parts.weights, missing, parts.method),
    models: composite.models.map((model) => {
      const own = cellsOf.get(model.model)!;
      return {
        model: model.model,
        score: model.score,
        low: model.low,
        high: model.high,
        rank: model.rank,
        rank_low: model.rankLow,
        rank_high: model.rankHigh,
        p_top: model.pTop,
        tier: model.tier,
        observed: Math.min(1, model.observed),
        measured: {
          present: benchmarks.filter((name) => own[name]?.imputed === false && own[name].value !== null)
            .length,
          of: benchmarks.length,
        },
        provisional: model.provisional,
        cells: own,
      };
    }),
    evidence: parts.method === 'ability' ? null : (structuredClone(evidence) as Unified['evidence']),
    ability: parts.ability === null ? null : presentAbility(parts.ability),
    diagnostics: {
      missing_cells: cells.filter(({ value, imputed }) => value === null || imputed).length,
      cells: cells.length,
      panel: { models: [...measured.panel], since: parts.frozenBy },
      above: composite.above.map((row) => [...row]),
      leave_one_out: leaveSourcesOut(evidence, weights, missing).map(({ without, sameOrder, order }) => ({
        without,
        same_order: sameOrder,
        order: [...order],
      })),
      flips: flipWeights(evidence, weights),
      acceptability: acceptabilityOf(evidence, weights, SEED),
      rules: rankByRules(evidence, weights).map(({ rule, order }) => ({ rule, order: [...order] })),
      correlations: correlateSources(measured, SEED),
      next: measureNext(evidence, draws, weights),
      anchors: {
        people: '0: never preferred to a model of the panel; 100: always. Expected share of wins against it.',
        judges: 'As for people, from the judges’ verdicts.',
        benchmark: '0: guessing; 100: every item solved.',
      },
      notes: notesOf(
        parts,
        composite.models.some(({ score }) => score !== null),
      ),
    },
  };
}

function weightsOf({ people, judges, benchmarks, each }: CareWeights): Record<string, number> {
  return { people, judges, benchmarks, ...each };
}

/** The identity of a weighting, for exports: the same weights give the same hash wherever they are used. */
function hashWeights(weights: CareWeights, missing: MissingChoice, method: string): string {
  const each = Object.entries(weights.each ?? {}).sort(([x], [y]) => (x < y ? -1 : 1));
  const parts = [method, missing, weights.people, weights.judges, weights.benchmarks, each];
  return contentHash(JSON.stringify(parts)).slice(0, 12);
}

type Cells = Unified['models'][number]['cells'];

function cellsByModel({ measured, rawOf, benchmarks }: UnifiedParts): Map<string, Cells> {
  const sources = new Map(measured.sources.map((source) => [source.source, source]));
  const columns = [
    { name: 'people', kind: 'people' as const },
    { name: 'judges', kind: 'judges' as const },
    ...benchmarks.map(({ name }) => ({ name, kind: 'benchmark' as const })),
  ];
  return new Map(
    measured.models.map((model, at) => [
      model,
      Object.fromEntries(
        columns.map(({ name, kind }) => {
          const cell = sources.get(name)?.cells[at] ?? null;
          const none = { kind, value: null, low: null, high: null, n: null, imputed: false, raw: null };
          if (cell === null) return [name, none];
          const bounded = (value: number): number => Math.min(100, Math.max(0, value));
          return [
            name,
            {
              kind,
              value: bounded(cell.value),
              low: cell.se === null ? null : bounded(cell.value - Z95 * cell.se),
              high: cell.se === null ? null : bounded(cell.value + Z95 * cell.se),
              n: cell.n,
              imputed: cell.imputed,
              raw: cell.imputed ? null : rawOf(name, model),
            },
          ];
        }),
      ),
    ]),
  );
}

function presentAbility({
  fit,
  models,
  judges,
  benchmarks,
  anchored,
}: Ability): NonNullable<Unified['ability']> {
  const estimate = (value: number, sd: number) => ({ value, low: value - Z95 * sd, high: value + Z95 * sd });
  const byModel = (values: Float64Array, sds: Float64Array) =>
    models.map((model, at) => ({ model, ...estimate(values[at]!, sds[at]!) }));
  return {
    anchored,
    rho: estimate(fit.rho.value, fit.rho.sd),
    liking: byModel(fit.liking, fit.likingSd),
    shared_bias: judges.length === 0 ? [] : byModel(fit.sharedBias, fit.sharedBiasSd),
    judges: fit.judges.map((judge, at) => ({
      judge: judges[at]!,
      discrimination: estimate(judge.discrimination, judge.discriminationSd),
      taste_sd: judge.tasteSd,
      misfit: judge.misfit,
      bias: byModel(judge.bias, judge.biasSd),
    })),
    benchmarks: fit.benchmarks.map((benchmark, at) => ({
      benchmark: benchmarks[at]!,
      discrimination: estimate(benchmark.discrimination, benchmark.discriminationSd),
      residual_sd: benchmark.residualSd,
      misfit: benchmark.misfit,
    })),
    people_misfit: fit.peopleMisfit,
  };
}

function notesOf(parts: UnifiedParts, isScored: boolean): string[] {
  const { weights, measured, ability } = parts;
  const notes: string[] = [];
  const total = weights.people + weights.judges + weights.benchmarks;
  if (total === 0) notes.push('Every weight is zero: there is no score.');
  else if (!isScored) notes.push('No source that has weight has measured anything: there is no score.');
  for (const source of ['people', 'judges', 'benchmarks'] as const) {
    const kind = source === 'benchmarks' ? 'benchmark' : source;
    if (weights[source] > 0 && !measured.sources.some((each) => each.kind === kind)) {
      notes.push(`There are no ${source} on this board; their weight goes to the others.`);
    }
  }
  const undeclared = parts.benchmarks.filter(({ chance }) => chance === null).map(({ name }) => name);
  if (undeclared.length > 0 && weights.benchmarks > 0) {
    notes.push(
      `Nobody has said what guessing scores on ${undeclared.join(', ')}; scores there count from 0.`,
    );
  }
  const unsized = measured.sources.flatMap(({ source, kind, cells }) =>
    kind === 'benchmark' && cells.some((cell) => cell !== null && !cell.imputed && cell.n === null)
      ? [source]
      : [],
  );
  if (unsized.length > 0 && weights.benchmarks > 0) {
    notes.push(
      `${unsized.join(', ')}: the number of items is not known; intervals are as if there were 100.`,
    );
  }
  if (parts.method === 'ability') {
    if (ability === null) notes.push('Too little is known of any two models for an ability.');
    else if (!ability.anchored)
      notes.push('Nobody voted: the scale is the judges’ and has no anchor in people.');
    else
      notes.push('Judges count through what they say of people’s taste, however much weight they are given.');
  }
  return notes;
}
