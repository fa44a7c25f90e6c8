import { type BySlot, contentHash } from '@agon/domain';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { ANSWER_COLUMNS, CONVERSATION_COLUMNS, PROMPT_TEXT_COLUMNS } from './column-names.ts';
import { type Conversation, readConversation } from './conversation.ts';

type Shown = BySlot<readonly string[] | null>;
/** The prompt's turns, null where there is no text; the answers, null for a side that the row does not show. */
export type ShownTexts = { readonly asked: readonly string[] | null; readonly answers: Shown };

const NOTHING: ShownTexts = { asked: null, answers: { a: null, b: null } };

/** What a row shows, from conversations or from columns of texts. @throws RowFault */
export function readShown(row: RowReader): ShownTexts {
  const [left, right] = CONVERSATION_COLUMNS.map((column) => readConversation(row, column)) as [
    Conversation | null,
    Conversation | null,
  ];
  if (left !== null || right !== null) {
    const asked = askedIn(left) ?? askedIn(right);
    return { asked, answers: { a: left?.answered ?? null, b: right?.answered ?? null } };
  }
  const prompt = PROMPT_TEXT_COLUMNS.find((each) => row.has(each));
  const shows = (column: string) => row.values[column] !== undefined && row.values[column] !== null;
  const answers = ANSWER_COLUMNS.find((pair) => pair.some(shows))?.map((each) => (shows(each) ? each : null));
  const columns = [prompt, ...(answers ?? [])].filter((column) => typeof column === 'string');
  // where one cell is a plain text, another only looks like a list: all are turns, or none
  const isPlain = columns.some((column) => row.isPlainText(column));
  const turnsOf = (column: string) =>
    isPlain && typeof row.values[column] === 'string' ? [row.anyText(column)] : row.answerTexts(column);
  const [a = null, b = null] = (answers ?? []).map((column) => (column === null ? null : turnsOf(column)));
  return { asked: prompt === undefined ? null : written(turnsOf(prompt)), answers: { a, b } };
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

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : value === '[]';
}
