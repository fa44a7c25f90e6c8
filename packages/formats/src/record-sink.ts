import { contentHash, type Ranking } from '@agon/domain';
import type {
  Place,
  ReadAnswer,
  ReadComparison,
  ReadFile,
  ReadPrompt,
  ReadScore,
  RefusedRow,
} from './record.ts';
import {
  KEEP_ALL,
  type LeftOutReason,
  type NewComparison,
  type RowSink,
  reasonToLeaveOut,
  requireComparison,
  requirePrompt,
  SKIPPED,
  unwantedRanking,
  type VotePolicy,
} from './row-sink.ts';

export type RecordFieldChoice = {
  /** Rankings of several models, too: else they are refused. */
  readonly rankings?: boolean;
  /** Prompts and answers; without them no row is refused for its texts. By default wanted. */
  readonly texts?: boolean;
  /** By default all votes are kept. */
  readonly policy?: VotePolicy;
};

/** Keeps what rows say. A comparison without an id of its own gets one from its content and how often it occurred. */
export class RecordSink implements RowSink {
  readonly scale: 1 | 100;
  readonly wantsTexts: boolean;
  readonly wantsPrompts = true;
  readonly #policy: VotePolicy;
  readonly #prompts = new Map<string, ReadPrompt>();
  readonly #answers: ReadAnswer[] = [];
  readonly #comparisons: ReadComparison[] = [];
  readonly #scores: ReadScore[] = [];
  readonly #rankings: Ranking[] | null;
  readonly #refused: RefusedRow[] = [];
  readonly #occurred = new Map<string, number>();
  readonly #leftOut = new Map<LeftOutReason, number>();

  constructor(scale: 1 | 100, { rankings = false, texts = true, policy = KEEP_ALL }: RecordFieldChoice = {}) {
    this.scale = scale;
    this.wantsTexts = texts;
    this.#policy = policy;
    this.#rankings = rankings ? [] : null;
  }

  prompt(at: Place, prompt: Omit<ReadPrompt, 'at'>): void {
    if (!this.wantsTexts) return;
    requirePrompt(prompt);
    if (!this.#prompts.has(prompt.key)) this.#prompts.set(prompt.key, { ...prompt, at: placeOf(at) });
  }

  answer(at: Place, answer: Omit<ReadAnswer, 'at'>): void {
    if (this.wantsTexts) this.#answers.push({ ...answer, at: placeOf(at) });
  }

  comparison(at: Place, comparison: NewComparison, options: { readonly allowSame?: boolean } = {}): void {
    requireComparison(comparison, options.allowSame === true);
    const reason = reasonToLeaveOut(comparison, this.#policy);
    if (reason !== null) {
      this.#leaveOut(reason);
      return;
    }
    const { key: given, shown, ...content } = comparison;
    for (const [model, turns] of [
      [content.modelA, shown?.a],
      [content.modelB, shown?.b],
    ] as const) {
      if (content.promptKey !== undefined && turns)
        this.answer(at, { promptKey: content.promptKey, model, turns });
    }
    this.#comparisons.push({
      ...content,
      ...(shown === undefined ? {} : { shown }),
      key: given ?? this.#keyOf(content),
      at: placeOf(at),
    });
  }

  passOver(_at: Place, what: string): void {
    if (what === SKIPPED) this.#leaveOut(SKIPPED);
  }

  /** Comparisons that were left out for no fault, by reason. */
  leftOut(): ReadonlyMap<LeftOutReason, number> {
    return this.#leftOut;
  }

  #leaveOut(reason: LeftOutReason): void {
    this.#leftOut.set(reason, (this.#leftOut.get(reason) ?? 0) + 1);
  }

  score(at: Place, score: Omit<ReadScore, 'at'>): void {
    this.#scores.push({ ...score, at: placeOf(at) });
  }

  ranking(_at: Place, ranking: Ranking): void {
    if (this.#rankings === null) throw unwantedRanking();
    this.#rankings.push(ranking);
  }

  /** In the order of the files; empty where they are not wanted. */
  rankings(): readonly Ranking[] {
    return this.#rankings ?? [];
  }

  refuse(at: Place, reason: string, column: string | null = null, value: string | null = null): void {
    this.#refused.push({ file: at.file ?? '', line: at.line ?? 1, column, value, reason });
  }

  /** In the order of the file. */
  records(): Omit<ReadFile, 'format' | 'rowsRead' | 'unused'> {
    return {
      prompts: [...this.#prompts.values()],
      answers: this.#answers,
      comparisons: this.#comparisons,
      scores: this.#scores,
      refused: this.#refused,
    };
  }

  #keyOf(content: Omit<NewComparison, 'key'>): string {
    const hash = contentHash(JSON.stringify(content)).slice(0, 32);
    const occurred = (this.#occurred.get(hash) ?? 0) + 1;
    this.#occurred.set(hash, occurred);
    return occurred === 1 ? hash : `${hash}#${occurred}`;
  }
}

function placeOf({ file, line }: Place): Place {
  return { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
}
