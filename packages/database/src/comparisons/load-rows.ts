import type { AnswerId, CampaignId } from '@agon/domain';
import type { Database } from '../connect.ts';
import { type BinaryRow, readBinaryRows } from './binary-rows.ts';
import {
  FIELD,
  FIELDS,
  type ReadRule,
  type VerdictRange,
  verdictCopySql,
  voteCopySql,
} from './comparison-sql.ts';
import { type GrowingBlock, NAMES_ITSELF } from './growing-block.ts';
import { TextCodes } from './text-codes.ts';
import { UuidCodes } from './uuid-codes.ts';

const NAMES_ITSELF_REASON = 'answer names its model';
const UNDONE = 'undone';
/** A block has a byte for a reason, and two for an import; what is beyond shares a place. */
const MOST_REASONS = 250;
export const MOST_IMPORTS = 65_535;

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
    const code = this.reasons.codeOf(isKnown || this.reasons.size < MOST_REASONS ? reason : 'other reasons');
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
 * Reads the votes of places `after + 1 .. upTo` into the block, each at its place: the rows come in any order.
 * @param quarantined takes those that are in quarantine, by place, with the reason
 */
export async function loadVotes(
  sql: Database['sql'],
  campaign: CampaignId,
  block: GrowingBlock,
  names: CampaignNames,
  range: { readonly after: number; readonly upTo: number },
  quarantined: Map<number, string>,
  rule: ReadRule,
): Promise<void> {
  if (range.upTo <= range.after) return;
  const base = block.length;
  block.reserve(base + range.upTo - range.after);
  const stream = await sql.unsafe(voteCopySql(campaign, range.after, range.upTo, rule)).readable();
  await readBinaryRows(stream, FIELDS.length, (row) => {
    const seq = row.integer(FIELD.seq);
    const at = base + seq - range.after - 1;
    write(block, at, seq, row, 'people', names);
    block.rater[at] = names.raters.people.codeOf(row.view, row.at(FIELD.rater));
    if (!row.isNull(FIELD.quarantined)) quarantined.set(seq, row.text(FIELD.quarantined));
  });
  await settle(sql, block, names, 'people', base + range.upTo - range.after);
}

/** Reads verdicts; those that `isKnown` are left as they are. */
export async function loadVerdicts(
  sql: Database['sql'],
  campaign: CampaignId,
  block: GrowingBlock,
  names: CampaignNames,
  range: VerdictRange,
  isKnown: (seq: number) => boolean,
  rule: ReadRule,
): Promise<void> {
  let end = block.length;
  const stream = await sql.unsafe(verdictCopySql(campaign, range, rule)).readable();
  await readBinaryRows(stream, FIELDS.length, (row) => {
    const seq = row.integer(FIELD.seq);
    if (isKnown(seq)) return;
    block.reserve(end + 1);
    write(block, end, seq, row, 'judges', names);
    block.rater[end] = names.raters.judges.codeOf(row.text(FIELD.rater));
    if (!row.isNull(FIELD.shareA)) block.setShare(end, row.double(FIELD.shareA));
    end += 1;
  });
  await settle(sql, block, names, 'judges', end);
}

function write(
  block: GrowingBlock,
  at: number,
  seq: number,
  row: BinaryRow,
  source: 'people' | 'judges',
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
  block.atMs[at] = row.timeMs(FIELD.at);
  const shown = !row.isNull(FIELD.answerA) && !row.isNull(FIELD.answerB);
  block.answerA[at] = shown ? names.answers.codeOf(row.view, row.at(FIELD.answerA)) : -1;
  block.answerB[at] = shown ? names.answers.codeOf(row.view, row.at(FIELD.answerB)) : -1;
  block.flags[at] = row.flag(FIELD.namesItself) ? NAMES_ITSELF : 0;
  block.reason[at] = reasonOf(
    block.flags[at]!,
    row.isNull(FIELD.quarantined) ? null : row.text(FIELD.quarantined),
    names,
  );
  block.excluded[at] = block.reason[at]!;
  block.source[at] = row.isNull(FIELD.importId)
    ? 0
    : Math.min(names.imports.codeOf(row.view, row.at(FIELD.importId)) + 1, MOST_IMPORTS);
}

/** Why a row is left out, as a block's `reason` has it; 0: it is not. @param quarantined why it is in quarantine, if it is */
export function reasonOf(flags: number, quarantined: string | null, names: CampaignNames): number {
  if (quarantined !== null) return names.placeOfReason(quarantined);
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
  source: 'people' | 'judges',
  end: number,
): Promise<void> {
  const from = block.length;
  const fresh = block.take(end);
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
