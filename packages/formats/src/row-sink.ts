import { contentHash } from '@agon/domain';
import type { ReadAnswer, ReadComparison, ReadPrompt, ReadScore, RefusedRow } from './record.ts';
import { RowFault, type RowReader } from './row-reader.ts';

type New<Record> = Omit<Record, 'at'>;

/** Collects what rows say. A comparison without an id of its own gets one from its content and how often it occurred. */
export class RowSink {
  readonly file: string;
  readonly scale: 1 | 100;
  readonly prompts = new Map<string, ReadPrompt>();
  readonly answers: ReadAnswer[] = [];
  readonly comparisons: ReadComparison[] = [];
  readonly scores: ReadScore[] = [];
  readonly refused: RefusedRow[] = [];
  readonly #occurred = new Map<string, number>();

  constructor(file: string, scale: 1 | 100) {
    this.file = file;
    this.scale = scale;
  }

  prompt(row: RowReader, prompt: New<ReadPrompt>): void {
    if (prompt.turns.length === 0 || prompt.turns.every((turn) => turn.trim() === ''))
      throw new RowFault('a prompt without text');
    if (!this.prompts.has(prompt.key)) this.prompts.set(prompt.key, { ...prompt, at: this.#place(row) });
  }

  answer(row: RowReader, answer: New<ReadAnswer>): void {
    this.answers.push({ ...answer, at: this.#place(row) });
  }

  /** `allowSame`: the format compares a model with itself on purpose, as AlpacaEval does with its baseline. */
  comparison(
    row: RowReader,
    comparison: Omit<ReadComparison, 'at' | 'key'> & { readonly key?: string },
    options: { readonly allowSame?: boolean } = {},
  ): void {
    if (comparison.modelA === comparison.modelB && options.allowSame !== true)
      throw new RowFault('the same model on both sides', null, comparison.modelA);
    if (comparison.weight !== undefined && !(comparison.weight >= 0))
      throw new RowFault('a weight below 0', 'weight', comparison.weight);
    const { key: given, ...content } = comparison;
    let key = given;
    if (key === undefined) {
      const hash = contentHash(JSON.stringify(content)).slice(0, 32);
      const occurred = (this.#occurred.get(hash) ?? 0) + 1;
      this.#occurred.set(hash, occurred);
      key = occurred === 1 ? hash : `${hash}#${occurred}`;
    }
    this.comparisons.push({ ...content, key, at: this.#place(row) });
  }

  score(row: RowReader, score: New<ReadScore>): void {
    this.scores.push({ ...score, at: this.#place(row) });
  }

  refuse(line: number, reason: string, column: string | null = null, value: string | null = null): void {
    this.refused.push({ file: this.file, line, column, value, reason });
  }

  #place(row: RowReader) {
    return { file: this.file, line: row.line };
  }
}
