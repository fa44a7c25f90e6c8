import type { Comparison, ComparisonSource } from '@agon/domain';
import { flagOf, RowFault, type RowReader, SkippedRow } from '../row-reader.ts';
import { parseCell } from '../rows/parse-json.ts';
import { timeOf } from '../time-of.ts';
import { PERSON_COLUMNS, RATER_COLUMNS, TIME_COLUMNS } from './column-names.ts';

/** Who made a comparison, as exports and other tools name it. */
export const SOURCES: Readonly<Record<string, ComparisonSource>> = {
  people: 'people',
  judges: 'judges',
  human: 'people',
  judge: 'judges',
  live: 'people',
  import: 'people',
};

/** People whom the field's sets name under `judge`: MT-bench its experts and authors, arenas their visitors. */
const PERSON = /^(?:expert|author|human|arena_user|annotator|worker|crowd)/i;

type CommonFields = Pick<
  Comparison,
  | 'source'
  | 'rater'
  | 'weight'
  | 'shareA'
  | 'turn'
  | 'category'
  | 'language'
  | 'atMs'
  | 'unblinded'
  | 'oversampled'
>;

/** Who a name under `judge` is: a person always, or told by the name. `given`: the format knows whose comparisons it has. */
export type JudgeRule = 'person' | 'by name' | 'given';

/** Reads the columns of `COMMON_COLUMNS`, style excepted, and `source` only where the format does not say it. @throws RowFault */
export function commonFields(row: RowReader, judgeRule: JudgeRule): CommonFields {
  const excluded = exclusionOf(row);
  const rater = raterOf(row);
  const weight = row.optionalNumber('weight');
  const shareA = row.optionalNumber('share_a');
  if (shareA !== undefined && (shareA < 0 || shareA > 1))
    throw new RowFault('a share is from 0 to 1', 'share_a', shareA);
  const category = row.optionalText('category');
  const language = row.optionalText('language');
  const atMs = readTime(row);
  return {
    source: sourceOf(row, judgeRule),
    ...(rater === undefined ? {} : { rater }),
    ...(weight === undefined ? {} : { weight }),
    ...(shareA === undefined ? {} : { shareA }),
    ...(row.has('turn') ? { turn: row.wholeNumber('turn', 1) } : {}),
    ...(category === undefined ? {} : { category }),
    ...(language === undefined ? {} : { language }),
    ...(atMs === undefined ? {} : { atMs }),
    ...(excluded === 'not_blind' || row.flag('anony') === false ? { unblinded: true } : {}),
    ...(excluded === 'oversampled' || isOversampled(row.values.dedup_tag) ? { oversampled: true } : {}),
  };
}

/** Why an exported vote does not count, where the reader may decide it anew; a vote that was taken back is none. */
function exclusionOf(row: RowReader): 'not_blind' | 'oversampled' | null {
  if (flagOf(row.values.undone) === true) throw SkippedRow.ONE;
  const excluded = row.optionalText('excluded');
  if (excluded === undefined || flagOf(excluded) === false) return null;
  if (excluded === 'not_blind' || excluded === 'oversampled') return excluded;
  throw SkippedRow.ONE;
}

function raterOf(row: RowReader): string | undefined {
  const column = RATER_COLUMNS.find((each) => row.has(each));
  if (column === undefined) return undefined;
  return column === 'judge' ? judgeName(row) : row.text(column);
}

/** A name, or FastChat's pair of judge model and prompt. */
export function judgeName(row: RowReader): string {
  const value = row.values.judge;
  if (!Array.isArray(value)) return row.text('judge');
  if (!value.every((part) => typeof part === 'string'))
    throw new RowFault('not a list of texts', 'judge', value);
  return value.join(' ');
}

/** What the row says itself; else a judge whom no person stands beside makes it a verdict. */
function sourceOf(row: RowReader, judgeRule: JudgeRule): ComparisonSource {
  if (judgeRule === 'given') return 'people';
  if (row.has('source')) return readSource(row);
  if (judgeRule === 'person' || !row.has('judge')) return 'people';
  if (PERSON_COLUMNS.some((column) => row.has(column))) return 'people';
  return sourceOfJudge(judgeName(row));
}

function readSource(row: RowReader): ComparisonSource {
  const text = row.text('source').trim();
  if (Object.hasOwn(SOURCES, text)) return SOURCES[text]!;
  const known = Object.keys(SOURCES).join(', ');
  throw new RowFault(
    `unknown source; known are ${known}; if the column means something else, say --map source=note`,
    'source',
    text,
  );
}

export function sourceOfJudge(name: string): ComparisonSource {
  return PERSON.test(name) ? 'people' : 'judges';
}

/** Milliseconds since 1970; undefined where the row has no time. @throws RowFault */
export function readTime(row: RowReader): number | undefined {
  const column = TIME_COLUMNS.find((each) => row.has(each));
  if (column === undefined) return undefined;
  const time = timeOf(row.values[column]);
  if (Number.isNaN(time))
    throw new RowFault('not a time of the years 1970 to 9999', column, row.values[column]);
  return time;
}

/** FastChat's `dedup_tag`, as an object or as the text of one: `sampled` is false for prompts that came too often. */
export function isOversampled(tag: unknown): boolean {
  const read = typeof tag === 'string' ? parseCell(tag) : tag;
  return (read as { readonly sampled?: unknown } | null | undefined)?.sampled === false;
}
