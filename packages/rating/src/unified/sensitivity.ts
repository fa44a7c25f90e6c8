import { EVIDENCE_SOURCES, type EvidenceSource } from '@agon/domain';
import { kendallTau, quantiles, seededRandom } from '@agon/stats';
import { type EvidenceDraws, NO_DRAWS } from './draw-evidence.ts';
import type { Evidence } from './evidence.ts';
import { type CareWeights, type MissingChoice, rankComposite, sourceWeights } from './rank-composite.ts';

/** The change of one weight that puts a challenger level with the leader. */
export type FlipWeight = {
  /** `people`, `judges`, `benchmarks`, or one benchmark. */
  readonly source: string;
  /** Its share of all weight now and at the flip, 0..1. */
  readonly from: number;
  readonly to: number;
  readonly challenger: string;
};

/**
 * For each weight the smallest change that costs the leader the first place, others staying as they are to each other;
 * nearest first. With shares w and gaps d of leader and challenger, their difference at share s of source k is
 * (1 − s) D₋ + s d_k, D₋ the mean gap without k: a line, so the flip is exact.
 */
export function flipWeights(evidence: Evidence, weights: CareWeights): FlipWeight[] {
  const shares = sourceWeights(evidence, weights);
  const ranked = orderOf(evidence, weights);
  const [leader, ...others] = ranked;
  if (leader === undefined) return [];
  const valuesOf = (model: string): number[] => {
    const at = evidence.models.indexOf(model);
    return evidence.sources.map(({ cells }) => cells[at]?.value ?? 0);
  };
  const top = valuesOf(leader);
  const benchmarks = evidence.sources.flatMap(({ kind }, at) => (kind === 'benchmark' ? [at] : []));
  const groups = [
    ...evidence.sources.map(({ source }, at) => ({ source, members: [at] })),
    // one benchmark alone is the whole of benchmarks
    ...(benchmarks.length > 1 ? [{ source: 'benchmarks', members: benchmarks }] : []),
  ];
  return groups
    .flatMap(({ source, members }) => {
      const from = members.reduce((sum, at) => sum + shares[at]!, 0);
      const found = others.flatMap((challenger): FlipWeight[] => {
        const own = valuesOf(challenger);
        const gap = (at: number): number => top[at]! - own[at]!;
        const inside =
          from > 0
            ? members.reduce((sum, at) => sum + shares[at]! * gap(at), 0) / from
            : members.reduce((sum, at) => sum + gap(at), 0) / members.length;
        const outside = evidence.sources.reduce(
          (sum, _, at) => sum + (members.includes(at) ? 0 : shares[at]! * gap(at)),
          0,
        );
        const rest = from < 1 ? outside / (1 - from) : 0;
        // of one source alone there is no other weight that could grow
        if (from >= 1 - 1e-12 || rest === inside) return [];
        const to = rest / (rest - inside);
        return to >= 0 && to <= 1 ? [{ source, from, to, challenger }] : [];
      });
      return found.sort((x, y) => Math.abs(x.to - x.from) - Math.abs(y.to - y.from)).slice(0, 1);
    })
    .sort((x, y) => Math.abs(x.to - x.from) - Math.abs(y.to - y.from));
}

/** Ranked models without one source, and whether those of the full ranking keep their order. */
export type LeftOut = {
  readonly without: string;
  readonly sameOrder: boolean;
  readonly order: readonly string[];
};

/** Each of the three sources left out, and each benchmark where there are several. */
export function leaveSourcesOut(
  evidence: Evidence,
  weights: CareWeights,
  missing: MissingChoice = 'predict',
): LeftOut[] {
  const full = orderOf(evidence, weights, missing);
  const benchmarks = evidence.sources.flatMap(({ kind, source }) => (kind === 'benchmark' ? [source] : []));
  const without = [
    ...EVIDENCE_SOURCES.filter((source) => weights[source] > 0 && has(evidence, source)).map((source) => ({
      source,
      changed: { ...weights, [source]: 0 },
    })),
    ...(benchmarks.length > 1 && weights.benchmarks > 0
      ? benchmarks.map((source) => ({
          source,
          changed: { ...weights, each: { ...weights.each, [source]: 0 } },
        }))
      : []),
  ];
  return without.map(({ source, changed }) => {
    const order = orderOf(evidence, changed, missing);
    const left = full.filter((model) => order.includes(model));
    const kept = order.filter((model) => left.includes(model));
    return {
      without: source,
      sameOrder: order.length > 0 && left.every((model, at) => kept[at] === model),
      order,
    };
  });
}

function has(evidence: Evidence, source: EvidenceSource): boolean {
  return evidence.sources.some(({ kind }) => (kind === 'benchmark' ? 'benchmarks' : kind) === source);
}

function orderOf(evidence: Evidence, weights: CareWeights, missing?: MissingChoice): string[] {
  return rankComposite(evidence, NO_DRAWS, weights, missing)
    .models.filter(({ rank }) => rank !== null)
    .map(({ model }) => model);
}

const WEIGHT_DRAWS = 1000;
/** Concentration of weights near the reader's: each share stays within about a tenth of itself. */
const NEAR = 20;

/** Share of weightings under which each ranked model is first: near the reader's, and of all there are. */
export type Acceptability = { readonly model: string; readonly near: number; readonly any: number };

/** SMAA rank acceptability (Lahdelma, Hokkanen and Salminen, 1998): Dirichlet weights, the point values held. */
export function acceptabilityOf(evidence: Evidence, weights: CareWeights, seed: number): Acceptability[] {
  const ranked = orderOf(evidence, weights);
  const places = ranked.map((model) => evidence.models.indexOf(model));
  const shares = sourceWeights(evidence, weights);
  const random = seededRandom(`acceptability/${seed}`);
  const countFirst = (shapes: ArrayLike<number>): Float64Array => {
    const first = new Float64Array(ranked.length);
    for (let draw = 0; draw < WEIGHT_DRAWS; draw += 1) {
      // shares need no scaling: who is first does not hang on it
      const drawn = Array.from(shapes, (shape) => (shape > 0 ? gammaDraw(shape, random.next) : 0));
      let best = -1;
      let highest = Number.NEGATIVE_INFINITY;
      places.forEach((at, i) => {
        let score = 0;
        evidence.sources.forEach(({ cells }, source) => {
          score += drawn[source]! * (cells[at]?.value ?? 0);
        });
        if (score > highest) [best, highest] = [i, score];
      });
      if (best >= 0) first[best]! += 1 / WEIGHT_DRAWS;
    }
    return first;
  };
  const near = countFirst(Float64Array.from(shares, (share) => NEAR * share));
  const any = countFirst(new Float64Array(shares.length).fill(1));
  return ranked.map((model, i) => ({ model, near: near[i]!, any: any[i]! }));
}

/** Marsaglia and Tsang (2000); shapes below 1 by a power of a uniform draw. */
function gammaDraw(shape: number, next: () => number): number {
  if (shape < 1) return gammaDraw(shape + 1, next) * next() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - next()) < z * z * 0.5 + d - d * v + d * Math.log(v)) return d * v;
  }
}

const RANKING_RULES = ['composite', 'win-rate', 'borda', 'median-rank', 'copeland'] as const;
export type RankingRule = (typeof RANKING_RULES)[number];

/**
 * The ranked models under other rules than the weighted mean: the mean share of models beaten (HELM), weighted Borda
 * points, the weighted median of ranks, and pairwise majorities of weight (Copeland). Cells as measured or predicted.
 */
export function rankByRules(
  evidence: Evidence,
  weights: CareWeights,
): { readonly rule: RankingRule; readonly order: readonly string[] }[] {
  const ranked = orderOf(evidence, weights);
  const shares = sourceWeights(evidence, weights);
  const used = evidence.sources.flatMap((source, k) =>
    shares[k]! > 0 ? [{ ...source, share: shares[k]! }] : [],
  );
  const places = new Map(ranked.map((model) => [model, evidence.models.indexOf(model)]));
  const valueIn = (model: string, source: (typeof used)[number]): number =>
    source.cells[places.get(model)!]?.value ?? 0;
  const beaten = (model: string, source: (typeof used)[number]): number =>
    ranked.reduce((sum, other) => {
      if (other === model) return sum;
      const gap = valueIn(model, source) - valueIn(other, source);
      return sum + (gap > 0 ? 1 : gap === 0 ? 0.5 : 0);
    }, 0);
  const points: Readonly<Record<Exclude<RankingRule, 'composite'>, (model: string) => number>> = {
    'win-rate': (model) => used.reduce((sum, source) => sum + beaten(model, source), 0),
    borda: (model) => used.reduce((sum, source) => sum + source.share * beaten(model, source), 0),
    'median-rank': (model) =>
      weightedMedian(used.map((source) => ({ value: beaten(model, source), weight: source.share }))),
    copeland: (model) =>
      ranked.reduce((sum, other) => {
        if (other === model) return sum;
        const lead = used.reduce(
          (total, source) =>
            total + source.share * Math.sign(valueIn(model, source) - valueIn(other, source)),
          0,
        );
        return sum + Math.sign(Math.abs(lead) < 1e-12 ? 0 : lead);
      }, 0),
  };
  const by = (rule: Exclude<RankingRule, 'composite'>): string[] => {
    const scored = new Map(ranked.map((model) => [model, points[rule](model)]));
    // level under the rule: as the composite has them
    return ranked.toSorted((x, y) => scored.get(y)! - scored.get(x)!);
  };
  return RANKING_RULES.map((rule) => ({ rule, order: rule === 'composite' ? ranked : by(rule) }));
}

function weightedMedian(entries: { readonly value: number; readonly weight: number }[]): number {
  const sorted = entries.toSorted((x, y) => x.value - y.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const [at, { value, weight }] of sorted.entries()) {
    passed += weight;
    if (passed > half + 1e-12) return value;
    if (passed > half - 1e-12) return (value + (sorted[at + 1]?.value ?? value)) / 2;
  }
  return sorted.at(-1)?.value ?? 0;
}

/** Rank correlation of two sources over the models that both measured. */
export type SourceCorrelation = {
  readonly left: string;
  readonly right: string;
  readonly models: number;
  /** Kendall's τ_b; null where fewer than three models, or one source calls all level. */
  readonly tau: number | null;
  /** Middle 95 % over resampled sets of models. */
  readonly low: number | null;
  readonly high: number | null;
};

const RESAMPLES = 500;

/** How far sources order models alike: measured cells alone, models drawn again for the interval. */
export function correlateSources(evidence: Evidence, seed: number): SourceCorrelation[] {
  return evidence.sources.flatMap((left, i) =>
    evidence.sources.slice(i + 1).map((right): SourceCorrelation => {
      const pairs = evidence.models.flatMap((_, at) => {
        const [x, y] = [left.cells[at], right.cells[at]];
        return x && y && !x.imputed && !y.imputed ? [[x.value, y.value] as const] : [];
      });
      const named = { left: left.source, right: right.source, models: pairs.length };
      const tauOf = (list: readonly (readonly [number, number])[]): number | null =>
        kendallTau(
          list.map(([x]) => x),
          list.map(([, y]) => y),
        );
      const tau = pairs.length < 3 ? null : tauOf(pairs);
      if (tau === null) return { ...named, tau: null, low: null, high: null };
      const random = seededRandom(`correlate/${seed}/${left.source}/${right.source}`);
      const drawn = Array.from({ length: RESAMPLES }, () =>
        tauOf(pairs.map(() => pairs[random.below(pairs.length)]!)),
      ).filter((value) => value !== null);
      if (drawn.length < RESAMPLES / 2) return { ...named, tau, low: null, high: null };
      const [low, high] = quantiles(drawn, [0.025, 0.975]) as [number, number];
      return { ...named, tau, low: Math.min(low, tau), high: Math.max(high, tau) };
    }),
  );
}

/** A measurement that would narrow the ranking. */
export type NextMeasurement = {
  readonly model: string;
  readonly source: string;
  readonly imputed: boolean;
  /** Share of the variance of the model's score that comes from this cell, 0..1. */
  readonly share: number;
  /** Points by which the score's 95 % interval would be narrower were the cell known exactly. */
  readonly narrower: number;
};

const NEXT = 8;
/** Less than this, in points, nobody would see. */
const MIN_NARROWER = 0.05;

/**
 * Cells behind the uncertainty of the models that may be first, and of provisional ones: the most that measuring each
 * could do for the score's interval. Errors of cells count as independent here.
 */
export function measureNext(
  evidence: Evidence,
  draws: EvidenceDraws,
  weights: CareWeights,
): NextMeasurement[] {
  const shares = sourceWeights(evidence, weights);
  return rankComposite(evidence, draws, weights)
    .models.filter(({ rankLow, provisional }) => rankLow === 1 || provisional)
    .flatMap(({ model }) => {
      const at = evidence.models.indexOf(model);
      const parts = evidence.sources.map(({ source, cells }, k) => ({
        source,
        imputed: cells[at]?.imputed ?? false,
        variance: (shares[k]! * (cells[at]?.se ?? 0)) ** 2,
      }));
      const all = parts.reduce((sum, { variance }) => sum + variance, 0);
      return parts.flatMap(({ source, imputed, variance }): NextMeasurement[] =>
        variance === 0
          ? []
          : [
              {
                model,
                source,
                imputed,
                share: variance / all,
                narrower: 2 * 1.96 * (Math.sqrt(all) - Math.sqrt(Math.max(0, all - variance))),
              },
            ],
      );
    })
    .filter(({ narrower }) => narrower >= MIN_NARROWER)
    .sort((x, y) => y.narrower - x.narrower || (x.model < y.model ? -1 : 1))
    .slice(0, NEXT);
}
