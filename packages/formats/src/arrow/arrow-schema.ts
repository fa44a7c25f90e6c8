import { MAX_NESTED } from '@agon/domain';
import type { FlatTable } from './flat-table.ts';

/** Numbers of the union `Type` in Arrow's Schema.fbs. */
const TYPES = [
  'none',
  'null',
  'int',
  'float',
  'binary',
  'utf8',
  'bool',
  'decimal',
  'date',
  'time',
  'timestamp',
  'interval',
  'list',
  'struct',
  'union',
  'fixed_size_binary',
  'fixed_size_list',
  'map',
  'duration',
  'large_binary',
  'large_utf8',
  'large_list',
  'run_end_encoded',
  'binary_view',
  'utf8_view',
  'list_view',
  'large_list_view',
] as const;
export type TypeName = (typeof TYPES)[number] | 'unknown';

export type IntType = { readonly bits: number; readonly signed: boolean };

export type ArrowField = {
  readonly name: string;
  readonly type: TypeName;
  /** Of an integer column. */
  readonly int: IntType | null;
  /** Bits of a floating-point column. */
  readonly floatBits: number;
  /** A dictionary column holds indices; `type` is that of its values. */
  readonly dictionary: { readonly id: number; readonly index: IntType } | null;
  readonly denseUnion: boolean;
  /** Of a time: digits of the fraction of a second that its unit is. */
  readonly timeDigits: 0 | 3 | 6 | 9;
  /** Dates count days, not milliseconds. */
  readonly inDays: boolean;
  /** Of a decimal: digits behind the point, and bytes that it takes. */
  readonly decimal: { readonly scale: number; readonly bytes: number } | null;
  /** Of a list of fixed size: its items. */
  readonly listSize: number;
  readonly children: readonly ArrowField[];
};

/** By the number of a unit in Schema.fbs. */
const TIME_DIGITS = [0, 3, 6, 9] as const;

/**
 * Reads tables `Field` of Schema.fbs.
 * @param most fields, those inside others counted: the same table may stand in many places, and a few bytes of it for
 *   more fields than any memory holds
 * @throws RangeError where there are more, or they are nested more than `MAX_NESTED` deep
 */
export function readFields(tables: readonly FlatTable[], most: number): ArrowField[] {
  let left = most;
  const read = (table: FlatTable, depth: number): ArrowField => {
    left -= 1;
    if (left < 0) throw new RangeError('more fields than it has room for');
    if (depth > MAX_NESTED) throw new RangeError(`fields nested more than ${MAX_NESTED} deep`);
    return fieldOf(
      table,
      table.tables(5).map((child) => read(child, depth + 1)),
    );
  };
  return tables.map((table) => read(table, 1));
}

function fieldOf(table: FlatTable, children: readonly ArrowField[]): ArrowField {
  const type: TypeName = TYPES[table.uint8(2)] ?? 'unknown';
  const details = table.table(3);
  const encoding = table.table(4);
  const index = encoding?.table(1) ?? null;
  return {
    name: table.text(0),
    type,
    int: type === 'int' && details !== null ? intOf(details) : null,
    floatBits: type === 'float' ? 16 << (details?.int16(0) ?? 0) : 0,
    // an index type that is not written is a signed number of 32 bits
    dictionary:
      encoding === null
        ? null
        : { id: encoding.int64(0), index: index === null ? { bits: 32, signed: true } : intOf(index) },
    denseUnion: type === 'union' && details?.int16(0) === 1,
    timeDigits: TIME_DIGITS[details?.int16(0) ?? 0] ?? 0,
    // milliseconds where nothing is written
    inDays: type === 'date' && details?.has(0) === true && details.int16(0) === 0,
    decimal:
      type === 'decimal' && details !== null
        ? { scale: details.int32(1), bytes: details.has(2) ? details.int32(2) / 8 : 16 }
        : null,
    listSize: type === 'fixed_size_list' ? (details?.int32(0) ?? 0) : 0,
    children,
  };
}

/** The type of a column, for messages. */
export function typeOf({ type, int, floatBits, dictionary }: ArrowField): string {
  if (dictionary !== null) return `a dictionary of ${type}`;
  if (int !== null) return `${int.signed ? 'int' : 'uint'}${int.bits}`;
  return floatBits > 0 ? `${type}${floatBits}` : type;
}

function intOf(table: FlatTable): IntType {
  return { bits: table.int32(0), signed: table.bool(1) };
}

/** Buffers that a column has in a record batch, those of its children not counted; null for views, which have any number. */
export function bufferCount(field: ArrowField): number | null {
  if (field.dictionary !== null) return 2;
  switch (field.type) {
    case 'null':
    case 'run_end_encoded':
      return 0;
    case 'struct':
    case 'fixed_size_list':
      return 1;
    case 'union':
      return field.denseUnion ? 2 : 1;
    case 'binary':
    case 'utf8':
    case 'large_binary':
    case 'large_utf8':
    case 'list_view':
    case 'large_list_view':
      return 3;
    case 'binary_view':
    case 'utf8_view':
      return null;
    default:
      return 2;
  }
}
