import type { Comparison, Ranking } from '@agon/domain';
import type { Place, ReadAnswer, ReadComparison, ReadMaterial, ReadPrompt, ReadScore } from './record.ts';
import { RowFault } from './row-reader.ts';

type New<Record> = Omit<Record, 'at'>;

/** `key`: the source's own id, absent where it has none. */
export type NewComparison = Omit<ReadComparison, 'at' | 'key'> & { readonly key?: string };

/** What becomes of votes that were not blind, and of those that the field's own clean-up left out. */
export type VotePolicy = {
  readonly unblinded: 'drop' | 'keep';
  readonly oversampled: 'drop' | 'keep';
};

/** Every vote is kept, as an import does. */
export const KEEP_ALL: VotePolicy = { unblinded: 'keep', oversampled: 'keep' };

/** Why comparisons are left out, which are no faults. */
export type LeftOutReason = 'not_blind' | 'oversampled' | 'skipped';

/** The reason that `policy` has for leaving a comparison out; null: it counts. */
export function reasonToLeaveOut(
  { unblinded, oversampled }: Pick<Comparison, 'unblinded' | 'oversampled'>,
  policy: VotePolicy,
): LeftOutReason | null {
  if (unblinded && policy.unblinded === 'drop') return 'not_blind';
  return oversampled && policy.oversampled === 'drop' ? 'oversampled' : null;
}

/** What `passOver` gets for a row whose label the caller wants left out. */
export const SKIPPED = 'skipped';

/** Takes what rows say. A row that does not hold together is thrown back as a `RowFault`. */
export type RowSink = {
  /** Scores come as fractions (1) or in per cent (100). */
  readonly scale: 1 | 100;
  prompt(at: Place, prompt: New<ReadPrompt>): void;
  answer(at: Place, answer: New<ReadAnswer>): void;
  /** For judges, of a prompt whose text is not in the row. */
  material?(at: Place, promptKey: string, material: ReadMaterial): void;
  /** `allowSame`: the format compares a model with itself on purpose, as AlpacaEval does with its baseline. */
  comparison(at: Place, comparison: NewComparison, options?: { readonly allowSame?: boolean }): void;
  /** Only where rankings are wanted; elsewhere the row is refused. */
  ranking(at: Place, ranking: Ranking): void;
  score(at: Place, score: New<ReadScore>): void;
  refuse(at: Place, reason: string, column?: string | null, value?: string | null): void;
  /** A row that says nothing that could be taken and is no fault: another event of a log. It counts neither as read nor as refused. */
  passOver(at: Place, what: string): void;
  /** A row begins, good or broken (null): what comes is of this row, until the next one begins. */
  startRow?(values: Readonly<Record<string, unknown>> | null): void;
  /** Texts of prompts and answers are wanted: where they are not, readers do not look at them. */
  readonly wantsTexts: boolean;
  /** What tells prompts apart is wanted, as agreement and clusters need it; absent: where texts are. */
  readonly wantsPrompts?: boolean;
  /** Set where the style of the answers is wanted: readers then count it. */
  readonly wantsStyle?: boolean;
};

/** @throws RowFault */
export function requirePrompt(prompt: New<ReadPrompt>): void {
  if (prompt.turns.length === 0 || prompt.turns.every((turn) => turn.trim() === ''))
    throw new RowFault('a prompt without text');
}

export function unwantedRanking(): RowFault {
  return new RowFault('a ranking of several models, which only `agon rank --method plackett-luce` reads');
}

/** @throws RowFault */
export function requireComparison(comparison: NewComparison, allowSame: boolean): void {
  if (comparison.modelA === comparison.modelB && !allowSame)
    throw new RowFault('the same model on both sides', null, comparison.modelA);
  if (comparison.weight !== undefined && !(comparison.weight >= 0))
    throw new RowFault('a weight below 0', 'weight', comparison.weight);
}
