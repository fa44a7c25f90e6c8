import type { RatingInsights, RatingResult } from '@agon/domain';

/** A board of people or judges: the ratings, and the covariance that makes errors of two models go together. */
export type RatedBoard = {
  readonly result: RatingResult | null;
  /** Null where the method has none: errors then count as independent. */
  readonly insights: RatingInsights | null;
};

export type EvidenceInput = {
  readonly models: readonly string[];
  readonly people: RatedBoard;
  readonly judges: RatedBoard;
  /** `chance`: score of guessing, 0..1; null, where nobody has said, counts as 0. */
  readonly benchmarks: readonly { readonly name: string; readonly chance: number | null }[];
  /** `score` 0..1; several scores of one cell: the first counts. */
  readonly scores: readonly {
    readonly model: string;
    readonly benchmark: string;
    readonly score: number;
    readonly n: number | null;
  }[];
  /** Models that a win rate is against, frozen; those without a rating are passed over. None rated: all of the board. */
  readonly panel: readonly string[];
};

export const EVIDENCE_KINDS = ['people', 'judges', 'benchmark'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** What one source says of one model, on the scale 0..100 between the source's fixed anchors. */
export type EvidenceCell = {
  /** May be below 0 where a benchmark was answered worse than by guessing. */
  readonly value: number;
  /** Standard error of `value`; null: nobody knows how far it may be off. */
  readonly se: number | null;
  /** Comparisons or items behind it; null: unknown, or predicted. */
  readonly n: number | null;
  /** Predicted from the model's other cells. */
  readonly imputed: boolean;
  /** Of a predicted cell: how far the model's ability and the source's ease may be off together, logits. */
  readonly fitSd: number | null;
};

/** Logits of a board's ratings, with what is needed to draw them together. */
export type BoardLogits = {
  /** Index into `models` of the evidence, row by row. */
  readonly members: readonly number[];
  readonly logits: readonly number[];
  /** Covariance of `logits`, lower triangle row by row; null: errors are not known together, cells say each one's. */
  readonly covariance: readonly number[] | null;
  /** Rows of `members` that a win rate is against. */
  readonly panel: readonly number[];
};

export type EvidenceSourceCells = {
  /** `people`, `judges`, or a benchmark's name. */
  readonly source: string;
  readonly kind: EvidenceKind;
  /** By model; null: not measured and not predictable. */
  readonly cells: readonly (EvidenceCell | null)[];
  /** Boards only. */
  readonly board: BoardLogits | null;
};

/**
 * Everything that a unified ranking is made of but the reader's weights: small enough to be sent to a browser, which can
 * then rank again under any weights.
 */
export type Evidence = {
  readonly version: 1;
  readonly models: readonly string[];
  /** Sources that measured at least one model: people, judges, then benchmarks by the order given. */
  readonly sources: readonly EvidenceSourceCells[];
  /** Spread of a cell about its prediction, logits. */
  readonly residualSd: { readonly objective: number; readonly subjective: number };
  /** Models that win rates are against. */
  readonly panel: readonly string[];
};

/** Items behind a score that does not say how many: fewer than nearly every benchmark has. */
export const UNKNOWN_ITEMS = 100;

/** Kinds of evidence by side: what was measured, and what somebody liked. */
export function sideOf(kind: EvidenceKind): 'objective' | 'subjective' {
  return kind === 'benchmark' ? 'objective' : 'subjective';
}
