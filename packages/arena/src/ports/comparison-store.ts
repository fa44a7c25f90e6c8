import type { AnswerId, CampaignId, ComparisonSource } from '@agon/domain';

/**
 * Votes, or verdicts, of a campaign as columns. Arrays may be longer than `length`: the rest is room for what comes.
 * Rows never move; readers share the columns, which later reads bring up to date.
 */
export type ComparisonBlock = {
  readonly length: number;
  /** Another number: rows that were read before may be any other rows now. */
  readonly rewritten: number;
  /** Rows that changed since, where few did; rows that were only added are in none. */
  readonly changes: RowChanges;
  /** Names by code, numbered in the order in which rows name them. Rows are in the order of the chain and of the files. */
  readonly models: readonly string[];
  readonly a: Uint16Array;
  readonly b: Uint16Array;
  /** `OUTCOME_CODES` */
  readonly outcome: Uint8Array;
  /** Slot a's share of the point, 0..1; NaN where only the outcome is known. Null: known nowhere. */
  readonly shareA: Float64Array | null;
  /** >= 0. Null: 1 everywhere. */
  readonly weight: Float64Array | null;
  /** 0: it counts; `GONE`: it is no longer there; else the reason's place in `reasons`, from 1. */
  readonly excluded: Uint8Array;
  /** -1 where nobody is named. */
  readonly rater: Int32Array;
  /** -1 where none is named. */
  readonly prompt: Int32Array;
  /** Turns that were shown, from 1; 0: all. */
  readonly turn: Uint16Array;
  /** Places in `categories` and `languages`, from 1; 0: none. */
  readonly category: Uint16Array;
  readonly language: Uint16Array;
  /** What was shown, where the campaign holds it; else -1. */
  readonly answerA: Int32Array;
  readonly answerB: Int32Array;
  /** NaN where it is not known. */
  readonly atMs: Float64Array;
};

/** In the place of a reason: nobody is to count or to list this row. */
export const GONE = 255;

/** What decides how a row counts, as it was and as it became. */
export type RowChange = {
  readonly row: number;
  readonly before: { readonly outcome: number; readonly excluded: number };
  readonly after: { readonly outcome: number; readonly excluded: number };
};

/** Changes in their order; the first `from` of them are no longer listed. */
export type RowChanges = { readonly from: number; readonly list: readonly RowChange[] };

export type CampaignComparisons = Readonly<Record<ComparisonSource, ComparisonBlock>> & {
  /** Grows with every change; the same number means the same rows. */
  readonly revision: number;
  /** Names by place. */
  readonly reasons: readonly string[];
  readonly categories: readonly string[];
  readonly languages: readonly string[];
  /** How many codes there are, and the name behind one. */
  readonly raters: Readonly<Record<ComparisonSource, CodedNames>>;
  readonly prompts: CodedNames;
  readonly answers: CodedNames<AnswerId>;
};

/** Names numbered from 0. */
export interface CodedNames<Name extends string = string> {
  readonly size: number;
  /** @param code 0 .. size − 1 */
  nameOf(code: number): Name;
}

export interface ComparisonStore {
  /** All votes and verdicts of a campaign, kept in memory and brought up to date with what was added. */
  read(campaign: CampaignId): Promise<CampaignComparisons>;
}
