import type { EvidenceSource } from '@agon/domain';
import type { EvidenceDraws } from './draw-evidence.ts';
import { EVIDENCE_KINDS, type Evidence, type EvidenceCell, type EvidenceKind, sideOf } from './evidence.ts';
import { drawIntervals, rankDraws } from './rank-draws.ts';

export const MISSING_CHOICES = ['predict', 'leave-out'] as const;
/** `predict`: a missing cell counts as predicted. `leave-out`: the weights of what a model has are scaled up. */
export type MissingChoice = (typeof MISSING_CHOICES)[number];

/** What the reader cares about; sizes matter only to each other. */
export type CareWeights = Readonly<Record<EvidenceSource, number>> & {
  /** Weight of single benchmarks within theirs, >= 0; not named: 1. */
  readonly each?: Readonly<Record<string, number>>;
};

type CompositeModel = {
  readonly model: string;
  readonly score: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Null where provisional. */
  readonly rank: number | null;
  readonly rankLow: number | null;
  readonly rankHigh: number | null;
  /** Probability of being first, 0..1. */
  readonly pTop: number | null;
  readonly tier: number | null;
  /** Share of the weight whose cells were measured, 0..1. */
  readonly observed: number;
  /** Too little was measured for a place: less than 60 % of the weight, or nothing of a side that has weight. */
  readonly provisional: boolean;
};

export type Composite = {
  /** Ranked models by falling score, then provisional ones, then those without a score. */
  readonly models: readonly CompositeModel[];
  /** P(row above column) among the ranked, 0..1, row by row; empty where an error is not known. */
  readonly above: readonly (readonly number[])[];
};

/** Share of the weight that must have been measured for a place. */
const GATE = 0.6;

/** Weight of each source of the evidence, adding up to 1; all 0 where nothing that was measured has weight. */
export function sourceWeights(evidence: Evidence, weights: CareWeights): Float64Array {
  const each = (name: string): number => weights.each?.[name] ?? 1;
  // the largest first: a weight of 1e-300 must not vanish when shares are taken
  const top = Math.max(weights.people, weights.judges, weights.benchmarks);
  if (!(top > 0)) return new Float64Array(evidence.sources.length);
  const spread = evidence.sources.reduce(
    (sum, { kind, source }) => sum + (kind === 'benchmark' ? each(source) : 0),
    0,
  );
  const raw = evidence.sources.map(({ kind, source }) => {
    if (kind !== 'benchmark') return weights[kind] / top;
    return spread > 0 ? ((weights.benchmarks / top) * each(source)) / spread : 0;
  });
  const total = raw.reduce((sum, value) => sum + value, 0);
  return Float64Array.from(raw, (value) => (total > 0 ? value / total : 0));
}

/**
 * The weighted mean of all sources under the reader's weights, with intervals, places and chances from joint draws. Where
 * the error of a cell that has weight is not known, nobody knows who is first: scores and places remain, without
 * intervals. Fast enough to run on every move of a slider.
 */
export function rankComposite(
  evidence: Evidence,
  { draws, values }: EvidenceDraws,
  weights: CareWeights,
  missing: MissingChoice = 'predict',
): Composite {
  const shares = sourceWeights(evidence, weights);
  const entries = evidence.models
    .map((model, at) => ({ model, at, ...scoreModel(evidence, shares, at, missing) }))
    .sort(
      (x, y) =>
        Number(x.score === null) - Number(y.score === null) ||
        Number(x.provisional) - Number(y.provisional) ||
        (y.score ?? 0) - (x.score ?? 0) ||
        (x.model < y.model ? -1 : 1),
    );
  const scored = entries.filter(({ score }) => score !== null);
  const scores = Float64Array.from(scored, ({ score }) => score!);
  const isKnown = draws > 0 && scored.every(({ cells }) => cells.every(({ cell }) => cell.se !== null));
  const drawn = isKnown
    ? scored.map(({ at, cells }) => {
        const sum = new Float64Array(draws);
        for (const { source, weight } of cells) {
          const own = values[source]![at]!;
          for (let draw = 0; draw < draws; draw += 1) sum[draw]! += weight * own[draw]!;
        }
        return sum;
      })
    : [];
  const intervals = drawIntervals(scores, drawn);
  const ranked = scored.filter(({ provisional }) => !provisional).length;
  const places = isKnown ? rankDraws(scores, drawn.slice(0, ranked)) : null;
  return {
    models: entries.map(({ model, score, observed, provisional }, i): CompositeModel => {
      const hasPlace = score !== null && !provisional;
      const own = hasPlace ? places : null;
      return {
        model,
        score,
        low: intervals[i]?.low ?? null,
        high: intervals[i]?.high ?? null,
        rank: hasPlace ? i + 1 : null,
        rankLow: own?.rankLow[i] ?? null,
        rankHigh: own?.rankHigh[i] ?? null,
        pTop: own?.pTop[i] ?? null,
        tier: own?.tier[i] ?? null,
        observed,
        provisional,
      };
    }),
    above:
      places === null
        ? []
        : Array.from({ length: ranked }, (_, i) => [...places.above.subarray(i * ranked, (i + 1) * ranked)]),
  };
}

type Scored = Pick<CompositeModel, 'score' | 'observed' | 'provisional'> & {
  /** What the score is the sum of; weights add up to 1. */
  readonly cells: readonly {
    readonly source: number;
    readonly weight: number;
    readonly cell: EvidenceCell;
  }[];
};

function scoreModel(evidence: Evidence, shares: Float64Array, at: number, missing: MissingChoice): Scored {
  const weighted = evidence.sources.flatMap(({ kind, cells }, source) =>
    shares[source]! > 0 ? [{ source, kind, share: shares[source]!, cell: cells[at] ?? null }] : [],
  );
  const isMeasured = ({ cell }: (typeof weighted)[number]): boolean => cell !== null && !cell.imputed;
  const ofKind = (kind: EvidenceKind) => weighted.filter((each) => each.kind === kind);
  const sum = (list: typeof weighted): number => list.reduce((total, { share }) => total + share, 0);
  const used =
    missing === 'predict'
      ? weighted
      : // what is left out gives its weight to the rest of its own source first
        EVIDENCE_KINDS.flatMap((kind) => {
          const measured = ofKind(kind).filter(isMeasured);
          const scale = sum(ofKind(kind)) / sum(measured);
          return measured.map((each) => ({ ...each, share: each.share * scale }));
        });
  const observed = sum(weighted.filter(isMeasured));
  const total = sum(used);
  const cells = used.flatMap(({ source, share, cell }) =>
    cell === null ? [] : [{ source, weight: share / total, cell }],
  );
  if (total === 0 || cells.length < used.length) {
    return { score: null, observed, provisional: false, cells: [] };
  }
  const lacks = (['objective', 'subjective'] as const).some((side) => {
    const own = weighted.filter(({ kind }) => sideOf(kind) === side);
    return own.length > 0 && !own.some(isMeasured);
  });
  return {
    score: cells.reduce((mean, { weight, cell }) => mean + weight * cell.value, 0),
    observed,
    provisional: observed < GATE - 1e-9 || lacks,
    cells,
  };
}
