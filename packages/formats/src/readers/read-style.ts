import { type BySlot, countStyles, type StyleCounts } from '@agon/domain';
import { RowFault, type RowReader } from '../row-reader.ts';

/** Style counted from the answers' turns. */
export function textStyle(a: readonly string[], b: readonly string[]): BySlot<StyleCounts> {
  return countStyles({ a: a.join('\n'), b: b.join('\n') });
}

/** The counts of FastChat's `conv_metadata`, lengths in tokens; null where the row has none. @throws RowFault */
export function metadataStyle(row: RowReader): BySlot<StyleCounts> | null {
  if (!row.has('conv_metadata')) return null;
  const given = row.values.conv_metadata;
  const metadata = typeof given === 'string' ? parseObject(given) : given;
  if (!isObject(metadata)) throw new RowFault('not an object', 'conv_metadata', given);
  if (metadata.header_count_a === undefined) return null;
  const total = (field: string): number => {
    const value = metadata[field];
    const parts = typeof value === 'object' && value !== null ? Object.values(value) : [value];
    const sum = parts.reduce((all: number, part) => all + Number(part ?? 0), 0);
    if (!(sum >= 0)) throw new RowFault('not a count', `conv_metadata.${field}`, value);
    return sum;
  };
  const side = (slot: 'a' | 'b'): StyleCounts => {
    const tokens = total(`sum_assistant_${slot}_tokens`);
    return {
      length: tokens,
      lengthWithoutCode: tokens,
      headers: total(`header_count_${slot}`),
      lists: total(`list_count_${slot}`),
      bold: total(`bold_count_${slot}`),
    };
  };
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
