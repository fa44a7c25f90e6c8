import { type BySlot, countStyles, STYLE_COUNTS, type StyleCounts } from '@agon/domain';
import { parseDecimal } from '../parse-decimal.ts';
import type { RowReader } from '../row-reader.ts';
import { parseCell } from '../rows/parse-json.ts';
import { STYLE_COLUMNS, styleField } from './column-names.ts';

/** Style counted from the answers' turns. */
export function textStyle(a: readonly string[], b: readonly string[]): BySlot<StyleCounts> {
  return countStyles({ a: a.join('\n'), b: b.join('\n') });
}

/**
 * The counts of FastChat's `conv_metadata`, lengths in tokens, or of columns with the names that they have there; null
 * where the row has none that can be read: a rating without style needs none, so that it is no fault.
 */
export function metadataStyle(row: RowReader): BySlot<StyleCounts> | null {
  if (!row.has('conv_metadata')) return columnStyle(row);
  const given = row.values.conv_metadata;
  const metadata = typeof given === 'string' ? parseCell(given) : given;
  if (!isObject(metadata) || metadata.header_count_a === undefined) return null;
  return bothSides((field) => {
    const value = metadata[field];
    const parts: unknown[] = isObject(value) ? Object.values(value) : [value];
    return countOf(parts.reduce((all: number, part) => all + numberIn(part), 0));
  });
}

/** A count that the row does not have is not known. */
function columnStyle(row: RowReader): BySlot<StyleCounts> | null {
  if (!STYLE_COLUMNS.some((name) => row.has(name))) return null;
  return bothSides((field) => {
    const value = row.values[field];
    return value === undefined || value === null ? Number.NaN : countOf(numberIn(value));
  });
}

/** No value is none to count. */
function numberIn(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string') return parseDecimal(value);
  return typeof value === 'number' ? value : Number.NaN;
}

/** NaN, for not known, where it is no count. */
function countOf(value: number): number {
  return value >= 0 && Number.isFinite(value) ? value : Number.NaN;
}

function bothSides(read: (field: string) => number): BySlot<StyleCounts> {
  const side = (slot: 'a' | 'b'): StyleCounts =>
    Object.fromEntries(STYLE_COUNTS.map((count) => [count, read(styleField(count, slot))])) as StyleCounts;
  return { a: side('a'), b: side('b') };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
