import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';

type Row = Readonly<Record<string, unknown>>;

/**
 * A Parquet file with one column a field, every one nullable: numbers as DOUBLE, true and false as BOOLEAN, texts as
 * STRING, lists and objects as JSON. A field whose values are of several kinds is written as texts.
 */
export function writeParquet(rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const columnData = names.map((name) =>
    columnOf(
      name,
      rows.map((row) => row[name] ?? null),
    ),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function columnOf(name: string, values: readonly unknown[]): ColumnSource {
  const kinds = new Set(values.filter((value) => value !== null).map((value) => typeof value));
  const [kind] = kinds;
  const column = (type: NonNullable<ColumnSource['type']>, data: unknown[]): ColumnSource => ({
    name,
    type,
    nullable: true,
    data,
  });
  if (kinds.size === 1 && kind === 'number') return column('DOUBLE', [...values]);
  if (kinds.size === 1 && kind === 'boolean') return column('BOOLEAN', [...values]);
  if (kinds.size === 1 && kind === 'object') return column('JSON', [...values]);
  return column(
    'STRING',
    values.map((value) => (value === null || typeof value === 'string' ? value : JSON.stringify(value))),
  );
}
