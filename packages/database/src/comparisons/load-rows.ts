import type { AnswerId, CampaignId, ComparisonSource } from '@agon/domain';
import type { Database } from '../connect.ts';
import { UNNAMED_JUDGE } from '../unnamed-judge.ts';
import { type BinaryRow, readBinaryRows } from './binary-rows.ts';
import {
  FIELD,
  FIELDS,
  type ReadRule,
  type VerdictRange,
  type VoteRange,
  verdictCopySql,
  voteCopySql,
} from './comparison-sql.ts';
import { CHANGED_AFTER_REVEAL, type GrowingBlock, IS_QUARANTINED, NAMES_ITSELF } from './growing-block.ts';
import { TextCodes } from './text-codes.ts';
import { UuidCodes } from './uuid-codes.ts';
import type { VoteLayout } from './vote-layout.ts';

const NAMES_ITSELF_REASON = 'answer names its model';
/** As exports have it in their column `excluded`. */
export const AFTER_REVEAL_REASON = 'changed_after_reveal';
const UNDONE = 'undone';
/** A block has a byte for a reason; what is beyond shares a place. */
const MAX_REASONS = 250;

/** What rows name, numbered. */
export class CampaignNames {
  readonly models = { people: new UuidCodes(), judges: new UuidCodes() };
  readonly raters = { people: new UuidCodes(), judges: new TextCodes() };
  readonly prompts = new PromptCodes();
  readonly answers = new UuidCodes<AnswerId>();
  readonly reasons = new TextCodes();
  readonly imports = new UuidCodes();
  readonly categories = new TextCodes();
  readonly languages = new TextCodes();
  /** Of each prompt, as a block's columns have them; 0 where it has none. */
  readonly categoryOf: number[] = [];
  readonly languageOf: number[] = [];

  /** Of undone votes, as a block's `excluded` has it. */
  get undone(): number {
    return this.placeOfReason(UNDONE);
  }

  /** A reason as a block's columns have it. */
  placeOfReason(reason: string): number {
    const isKnown = this.reasons.has(reason);
    const code = this.reasons.codeOf(isKnown || this.reasons.size < MAX_REASONS ? reason : 'other reasons');
    return code + 1;
  }
}

/** A prompt is named by its id, or by its source's key where it was not imported; both kinds share one numbering. */
class PromptCodes {
  readonly #byId = new UuidCodes();
  readonly #byKey = new TextCodes();
  /** Number within its kind; below 0: −1 − number of a key. */
  readonly #kinds: number[] = [];
  readonly #ofId: number[] = [];
  readonly #ofKey: number[] = [];

  get size(): number {
    return this.#kinds.length;
  }

  codeOf(row: BinaryRow): number {
    if (!row.isNull(FIELD.promptId)) {
      const id = this.#byId.codeOf(row.view, row.at(FIELD.promptId));
      this.#ofId[id] ??= this.#kinds.push(id) - 1;
      return this.#ofId[id]!;
    }
    if (row.isNull(FIELD.promptKey)) return -1;
    const key = this.#byKey.codeOf(row.text(FIELD.promptKey));
    this.#ofKey[key] ??= this.#kinds.push(-1 - key) - 1;
    return this.#ofKey[key]!;
  }

  /** Codes from `first` on whose prompts are stored, with their ids. */
  idsFrom(first: number): (readonly [id: string, code: number])[] {
    return this.#kinds
      .slice(first)
      .flatMap((kind, i) => (kind < 0 ? [] : [[this.#byId.nameOf(kind), first + i] as const]));
  }

  nameOf(code: number): string {
    const kind = this.#kinds[code]!;
    return kind < 0 ? this.#byKey.nameOf(-1 - kind) : this.#byId.nameOf(kind);
  }
}

/**
 * Reads votes into the block, each at its place in the layout: they come in any order. Those of imports that are not laid
 * out are passed over.
 */
export async function loadVotes(
  sql: Database['sql'],
  campaign: CampaignId,
  block: GrowingBlock,
  names: CampaignNames,
  ranges: readonly VoteRange[],
  layout: VoteLayout,
  rule: ReadRule,
): Promise<void> {
  block.reserve(layout.end);
  for (const range of ranges) {
    const stream = await sql.unsafe(voteCopySql(campaign, range, rule)).readable();
    await readBinaryRows(stream, FIELDS.length, (row) => {
      const seq = row.integer(FIELD.seq);
      const source = sourceOf(row, names);
      const at = source === 0 ? layout.rowOfChain(seq) : layout.rowOfImport(source, seq);
      if (at < 0) return;
      write(block, at, seq, row, 'people', names);
      block.rater[at] = row.isNull(FIELD.rater)
        ? -1
        : names.raters.people.codeOf(row.view, row.at(FIELD.rater));
    });
  }
  await settle(sql, block, names, 'people', layout.end, layout.runs);
}

/** Reads verdicts. @param isTaken by number and import (as a block's `source` has it): those that are not are left out */
export async function loadVerdicts(
  sql: Database['sql'],
  campaign: CampaignId,
  block: GrowingBlock,
  names: CampaignNames,
  range: VerdictRange,
  isTaken: (seq: number, source: number) => boolean,
  rule: ReadRule,
): Promise<void> {
  let end = block.length;
  const stream = await sql.unsafe(verdictCopySql(campaign, range, rule)).readable();
  await readBinaryRows(stream, FIELDS.length, (row) => {
    const seq = row.integer(FIELD.seq);
    const source = sourceOf(row, names);
    if (!isTaken(seq, source)) return;
    block.reserve(end + 1);
    write(block, end, seq, row, 'judges', names);
    const judge = row.text(FIELD.rater);
    block.rater[end] = judge === UNNAMED_JUDGE ? -1 : names.raters.judges.codeOf(judge);
    if (source !== 0) block.setSource(end, source);
    end += 1;
  });
  await settle(sql, block, names, 'judges', end);
}

/** The import that a row came by, as a block's `source` has it. */
function sourceOf(row: BinaryRow, { imports }: CampaignNames): number {
  return row.isNull(FIELD.importId) ? 0 : imports.codeOf(row.view, row.at(FIELD.importId)) + 1;
}

function write(
  block: GrowingBlock,
  at: number,
  seq: number,
  row: BinaryRow,
  source: ComparisonSource,
  names: CampaignNames,
): void {
  block.seq[at] = seq;
  block.a[at] = names.models[source].codeOf(row.view, row.at(FIELD.modelA));
  block.b[at] = names.models[source].codeOf(row.view, row.at(FIELD.modelB));
  block.outcome[at] = outcomeOf(row);
  block.prompt[at] = names.prompts.codeOf(row);
  block.turn[at] = row.isNull(FIELD.turns) ? 0 : row.integer(FIELD.turns);
  block.category[at] = placeOf(row, FIELD.category, names.categories);
  block.language[at] = placeOf(row, FIELD.language, names.languages);
  block.atMs[at] = row.isNull(FIELD.at) ? Number.NaN : row.timeMs(FIELD.at);
  if (!row.isNull(FIELD.shareA)) block.setShare(at, row.double(FIELD.shareA));
  if (!row.isNull(FIELD.weight)) block.setWeight(at, row.double(FIELD.weight));
  const shown = !row.isNull(FIELD.answerA) && !row.isNull(FIELD.answerB);
  block.answerA[at] = shown ? names.answers.codeOf(row.view, row.at(FIELD.answerA)) : -1;
  block.answerB[at] = shown ? names.answers.codeOf(row.view, row.at(FIELD.answerB)) : -1;
  const quarantined = row.isNull(FIELD.quarantined) ? null : row.text(FIELD.quarantined);
  block.flags[at] =
    (row.flag(FIELD.namesItself) ? NAMES_ITSELF : 0) | (quarantined === null ? 0 : IS_QUARANTINED);
  block.reason[at] = reasonOf(block.flags[at]!, quarantined, names);
  block.excluded[at] = block.reason[at]!;
}

/** Why a row is left out, as a block's `reason` has it; 0: it is not. @param quarantined why it is in quarantine, if it is */
export function reasonOf(flags: number, quarantined: string | null, names: CampaignNames): number {
  if (quarantined !== null) return names.placeOfReason(quarantined);
  if ((flags & CHANGED_AFTER_REVEAL) !== 0) return names.placeOfReason(AFTER_REVEAL_REASON);
  return (flags & NAMES_ITSELF) === 0 ? 0 : names.placeOfReason(NAMES_ITSELF_REASON);
}

const LETTER_A = 97;
const LETTER_T = 116;

/** The outcome's code, from a word of its closed set: a, b, tie or both_bad. */
function outcomeOf(row: BinaryRow): number {
  const letter = row.view.getUint8(row.at(FIELD.outcome));
  if (letter === LETTER_A) return 0;
  if (letter === LETTER_T) return 2;
  return row.size(FIELD.outcome) === 1 ? 1 : 3;
}

/** The place of a field's text, from 1; 0 for none. */
function placeOf(row: BinaryRow, field: number, codes: TextCodes): number {
  return row.isNull(field) ? 0 : codes.codeOf(row.text(field)) + 1;
}

/** Takes what was read into the block, and looks up what its new codes stand for. */
async function settle(
  sql: Database['sql'],
  block: GrowingBlock,
  names: CampaignNames,
  source: ComparisonSource,
  end: number,
  runs?: VoteLayout['runs'],
): Promise<void> {
  const from = block.length;
  const fresh = block.take(end, runs);
  await placePrompts(sql, names);
  const { category, language, prompt } = block;
  for (let row = from; row < block.length; row += 1) {
    const of = prompt[row]!;
    if (of < 0) continue;
    if (names.categoryOf[of] !== 0) category[row] = names.categoryOf[of]!;
    if (names.languageOf[of] !== 0) language[row] = names.languageOf[of]!;
  }
  if (fresh.length === 0) return;
  const ids = fresh.map((code) => names.models[source].nameOf(code));
  const rows = await sql<{ id: string; name: string }[]>`select id, name from models where id = any(${ids})`;
  const nameOf = new Map(rows.map(({ id, name }) => [id, name]));
  block.models = [...block.models, ...ids.map((id) => nameOf.get(id) ?? id)];
}

/** Prompts looked up at a time. */
const BATCH = 10_000;

async function placePrompts(sql: Database['sql'], names: CampaignNames): Promise<void> {
  const first = names.categoryOf.length;
  if (first === names.prompts.size) return;
  const codes = new Map(names.prompts.idsFrom(first));
  for (let code = first; code < names.prompts.size; code += 1) {
    names.categoryOf.push(0);
    names.languageOf.push(0);
  }
  const ids = [...codes.keys()];
  for (let from = 0; from < ids.length; from += BATCH) {
    const rows = await sql<{ id: string; category: string | null; language: string | null }[]>`
      select id, category, language from prompts where id = any(${ids.slice(from, from + BATCH)})`;
    for (const { id, category, language } of rows) {
      const code = codes.get(id)!;
      if (category !== null) names.categoryOf[code] = names.categories.codeOf(category) + 1;
      if (language !== null) names.languageOf[code] = names.languages.codeOf(language) + 1;
    }
  }
}
