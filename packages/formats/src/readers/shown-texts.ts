import { type BySlot, contentHash } from '@agon/domain';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { ANSWER_COLUMNS, CONVERSATION_COLUMNS, PROMPT_TEXT_COLUMNS } from './column-names.ts';
import { type Conversation, readConversation } from './conversation.ts';

export type Shown = BySlot<readonly string[] | null>;
/** The prompt's turns, null where there is no text; the answers, null for a side that the row does not show. */
export type ShownTexts = { readonly asked: readonly string[] | null; readonly answers: Shown };

const NOTHING: ShownTexts = { asked: null, answers: { a: null, b: null } };

/** What a row shows, from conversations or from columns of texts. @throws RowFault */
export function readShown(row: RowReader): ShownTexts {
  const [a, b] = CONVERSATION_COLUMNS.map((column) => readConversation(row, column)) as [
    Conversation | null,
    Conversation | null,
  ];
  if (a !== null || b !== null) {
    const asked = askedIn(a) ?? askedIn(b);
    return { asked, answers: { a: a?.answered ?? null, b: b?.answered ?? null } };
  }
  const column = PROMPT_TEXT_COLUMNS.find((each) => row.has(each));
  const asked = column === undefined ? null : written(row.texts(column));
  return { asked, answers: answersOf(row) };
}

/** As `readShown`, where texts are no more than a help: what cannot be read is not there. */
export function readShownLoosely(row: RowReader): ShownTexts {
  try {
    return readShown(row);
  } catch (fault) {
    if (!(fault instanceof RowFault)) throw fault;
    return NOTHING;
  }
}

/** A key for a prompt that has none but its text: the same text, the same key. */
export function keyOfTurns(prefix: string, turns: readonly string[]): string {
  return `${prefix}${contentHash(JSON.stringify(turns)).slice(0, 16)}`;
}

/**
 * The key of a row's prompt by its text: where that cannot be read as turns, by the cell as it is, so that equal cells
 * are one prompt.
 */
export function looseTextKey(row: RowReader, prefix: string, { asked }: ShownTexts): string | undefined {
  if (asked !== null) return keyOfTurns(prefix, asked);
  const column = [...CONVERSATION_COLUMNS, ...PROMPT_TEXT_COLUMNS].find(
    (each) => row.has(each) && !isEmptyList(row.values[each]),
  );
  return column === undefined
    ? undefined
    : `${prefix}${contentHash(JSON.stringify(row.values[column])).slice(0, 16)}`;
}

/** Whether a reader has to tell the prompts apart. */
export function wantsPromptKey(sink: RowSink): boolean {
  return sink.wantsPrompts ?? sink.wantsTexts;
}

/**
 * An answer of one turn, blank as the model may have left it; null where the row does not have it. Where no texts are
 * wanted, what is no text is not there either. @throws RowFault
 */
export function answerIn(row: RowReader, sink: RowSink, column: string): readonly string[] | null {
  const value = row.values[column];
  if (value === undefined || value === null) return null;
  if (sink.wantsTexts) return [row.anyText(column)];
  return typeof value === 'string' ? [value] : null;
}

function askedIn(conversation: Conversation | null): readonly string[] | null {
  return conversation === null ? null : written(conversation.asked);
}

/** Null where nothing is written: a prompt has some text. */
function written(turns: readonly string[]): readonly string[] | null {
  return turns.some((turn) => turn.trim() !== '') ? turns : null;
}

function answersOf(row: RowReader): Shown {
  const shows = (column: string) => row.values[column] !== undefined && row.values[column] !== null;
  const pair = ANSWER_COLUMNS.find((columns) => columns.some(shows));
  if (pair === undefined) return NOTHING.answers;
  const [a, b] = pair.map((column) => (shows(column) ? row.answerTexts(column) : null));
  return { a: a ?? null, b: b ?? null };
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value === '[]';
}
