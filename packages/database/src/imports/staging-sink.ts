import { hash } from 'node:crypto';
import { defaultAliases, findOwnName, type ImportJob } from '@agon/arena';
import { type FilePlace, isBlank, type Outcome, swapOutcome } from '@agon/domain';
import {
  type NewComparison,
  type ReadAnswer,
  type ReadMaterial,
  type ReadPrompt,
  type ReadScore,
  RowFault,
  type RowSink,
  requireComparison,
  requirePrompt,
  unwantedRanking,
} from '@agon/formats';
import { seededRandom } from '@agon/stats';
import { TextCodes } from '../comparisons/text-codes.ts';
import { UNNAMED_JUDGE } from '../unnamed-judge.ts';
import { Preview } from './preview.ts';
import { Refusals } from './refusals.ts';
import { RowSet } from './row-set.ts';
import type { StagingTables } from './staging-tables.ts';

type Values = Readonly<Record<string, unknown>>;

/** Names of what rows name, by kind; codes stand for them in the staging tables. */
const NAME_KINDS = ['model', 'prompt', 'rater', 'judge'] as const;

/** Writes what rows say into the staging tables. Whatever a single import can know of itself is checked here. */
export class StagingSink implements RowSink {
  readonly wantsTexts = true;
  readonly names = {
    model: new TextCodes(),
    prompt: new TextCodes(),
    rater: new TextCodes(),
    judge: new TextCodes(),
  };
  readonly refusals = new Refusals();
  readonly preview = new Preview();
  /** Rows that were refused, and rows that something was staged of. */
  readonly refused = new RowSet();
  readonly staged = new RowSet();
  /** Rows that say nothing, by what they are. */
  readonly passed = new Map<string, number>();
  readonly counts = { votes: 0, verdicts: 0, scores: 0, oversampled: 0, unblinded: 0 };
  scale: 1 | 100 = 1;
  rows = 0;
  /** Rows that compare, once or several times. */
  compared = 0;
  #lastCompared = -1;
  #passedRows = 0;
  #row = -1;
  #isPassed = false;
  #file = -1;
  readonly #tables: StagingTables;
  readonly #job: Pick<ImportJob, 'unblinded' | 'oversampled' | 'shuffleSides' | 'seed'>;
  readonly #campaign: string;
  readonly #aliases: Map<string, readonly string[]>;
  /** By code: hash of the text that this import has for the prompt, and where; undefined: it has none. */
  readonly #promptTexts: ({ hash: string; at: FilePlace } | undefined)[] = [];
  /** By code of the prompt and kind: what this import has for judges. */
  readonly #materials: (Map<string, { hash: string; line: number | undefined }> | undefined)[] = [];
  readonly #answers = new Map<string, number>();

  constructor(
    tables: StagingTables,
    job: Pick<ImportJob, 'unblinded' | 'oversampled' | 'shuffleSides' | 'seed' | 'campaignId' | 'models'>,
    knownModels: readonly { readonly name: string; readonly aliases: readonly string[] }[],
  ) {
    this.#tables = tables;
    this.#job = job;
    this.#campaign = job.campaignId ?? '';
    this.#aliases = new Map(knownModels.map(({ name, aliases }) => [name, aliases]));
    for (const { name, aliases } of job.models)
      if (!this.#aliases.has(name)) this.#aliases.set(name, [...aliases, ...defaultAliases(name)]);
  }

  startFile(scale: 1 | 100): void {
    this.#file += 1;
    this.scale = scale;
  }

  startRow(values: Values | null): void {
    this.#row += 1;
    this.rows += 1;
    this.#isPassed = false;
    if (values !== null) this.preview.row(this.#file, values);
  }

  /** Rows that count as read. */
  get rowsRead(): number {
    return this.rows - this.#passedRows;
  }

  prompt(at: FilePlace, prompt: Omit<ReadPrompt, 'at'>): void {
    requirePrompt(prompt);
    this.#prompt(at, prompt);
    if (prompt.material !== undefined) this.material(at, prompt.key, prompt.material);
  }

  #prompt(at: FilePlace, prompt: Omit<ReadPrompt, 'at'>): void {
    const code = this.names.prompt.codeOf(prompt.key);
    const turns = JSON.stringify(prompt.turns);
    const textHash = hash('sha256', turns);
    const known = this.#promptTexts[code];
    if (known !== undefined) {
      if (known.hash === textHash) {
        this.#said();
        return;
      }
      const where = known.at.line === undefined ? '' : ` in line ${known.at.line}`;
      throw new RowFault(`this prompt has another text${where}`, 'prompt', prompt.key);
    }
    this.#promptTexts[code] = { hash: textHash, at: { ...(at.line === undefined ? {} : { line: at.line }) } };
    const { category = null, language = null, material } = prompt;
    // part of the hash since before there was other material
    const reference = material?.reference ?? null;
    const content = { turns: prompt.turns, category, language, reference };
    this.#place('staged_prompts', at, 8)
      .int(code)
      .text(hash('sha256', JSON.stringify(content)))
      .text(turns)
      .text(category)
      .text(language);
    this.preview.prompt(code, prompt);
  }

  /**
   * Each kind of it once for each prompt: a later row may add what an earlier one did not have.
   * @throws RowFault where an earlier row says something else, before anything is staged
   */
  material(at: FilePlace, key: string, material: ReadMaterial): void {
    const code = this.names.prompt.codeOf(key);
    const known = this.#materials[code] ?? new Map<string, { hash: string; line: number | undefined }>();
    const said = Object.entries(material).map(([kind, value]) => {
      const text = JSON.stringify(value);
      return { kind, text, hash: hash('sha256', text) };
    });
    for (const { kind, text, hash: digest } of said) {
      const before = known.get(kind);
      if (before === undefined || before.hash === digest) continue;
      const where = before.line === undefined ? '' : ` in line ${before.line}`;
      throw new RowFault(
        `the prompt "${key}" has another ${kind}${where}; give prompts that differ in it ids of their own`,
        kind,
        text,
      );
    }
    for (const { kind, text, hash: digest } of said) {
      if (known.has(kind)) continue;
      known.set(kind, { hash: digest, line: at.line });
      this.#place('staged_material', at, 6).int(code).text(kind).text(text);
    }
    this.#materials[code] = known;
    this.preview.material(code, material);
  }

  answer(at: FilePlace, { promptKey, model, turns }: Omit<ReadAnswer, 'at'>): void {
    this.#answer(at, this.names.prompt.codeOf(promptKey), this.names.model.codeOf(model), turns);
    this.#said();
  }

  comparison(
    at: FilePlace,
    { shown, key, ...row }: NewComparison,
    options: { readonly allowSame?: boolean } = {},
  ): void {
    requireComparison(row, options.allowSame === true);
    const prompt = row.promptKey === undefined ? null : this.names.prompt.codeOf(row.promptKey);
    const texts = { a: shown?.a ?? null, b: shown?.b ?? null };
    const answerOf = (slot: 'a' | 'b', model: string) =>
      prompt === null || texts[slot] === null
        ? null
        : this.#answer(at, prompt, this.names.model.codeOf(model), texts[slot]);
    const answers = { a: answerOf('a', row.modelA), b: answerOf('b', row.modelB) };
    // of itself a model wins as often as it loses: the row has answers, and no vote
    if (row.modelA === row.modelB) {
      this.passOver(at, 'a model compared with itself');
      return;
    }
    const turned = this.#job.shuffleSides && coin(row, this.#job.seed);
    const [modelA, modelB] = turned ? [row.modelB, row.modelA] : [row.modelA, row.modelB];
    const [answerA, answerB] = turned ? [answers.b, answers.a] : [answers.a, answers.b];
    const outcome: Outcome = turned ? swapOutcome(row.outcome) : row.outcome;
    const shareA = row.shareA === undefined ? null : turned ? 1 - row.shareA : row.shareA;
    const weight = row.weight === undefined || row.weight === 1 ? null : row.weight;
    const hashes = [texts.a, texts.b].map((turns) =>
      turns === null ? null : hash('sha256', JSON.stringify(turns)),
    );
    const about = [
      this.#campaign,
      row.promptKey ?? null,
      modelA,
      modelB,
      row.turn ?? null,
      row.category ?? null,
      row.language ?? null,
      ...(turned ? hashes.reverse() : hashes),
    ];
    const battle = uuidOf(joined(about));
    const isVote = row.source === 'people';
    const rater = isVote ? (row.rater ?? null) : (row.rater ?? UNNAMED_JUDGE);
    const said = [row.source, rater, outcome, shareA, weight, row.atMs ?? null, key ?? null];
    const identity = uuidOf(joined([battle.toString('hex'), ...said]));
    const names = isVote ? this.names.rater : this.names.judge;
    const held = isVote ? this.#heldFor(row) : null;
    const n = this.counts.votes + this.counts.verdicts;
    this.#tables
      .into('staged_rows')
      .row(23)
      .int(n)
      .int(this.#row)
      .int(this.#file)
      .int(at.line ?? 1)
      .flag(isVote)
      .int((isVote ? this.counts.votes : this.counts.verdicts) + 1)
      .uuid(battle)
      .uuid(identity)
      .int(prompt)
      .int(this.names.model.codeOf(modelA))
      .int(this.names.model.codeOf(modelB))
      .int(answerA)
      .int(answerB)
      .int(row.turn ?? null)
      .text(row.category ?? null)
      .text(row.language ?? null)
      .int(rater === null ? null : names.codeOf(rater))
      .text(outcome)
      .double(shareA)
      .double(weight)
      .time(row.atMs ?? null)
      .text(key ?? null)
      .text(held);
    if (this.#lastCompared !== this.#row) this.compared += 1;
    this.#lastCompared = this.#row;
    if (isVote) this.counts.votes += 1;
    else this.counts.verdicts += 1;
    this.#said();
    this.preview.comparison(prompt, modelA, modelB, outcome, row.promptKey ?? '');
  }

  score(at: FilePlace, { model, benchmark, score, n, source, chance }: Omit<ReadScore, 'at'>): void {
    this.#place('staged_scores', at, 9)
      .int(this.names.model.codeOf(model))
      .text(benchmark)
      .double(score)
      .int(n)
      .text(source)
      .double(chance);
    this.counts.scores += 1;
  }

  ranking(): void {
    throw unwantedRanking();
  }

  passOver(_at: FilePlace, what: string): void {
    this.passed.set(what, (this.passed.get(what) ?? 0) + 1);
    if (this.#isPassed || this.staged.has(this.#row)) return;
    this.#isPassed = true;
    this.#passedRows += 1;
  }

  refuse(at: FilePlace, reason: string, column: string | null = null, value: string | null = null): void {
    this.refused.add(this.#row);
    this.refusals.add({ file: at.file ?? '', line: at.line ?? 1, column, value, reason, count: 1 });
  }

  /** Names that rows use, into their table: at the end, when all are known. */
  writeNames(): void {
    const into = this.#tables.into('staged_names');
    for (const kind of NAME_KINDS)
      for (const [code, name] of this.names[kind].names.entries())
        into.row(3).text(kind).int(code).text(name);
  }

  /** @returns the answer's code: the same text of the same model to the same prompt is staged once */
  #answer(at: FilePlace, prompt: number, model: number, turns: readonly string[]): number {
    const text = JSON.stringify(turns);
    const contentHash = hash('sha256', text);
    const key = `${prompt}/${model}/${contentHash}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const code = this.#answers.size;
    this.#answers.set(key, code);
    const name = this.names.model.nameOf(model);
    let aliases = this.#aliases.get(name);
    if (aliases === undefined) {
      aliases = defaultAliases(name);
      this.#aliases.set(name, aliases);
    }
    const spans = turns.map((turn) => findOwnName(turn, { name, aliases: aliases ?? [] }, ''));
    this.#place('staged_answers', at, 10)
      .int(code)
      .int(prompt)
      .int(model)
      .text(contentHash)
      .text(text)
      .flag(turns.every(isBlank))
      .text(spans.some((turn) => turn.length > 0) ? JSON.stringify(spans) : null);
    this.preview.answer(prompt, name, turns);
    return code;
  }

  #heldFor(row: Pick<NewComparison, 'unblinded' | 'oversampled'>): string | null {
    if (row.unblinded === true) this.counts.unblinded += 1;
    if (row.oversampled === true) this.counts.oversampled += 1;
    if (row.unblinded === true && this.#job.unblinded === 'drop') return 'not_blind';
    return row.oversampled === true && this.#job.oversampled === 'drop' ? 'oversampled' : null;
  }

  #place(
    table: 'staged_prompts' | 'staged_material' | 'staged_answers' | 'staged_scores',
    at: FilePlace,
    fields: number,
  ) {
    this.#said();
    return this.#tables
      .into(table)
      .row(fields)
      .int(this.#row)
      .int(this.#file)
      .int(at.line ?? 1);
  }

  #said(): void {
    this.staged.add(this.#row);
  }
}

/** Values as one text, no two lists of them as the same: no text that is read holds a null character, or is empty. */
function joined(values: readonly (string | number | null)[]): string {
  return values.join('\0');
}

/** A UUID (version 8) made of the text: the same for the same text. */
function uuidOf(text: string): Buffer {
  const bytes = hash('sha256', text, 'buffer').subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes;
}

/** The same for every rater of the same two answers, whichever way round the row has them. */
function coin(row: Omit<NewComparison, 'key'>, seed: number): boolean {
  const sorted = row.modelA < row.modelB;
  const [first, second] = sorted ? [row.modelA, row.modelB] : [row.modelB, row.modelA];
  const heads =
    seededRandom(`sides/${seed}/${row.promptKey ?? ''}/${first}/${second}/${row.turn ?? ''}`).below(2) === 0;
  return heads === sorted;
}
