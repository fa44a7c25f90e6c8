import { type BySlot, countStyles, STYLE_COUNTS, type StyleCount, type StyleCounts } from '@agon/domain';
import { RowFault, type RowReader } from '../row-reader.ts';

/** Style counted from the answers' turns. */
export function textStyle(a: readonly string[], b: readonly string[]): BySlot<StyleCounts> {
  return countStyles({ a: a.join('\n'), b: b.join('\n') });
}

/** FastChat's name for a count of one side's answers; tokens are the length, with and without code. */
export function styleField(count: StyleCount, slot: 'a' | 'b'): string {
  switch (count) {
    case 'length':
    case 'lengthWithoutCode':
      return `sum_assistant_${slot}_tokens`;
    case 'headers':
      return `header_count_${slot}`;
    case 'lists':
      return `list_count_${slot}`;
    case 'bold':
      return `bold_count_${slot}`;
  }
}

/**
 * The counts of FastChat's `conv_metadata`, lengths in tokens, or of columns with the names that they have there; null
 * where the row has none. @throws RowFault
 */
export function metadataStyle(row: RowReader): BySlot<StyleCounts> | null {
  if (!row.has('conv_metadata')) return columnStyle(row);
  const given = row.values.conv_metadata;
  const metadata = typeof given === 'string' ? parseObject(given) : given;
  if (!isObject(metadata)) throw new RowFault('not an object', 'conv_metadata', given);
  if (metadata.header_count_a === undefined) return null;
  return bothSides((field) => {
    const value = metadata[field];
    const parts = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    const sum = parts.reduce((all: number, part) => all + Number(part ?? 0), 0);
    if (!(sum >= 0)) throw new RowFault('not a count', `conv_metadata.${field}`, value);
    return sum;
  });
}

/** A count that the row does not have is not known. */
function columnStyle(row: RowReader): BySlot<StyleCounts> | null {
  const names = STYLE_COUNTS.flatMap((count) => [styleField(count, 'a'), styleField(count, 'b')]);
  if (!names.some((name) => row.has(name))) return null;
  return bothSides((field) => {
    const value = row.optionalNumber(field) ?? Number.NaN;
    if (value < 0) throw new RowFault('not a count', field, row.values[field]);
    return value;
  });
}

function bothSides(countOf: (field: string) => number): BySlot<StyleCounts> {
  const side = (slot: 'a' | 'b'): StyleCounts =>
    Object.fromEntries(STYLE_COUNTS.map((count) => [count, countOf(styleField(count, slot))])) as StyleCounts;
  return { a: side('a'), b: side('b') };
}

function parseObject(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
