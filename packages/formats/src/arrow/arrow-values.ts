import { ArenaError } from '@agon/domain';
import { dayTextOf, decimalOf, timeTextOf, wholeNumberOf } from '../rows/exact-values.ts';
import { storableText } from '../rows/storable-text.ts';
import type { ArrowBatch, ArrowColumn, ReadInto } from './arrow-file.ts';
import { type ArrowField, type IntType, typeOf } from './arrow-schema.ts';

/** A view of a text: so many bytes stand in the view itself. */
const INLINE = 12;
const VIEW = 16;
/** Items of the lists of some thousand rows; more is a damaged offset. */
const MAX_ITEMS = 64_000_000;

/** Reads values of any type as JSON has them: what a row of JSON would hold in their place. */
export class ArrowValues {
  readonly #file: string;
  readonly #read: ReadInto;
  readonly #batch: ArrowBatch;
  /** By their places in the file. */
  readonly #unpacked = new Map<number, Uint8Array>();

  constructor(file: string, read: ReadInto, batch: ArrowBatch) {
    this.#file = file;
    this.#read = read;
    this.#batch = batch;
  }

  /** Values `from` .. `from + count - 1`. @throws ArenaError('invalid_file') for damaged places, and for types that are not read */
  values(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    if (from + count > column.length) throw this.#fault(field, 'has too few values');
    const values = this.#all(field, column, from, count);
    const [validity] = column.buffers;
    if (column.nulls === 0 || validity === undefined || validity.length === 0) return values;
    const first = Math.floor(from / 8);
    const bits = this.#bytes(field, column, 0, first, Math.ceil((from + count) / 8) - first);
    return values.map((value, i) => {
      const bit = from + i - 8 * first;
      return ((bits[bit >> 3]! >> (bit & 7)) & 1) === 0 ? null : value;
    });
  }

  #all(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    const { type, dictionary } = field;
    if (dictionary !== null) {
      const texts = this.#batch.dictionaries.get(dictionary.id) ?? [];
      if (!/utf8/.test(type)) throw this.#fault(field, `is ${typeOf(field)}, which is not read`);
      return Array.from(
        this.#integers(field, column, dictionary.index, from, count),
        (code) => texts[Number(code)] ?? null,
      );
    }
    switch (type) {
      case 'null':
        return new Array<null>(count).fill(null);
      case 'bool': {
        const first = Math.floor(from / 8);
        const bits = this.#bytes(field, column, 1, first, Math.ceil((from + count) / 8) - first);
        return Array.from({ length: count }, (_, i) => {
          const bit = from + i - 8 * first;
          return ((bits[bit >> 3]! >> (bit & 7)) & 1) === 1;
        });
      }
      case 'int':
        return Array.from(this.#integers(field, column, field.int!, from, count), (value) =>
          typeof value === 'bigint' ? wholeNumberOf(value) : value,
        );
      case 'float':
        return this.#floats(field, column, from, count);
      case 'decimal': {
        const { scale, bytes } = field.decimal!;
        const data = this.#bytes(field, column, 1, from * bytes, count * bytes);
        return Array.from({ length: count }, (_, i) =>
          decimalOf(signedOf(data.subarray(i * bytes, (i + 1) * bytes)), scale),
        );
      }
      case 'date': {
        const int: IntType = { bits: field.inDays ? 32 : 64, signed: true };
        return Array.from(this.#integers(field, column, int, from, count), (value) =>
          field.inDays ? dayTextOf(Number(value)) : timeTextOf(BigInt(value), 3),
        );
      }
      case 'timestamp':
        return Array.from(this.#integers(field, column, { bits: 64, signed: true }, from, count), (value) =>
          timeTextOf(BigInt(value), field.timeDigits),
        );
      case 'utf8':
      case 'binary':
      case 'large_utf8':
      case 'large_binary':
        return this.#texts(field, column, from, count);
      case 'utf8_view':
      case 'binary_view':
        return this.#viewedTexts(field, column, from, count);
      case 'list':
      case 'large_list':
      case 'map':
        return this.#lists(field, column, from, count);
      case 'fixed_size_list': {
        const items = this.#items(field, column, from * field.listSize, count * field.listSize);
        return Array.from({ length: count }, (_, i) =>
          items.slice(i * field.listSize, (i + 1) * field.listSize),
        );
      }
      case 'struct':
        return this.#structs(field, column, from, count);
      default:
        throw this.#fault(field, `is ${typeOf(field)}, which is not read`);
    }
  }

  #bytes(
    field: ArrowField,
    column: ArrowColumn,
    at: number,
    from: number,
    length: number,
  ): Uint8Array<ArrayBuffer> {
    const range = column.buffers[at];
    const { unpacked } = this.#batch;
    let whole: Uint8Array | null = null;
    // an empty buffer has the place of the one behind it
    if (range !== undefined && range.length > 0 && unpacked !== null) {
      whole = this.#unpacked.get(range.offset) ?? unpacked(range);
      this.#unpacked.set(range.offset, whole);
    }
    const size = whole?.length ?? range?.length ?? -1;
    if (range === undefined || !(from >= 0 && length >= 0 && from + length <= size))
      throw this.#fault(field, 'has too few values');
    const bytes = new Uint8Array(length);
    if (whole === null) this.#read(bytes, range.offset + from);
    else bytes.set(whole.subarray(from, from + length));
    return bytes;
  }

  #integers(
    field: ArrowField,
    column: ArrowColumn,
    { bits, signed }: IntType,
    from: number,
    count: number,
  ): ArrayLike<number | bigint> & Iterable<number | bigint> {
    const { buffer } = this.#bytes(field, column, 1, (from * bits) / 8, (count * bits) / 8);
    if (bits === 8) return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
    if (bits === 16) return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
    if (bits === 32) return signed ? new Int32Array(buffer) : new Uint32Array(buffer);
    return signed ? new BigInt64Array(buffer) : new BigUint64Array(buffer);
  }

  #floats(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    const size = field.floatBits / 8;
    const { buffer } = this.#bytes(field, column, 1, from * size, count * size);
    const numbers = size === 8 ? new Float64Array(buffer) : size === 4 ? new Float32Array(buffer) : null;
    if (numbers === null) throw this.#fault(field, `is ${typeOf(field)}, which is not read`);
    return Array.from(numbers, (number) => (Number.isNaN(number) ? null : number));
  }

  /** Where the items of value `from` start, and of each one behind it; the last: where the last one ends. */
  #offsets(field: ArrowField, column: ArrowColumn, from: number, count: number): number[] {
    const isLarge = field.type.startsWith('large_');
    const int: IntType = { bits: isLarge ? 64 : 32, signed: true };
    const offsets = Array.from(this.#integers(field, column, int, from, count + 1), Number);
    if (offsets.some((offset, i) => offset < (offsets[i - 1] ?? 0)))
      throw this.#fault(field, 'has values that end before they start');
    return offsets;
  }

  #texts(field: ArrowField, column: ArrowColumn, from: number, count: number): string[] {
    if (count === 0) return [];
    const offsets = this.#offsets(field, column, from, count);
    const [first, last] = [offsets[0]!, offsets[count]!];
    const bytes = this.#bytes(field, column, 2, first, last - first);
    return Array.from({ length: count }, (_, i) =>
      textOf(bytes.subarray(offsets[i]! - first, offsets[i + 1]! - first)),
    );
  }

  #viewedTexts(field: ArrowField, column: ArrowColumn, from: number, count: number): string[] {
    const views = this.#bytes(field, column, 1, from * VIEW, count * VIEW);
    const view = new DataView(views.buffer);
    return Array.from({ length: count }, (_, i) => {
      const at = i * VIEW;
      const size = view.getInt32(at, true);
      if (size <= INLINE) return textOf(views.subarray(at + 4, at + 4 + Math.max(0, size)));
      const [buffer, start] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
      return textOf(this.#bytes(field, column, 2 + buffer, start, size));
    });
  }

  #items(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    const [item] = field.children;
    const [values] = column.children;
    if (item === undefined || values === undefined || count > MAX_ITEMS)
      throw this.#fault(field, 'has lists that are damaged');
    return this.values(item, values, from, count);
  }

  #lists(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    if (count === 0) return [];
    const offsets = this.#offsets(field, column, from, count);
    const [first, last] = [offsets[0]!, offsets[count]!];
    const items = this.#items(field, column, first, last - first);
    return Array.from({ length: count }, (_, i) => {
      const own = items.slice(offsets[i]! - first, offsets[i + 1]! - first);
      if (field.type !== 'map') return own;
      return Object.fromEntries(
        own.map((entry) => Object.values(entry as Record<string, unknown>) as [string, unknown]),
      );
    });
  }

  #structs(field: ArrowField, column: ArrowColumn, from: number, count: number): unknown[] {
    const columns = field.children.map((child, at) => {
      const values = column.children[at];
      if (values === undefined) throw this.#fault(field, 'has too few parts');
      return this.values(child, values, from, count);
    });
    return Array.from({ length: count }, (_, i) =>
      Object.fromEntries(field.children.map(({ name }, at) => [name, columns[at]![i]])),
    );
  }

  #fault(field: ArrowField, what: string): ArenaError {
    return new ArenaError('invalid_file', `Column ${field.name} of ${this.#file} ${what}.`, {
      hint: 'Leave the column out, cast it to text, or write the table as Parquet.',
      at: { file: this.#file, column: field.name },
    });
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** What is no UTF-8 becomes U+FFFD. */
function textOf(bytes: Uint8Array): string {
  return storableText(decoder.decode(bytes));
}

/** Little-endian, two's complement. */
function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let at = bytes.length - 1; at >= 0; at -= 1) value = (value << 8n) | BigInt(bytes[at]!);
  return BigInt.asIntN(8 * bytes.length, value);
}
