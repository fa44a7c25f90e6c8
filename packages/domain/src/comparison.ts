import type { BySlot } from './by-slot.ts';
import type { Outcome } from './outcome.ts';
import { type StyleColumns, type StyleCounts, toStyleColumns } from './style.ts';

/** Who made a comparison: a person's vote or a judge model's verdict. */
export const COMPARISON_SOURCES = ['people', 'judges'] as const;
export type ComparisonSource = (typeof COMPARISON_SOURCES)[number];
/** Where evidence about a model comes from: comparisons, and scores on benchmarks. */
export const EVIDENCE_SOURCES = [...COMPARISON_SOURCES, 'benchmarks'] as const;
export type EvidenceSource = (typeof EVIDENCE_SOURCES)[number];

/** What a rating is fitted from: one outcome between two models, as read from a file or a store. */
export type Comparison = {
  readonly modelA: string;
  readonly modelB: string;
  readonly outcome: Outcome;
  /** How much of the point slot a gets, 0..1, where the source says it finer than the outcome does (a judge's logprob). */
  readonly shareA?: number;
  /** >= 0, 1 where the source has none. */
  readonly weight?: number;
  readonly source: ComparisonSource;
  /** Voter, or judge identity: whoever made it. */
  readonly rater?: string;
  readonly promptKey?: string;
  /** Of a multi-turn prompt: how many turns were shown, from 1. */
  readonly turn?: number;
  readonly category?: string;
  readonly language?: string;
  readonly atMs?: number;
  /** The rater saw the names of the models: no blind vote. */
  readonly unblinded?: true;
  /** The field's own clean-up left it out: its prompt is one of those that came too often (FastChat's `dedup_tag`). */
  readonly oversampled?: true;
  /** Counts of the two answers, where they are known. */
  readonly style?: BySlot<StyleCounts>;
};

/** Codes of the `outcome` column, the same as in the columnar file of the command line. */
export const OUTCOME_CODES = { a: 0, b: 1, tie: 2, both_bad: 3 } as const satisfies Record<Outcome, number>;

/**
 * Comparisons as columns, for fitting: every array has `length` entries.
 * `a` and `b` index into `models`; `rater` and `prompt` are cluster codes from 0, or -1 where unknown.
 */
export type ComparisonColumns = {
  readonly length: number;
  readonly models: readonly string[];
  readonly a: Uint16Array | Uint32Array | Int32Array;
  readonly b: Uint16Array | Uint32Array | Int32Array;
  /** `OUTCOME_CODES` */
  readonly outcome: Uint8Array | Int8Array;
  /** Absent: every weight is 1. */
  readonly weight?: Float64Array;
  /** Slot a's share of the point, 0..1; NaN where only the outcome is known. Absent: NaN everywhere. */
  readonly shareA?: Float64Array;
  readonly rater?: Int32Array;
  readonly prompt?: Int32Array;
  /** Of each row: 0 people, 1 judges, as in `COMPARISON_SOURCES`. Absent: people. */
  readonly source?: Uint8Array;
  /** Turns shown, from 1; 0 where the source does not say. Absent: 0 everywhere. */
  readonly turn?: Int32Array;
  /** Names by rater code. */
  readonly raters?: readonly string[];
  /** Counts of the answers. */
  readonly style?: BySlot<StyleColumns>;
};

/** Rows to columns; models, raters and prompts are numbered in order of appearance. */
export function toColumns(
  rows: Iterable<Comparison>,
  knownModels: readonly string[] = [],
): ComparisonColumns {
  const models = [...knownModels];
  const modelCode = new Map(models.map((name, code) => [name, code]));
  const raterCode = new Map<string, number>();
  const promptCode = new Map<string, number>();
  const a: number[] = [];
  const b: number[] = [];
  const outcome: number[] = [];
  const weight: number[] = [];
  const shareA: number[] = [];
  const rater: number[] = [];
  const prompt: number[] = [];
  const source: number[] = [];
  const turn: number[] = [];
  const style: BySlot<(StyleCounts | undefined)[]> = { a: [], b: [] };
  let styled = false;
  const codeOf = (codes: Map<string, number>, name: string): number => {
    let code = codes.get(name);
    if (code === undefined) {
      code = codes.size;
      codes.set(name, code);
    }
    return code;
  };
  const modelOf = (name: string): number => {
    const known = modelCode.size;
    const code = codeOf(modelCode, name);
    if (code === known) models.push(name);
    return code;
  };
  for (const row of rows) {
    a.push(modelOf(row.modelA));
    b.push(modelOf(row.modelB));
    outcome.push(OUTCOME_CODES[row.outcome]);
    weight.push(row.weight ?? 1);
    shareA.push(row.shareA ?? Number.NaN);
    rater.push(row.rater === undefined ? -1 : codeOf(raterCode, row.rater));
    prompt.push(row.promptKey === undefined ? -1 : codeOf(promptCode, row.promptKey));
    source.push(COMPARISON_SOURCES.indexOf(row.source));
    turn.push(row.turn ?? 0);
    styled ||= row.style !== undefined;
    style.a.push(row.style?.a);
    style.b.push(row.style?.b);
  }
  return {
    length: a.length,
    models,
    a: Uint32Array.from(a),
    b: Uint32Array.from(b),
    outcome: Uint8Array.from(outcome),
    weight: Float64Array.from(weight),
    shareA: Float64Array.from(shareA),
    rater: Int32Array.from(rater),
    prompt: Int32Array.from(prompt),
    source: Uint8Array.from(source),
    turn: Int32Array.from(turn),
    raters: [...raterCode.keys()],
    ...(styled ? { style: { a: toStyleColumns(style.a), b: toStyleColumns(style.b) } } : {}),
  };
}
