import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { type ParquetColumns, ParquetEncoder } from './parquet-encoder.ts';

type Row = Readonly<Record<string, unknown>>;

const COLUMNS: ParquetColumns = {
  text: 'STRING',
  flag: 'BOOLEAN',
  whole: 'INT64',
  number: 'DOUBLE',
  time: 'TIMESTAMP',
  list: 'LIST',
};

function fileOf(parts: readonly (readonly Row[])[], zstd?: (page: Uint8Array) => Uint8Array): ArrayBuffer {
  const table = new ParquetEncoder(COLUMNS, zstd);
  const bytes = Buffer.concat([...parts.map((part) => table.push(part)), table.finish()]);
  return new Uint8Array(bytes).buffer;
}

/** As hyparquet reads it, with whole numbers and times as they were given. */
async function read(file: ArrayBuffer): Promise<unknown[]> {
  const compressors = {
    ZSTD: (page: Uint8Array, size: number) => zstdDecompressSync(page, { maxOutputLength: size }),
  };
  const rows = await parquetReadObjects({ file, compressors });
  return rows.map(({ whole, time, ...row }) => ({
    ...row,
    whole: whole === null ? null : Number(whole),
    time: time === null ? null : (time as Date).toISOString(),
  }));
}

const anyText = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => !value.includes('\0') && value.isWellFormed());
const row = fc.record({
  text: fc.option(anyText),
  flag: fc.option(fc.boolean()),
  whole: fc.option(fc.maxSafeInteger()),
  number: fc.option(fc.double({ noNaN: true })),
  time: fc.option(
    fc
      .date({ min: new Date('1600-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString()),
  ),
  list: fc.option(fc.array(fc.option(anyText), { maxLength: 3 })),
});

describe('ParquetEncoder', () => {
  it.each([
    ['Snappy', undefined],
    ['Zstandard', zstdCompressSync],
  ])('parse(write(x)) = x, whatever the parts are, packed by %s', async (_, zstd) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(row, { maxLength: 8 }), { maxLength: 5 }), async (parts) => {
        expect(await read(fileOf(parts, zstd))).toEqual(parts.flat());
      }),
    );
  });

  it('has the same columns without rows, without values and with all of them', () => {
    const full = { text: '7', flag: true, whole: 1, number: 2, time: '2024-01-01T00:00:00Z', list: ['x'] };
    const schemas = [[], [[{}]], [[full]]].map((parts) => parquetMetadata(fileOf(parts)).schema);
    expect(schemas[1]).toEqual(schemas[0]);
    expect(schemas[2]).toEqual(schemas[0]);
    const columns = schemas[0]!.map(({ name, type, logical_type: logical }) => [name, type, logical?.type]);
    expect(columns).toEqual([
      ['schema', undefined, undefined],
      ['text', 'BYTE_ARRAY', 'STRING'],
      ['flag', 'BOOLEAN', undefined],
      ['whole', 'INT64', undefined],
      ['number', 'DOUBLE', undefined],
      ['time', 'INT64', 'TIMESTAMP'],
      ['list', undefined, 'LIST'],
      ['list', undefined, undefined],
      ['element', 'BYTE_ARRAY', 'STRING'],
    ]);
  });

  it('hands out a row group as soon as it is full: by its rows, or by its texts', async () => {
    const rows = Array.from({ length: 70_000 }, (_, whole) => ({ whole, text: `row ${whole}` }));
    const table = new ParquetEncoder(COLUMNS);
    expect(table.push(rows.slice(0, 30_000)).length).toBeLessThan(16);
    expect(table.push(rows.slice(30_000, 60_000)).length).toBeGreaterThan(100_000);
    const file = fileOf([rows]);
    expect(parquetMetadata(file).row_groups.map((group) => Number(group.num_rows))).toEqual([
      32_768, 32_768, 4464,
    ]);
    const found = (await read(file)) as { readonly whole: number; readonly text: string }[];
    expect(found.map(({ whole, text }) => ({ whole, text }))).toEqual(rows);
    const wide = Array.from({ length: 20 }, () => ({ list: ['a'.repeat(500_000), 'b'.repeat(500_000)] }));
    const groups = parquetMetadata(fileOf([wide])).row_groups.map((group) => Number(group.num_rows));
    expect(groups).toEqual([9, 9, 2]);
  });
});
