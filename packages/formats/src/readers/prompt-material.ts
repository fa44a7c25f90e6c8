import { parseDecimal } from '../parse-decimal.ts';
import type { ReadCriterion, ReadMaterial, ReadRubric } from '../record.ts';
import { RowFault, type RowReader } from '../row-reader.ts';
import type { RowSink } from '../row-sink.ts';
import { parseCell } from '../rows/parse-json.ts';
import { MATERIAL_COLUMNS } from './column-names.ts';

/** Longest list that a checklist, a rubric or a list of criteria may be: each item of most of them is a call of its own. */
const LONGEST = 100;

/**
 * What a row says of its prompt beyond the text: category, language, and what judges are given.
 * @throws RowFault for a value that is none of the shapes in docs/formats.md
 */
export function aboutPrompt(row: RowReader): {
  readonly category?: string;
  readonly language?: string;
  readonly material?: ReadMaterial;
} {
  const category = row.optionalText('category');
  const language = row.optionalText('language');
  const material = readMaterial(row);
  return {
    ...(category === undefined ? {} : { category }),
    ...(language === undefined ? {} : { language }),
    ...(material === undefined ? {} : { material }),
  };
}

/** Hands on what the row has for judges of a prompt whose text it does not have. @throws RowFault */
export function addMaterial(row: RowReader, sink: RowSink, promptKey: string): void {
  if (!sink.wantsTexts || sink.material === undefined) return;
  const material = readMaterial(row);
  if (material !== undefined) sink.material(row, promptKey, material);
}

function readMaterial(row: RowReader): ReadMaterial | undefined {
  if (!MATERIAL_COLUMNS.some((column) => hasSome(row, column))) return undefined;
  return {
    ...(hasSome(row, 'reference') ? { reference: passages(row, 'reference') } : {}),
    ...(hasSome(row, 'rubric') ? { rubric: readRubric(row) } : {}),
    ...(hasSome(row, 'criteria') ? { criteria: readCriteria(row) } : {}),
    ...(hasSome(row, 'checklist') ? { checklist: readChecklist(row) } : {}),
    ...(hasSome(row, 'context') ? { context: passages(row, 'context') } : {}),
  };
}

/** Blank cells and empty lists say nothing. */
function hasSome(row: RowReader, column: string): boolean {
  const value = row.values[column];
  if (value === undefined || value === null) return false;
  if (typeof value === 'string') return value.trim() !== '' && value.trim() !== '[]';
  return !Array.isArray(value) || value.length > 0;
}

/** A text, or a list of them. */
function passages(row: RowReader, column: string): readonly string[] {
  const texts = row.texts(column);
  if (texts.every((text) => text.trim() === '')) throw new RowFault('empty', column, row.values[column]);
  return texts;
}

/** A list of texts, or a text with one item a line; marks of lists in front of the lines are no part of them. */
function readChecklist(row: RowReader): readonly string[] {
  const value = row.values.checklist;
  const read = typeof value === 'string' ? parseCell(value) : value;
  const items = Array.isArray(read) ? read : typeof value === 'string' ? listLines(value) : null;
  if (items === null)
    throw new RowFault('a checklist is a list of texts, or a text with one item a line', 'checklist', value);
  const texts = items.map((item: unknown, i) => {
    if (typeof item === 'string' && item.trim() !== '') return item.trim();
    throw new RowFault(`item ${i + 1} of the checklist is no text`, 'checklist', value);
  });
  requireLength(texts.length, 'checklist', 'items', value);
  const twice = texts.findIndex((text, i) => texts.indexOf(text) !== i);
  if (twice >= 0)
    throw new RowFault(
      `item ${twice + 1} of the checklist stands there twice: it would count twice`,
      'checklist',
      value,
    );
  return texts;
}

/** Lines with something in them, without `-`, `*`, `1.`, `1)` or `[ ]` in front. */
function listLines(text: string): string[] {
  return text
    .split(/\r\n?|\n/)
    .map((line) => line.replace(/^\s*(?:[-*•]\s+|\d{1,3}[.)]\s+)?(?:\[[ xX]?\]\s+)?/, '').trim())
    .filter((line) => line !== '');
}

const RUBRIC_SHAPES =
  'a rubric is a text with one level a line, such as "1: wrong", or {"name", "levels": [{"score", "text"}]}, or {"1": "wrong", …}';

function readRubric(row: RowReader): ReadRubric {
  const value = row.values.rubric;
  const fail = (reason: string) => new RowFault(reason, 'rubric', value);
  const read = typeof value === 'string' ? (parseCell(value) ?? value) : value;
  const { name, levels } =
    typeof read === 'string' ? rubricOfText(read) : rubricOfValue(read as object, fail);
  if (levels.length === 0) throw fail(`no levels; ${RUBRIC_SHAPES}`);
  for (const [i, { score, text }] of levels.entries()) {
    if (!Number.isFinite(score)) throw fail(`the score of level ${i + 1} is no number`);
    if (text.trim() === '') throw fail(`level ${score} has no text`);
    if (levels.findIndex((other) => other.score === score) !== i)
      throw fail(`two levels have the score ${score}`);
  }
  if (levels.length < 2) throw fail('a rubric has two levels at least');
  requireLength(levels.length, 'rubric', 'levels', value);
  return { name: name.trim(), levels: levels.toSorted((a, b) => a.score - b.score) };
}

type RawRubric = { readonly name: string; readonly levels: ReadRubric['levels'] };

/** `5: text` a line, also `Score 5: text` and `5 - text`; what stands above the first is its name. */
function rubricOfText(text: string): RawRubric {
  const name: string[] = [];
  const levels: { score: number; text: string }[] = [];
  for (const line of text.split(/\r\n?|\n/)) {
    const level =
      /^\s*(?:[-*•]\s+)?(?:score|level|分数|等级)?\s*(-?\d{1,4}(?:\.\d+)?)\s*(?:[:：=)]|[-–—]\s|\.\s)\s*(.*)$/i.exec(
        line,
      );
    const last = levels.at(-1);
    if (level !== null) levels.push({ score: Number(level[1]), text: level[2]!.trim() });
    else if (line.trim() !== '' && last !== undefined) last.text = `${last.text}\n${line.trim()}`.trim();
    else if (line.trim() !== '') name.push(line.trim());
  }
  return { name: name.join('\n'), levels };
}

function rubricOfValue(read: unknown, fail: (reason: string) => RowFault): RawRubric {
  const listed = Array.isArray(read)
    ? read
    : isObject(read) && Array.isArray(read.levels)
      ? read.levels
      : null;
  if (listed !== null) {
    const levels = listed.map((level: unknown, i) => {
      if (isObject(level) && typeof level.text === 'string')
        return { score: numberOf(level.score), text: level.text.trim() };
      throw fail(`level ${i + 1} is no {"score", "text"}`);
    });
    const name = isObject(read) ? (read.name ?? '') : '';
    if (typeof name !== 'string') throw fail('the name of the rubric is no text');
    return { name, levels };
  }
  if (!isObject(read)) throw fail(RUBRIC_SHAPES);
  const { name = '', ...scores } = read;
  if (typeof name !== 'string') throw fail('the name of the rubric is no text');
  return {
    name,
    levels: Object.entries(scores).map(([score, text]) => {
      if (typeof text !== 'string') throw fail(`level "${score}" is no text`);
      const number = numberOf(score);
      if (Number.isNaN(number)) throw fail(`"${score}" is no score; ${RUBRIC_SHAPES}`);
      return { score: number, text: text.trim() };
    }),
  };
}

const CRITERIA_SHAPES =
  'criteria are a text with one a line, such as "clarity: easy to follow", or [{"id", "text", "weight"}]';

function readCriteria(row: RowReader): readonly ReadCriterion[] {
  const value = row.values.criteria;
  const fail = (reason: string) => new RowFault(reason, 'criteria', value);
  const read = typeof value === 'string' ? parseCell(value) : value;
  const listed = Array.isArray(read)
    ? read
    : isObject(read)
      ? Object.entries(read).map(([id, text]) => ({ id, text }))
      : typeof value === 'string'
        ? listLines(value).map(criterionOfLine)
        : null;
  if (listed === null) throw fail(CRITERIA_SHAPES);
  const criteria = listed.map((item: unknown, i) => {
    if (!isObject(item) || typeof item.id !== 'string' || typeof item.text !== 'string')
      throw fail(`criterion ${i + 1} has no id and text; ${CRITERIA_SHAPES}`);
    if (item.id.trim() === '' || item.text.trim() === '') throw fail(`criterion ${i + 1} has no text`);
    // runs name what they ask about with colons between
    if (item.id.includes(':')) throw fail(`the id "${item.id}" has a colon`);
    const weight = item.weight === undefined || item.weight === null ? 1 : numberOf(item.weight);
    if (!(weight > 0)) throw fail(`the weight of "${item.id}" is no number above 0`);
    return { id: item.id.trim(), text: item.text.trim(), weight };
  });
  requireLength(criteria.length, 'criteria', 'criteria', value);
  const twice = criteria.find(({ id }, i) => criteria.findIndex((other) => other.id === id) !== i);
  if (twice !== undefined) throw fail(`two criteria have the id "${twice.id}"`);
  return criteria;
}

/** `id: text`, or a text that is its own id. */
function criterionOfLine(line: string): { id: string; text: string } {
  const named = /^([^:：]{1,60})[:：]\s*(\S.*)$/.exec(line);
  return named === null ? { id: line.slice(0, 60), text: line } : { id: named[1]!.trim(), text: named[2]! };
}

function requireLength(length: number, column: string, what: string, value: unknown): void {
  if (length === 0) throw new RowFault(`no ${what}`, column, value);
  if (length > LONGEST) throw new RowFault(`${length} ${what}; ${LONGEST} at most`, column, value);
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? parseDecimal(value) : Number.NaN;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
