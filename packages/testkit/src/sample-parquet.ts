import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';

type Row = Readonly<Record<string, unknown>>;

/**
 * A Parquet file as others may write one, its columns guessed from the rows and all nullable: numbers as DOUBLE, true and
 * false as BOOLEAN, texts as STRING, lists and objects as JSON; a field of several kinds of values as texts.
 */
export function sampleParquet(rows: readonly Row[]): Uint8Array<ArrayBuffer> {
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
