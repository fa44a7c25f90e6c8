import { ByteWriter, ParquetWriter } from 'hyparquet-writer';

/** What a column holds, beside null: whole numbers come as numbers, times as ISO 8601 texts, texts in a list as arrays. */
export type ParquetType = 'STRING' | 'BOOLEAN' | 'INT64' | 'DOUBLE' | 'TIMESTAMP' | 'LIST';
/** Columns by name, in the order of the file. */
export type ParquetColumns = Readonly<Record<string, ParquetType>>;

type Row = Readonly<Record<string, unknown>>;
type Element = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

/** A row group ends at so many rows, or characters in its texts: what of it is held in memory before it is bytes. */
const GROUP_ROWS = 32_768;
const GROUP_CHARACTERS = 8 * 1024 * 1024;

/**
 * Makes a Parquet file from rows that come part by part; its columns are what they were said to be, whatever the rows hold,
 * and nothing but the last row group is kept. Every column is nullable; a field that a row lacks is null.
 */
export class ParquetEncoder {
  readonly #columns: readonly (readonly [name: string, type: ParquetType])[];
  readonly #bytes = new ByteWriter();
  readonly #writer: ParquetWriter;
  #group: unknown[][];
  #rows = 0;
  #characters = 0;

  /** @param zstd packs a page as one Zstandard frame; without it pages are packed by Snappy */
  constructor(columns: ParquetColumns, zstd?: (page: Uint8Array) => Uint8Array) {
    this.#columns = Object.entries(columns);
    this.#group = this.#columns.map(() => []);
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [
        { name: 'schema', num_children: this.#columns.length },
        ...this.#columns.flatMap(([name, type]) => elementsOf(name, type)),
      ],
      createdBy: 'agon',
      ...(zstd === undefined ? {} : { codec: 'ZSTD', compressors: { ZSTD: zstd } }),
    });
  }

  /** @returns the bytes of the file that are ready now, perhaps none */
  push(rows: readonly Row[]): Uint8Array<ArrayBuffer> {
    for (const row of rows) {
      for (const [at, [name, type]] of this.#columns.entries()) {
        const value = stored(row[name] ?? null, type);
        this.#group[at]!.push(value);
        this.#characters += charactersOf(value);
      }
      this.#rows += 1;
      if (this.#rows >= GROUP_ROWS || this.#characters >= GROUP_CHARACTERS) this.#endGroup();
    }
    return this.#take();
  }

  /** @returns the last bytes of the file */
  finish(): Uint8Array<ArrayBuffer> {
    if (this.#rows > 0) this.#endGroup();
    this.#writer.finish();
    return this.#take();
  }

  #endGroup(): void {
    const columnData = this.#columns.map(([name], at) => ({ name, data: this.#group[at]! }));
    this.#writer.write({ columnData, rowGroupSize: this.#rows });
    this.#group = this.#columns.map(() => []);
    this.#rows = 0;
    this.#characters = 0;
  }

  #take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#bytes.getBytes());
    // the writer goes on behind what was taken: its offset in the file stays
    this.#bytes.index = 0;
    return bytes;
  }
}

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const;
/** Milliseconds since 1970, UTC: as exact as times are stored. */
const TIME = {
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
} as const;

function elementsOf(name: string, type: ParquetType): Element[] {
  const column = { name, repetition_type: 'OPTIONAL' } as const;
  switch (type) {
    case 'STRING':
      return [{ ...column, ...TEXT }];
    case 'TIMESTAMP':
      return [{ ...column, ...TIME }];
    case 'LIST':
      return [
        { ...column, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'OPTIONAL', ...TEXT },
      ];
    default:
      return [{ ...column, type }];
  }
}

function stored(value: unknown, type: ParquetType): unknown {
  if (value === null) return null;
  if (type === 'INT64') return BigInt(value as number);
  return type === 'TIMESTAMP' ? BigInt(Date.parse(value as string)) : value;
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce<number>((sum, each) => sum + charactersOf(each), 0) : 0;
}
