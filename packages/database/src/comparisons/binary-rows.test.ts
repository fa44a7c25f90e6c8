import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBinaryRows } from './binary-rows.ts';

type Field = string | null;

/** As PostgreSQL writes it: signature, flags, no extension; rows; -1. */
function written(rows: readonly (readonly Field[])[], end = true): Buffer {
  const parts = [Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)];
  const int = (value: number, bytes: number) => {
    const buffer = Buffer.alloc(bytes);
    buffer.writeIntBE(value, 0, bytes);
    return buffer;
  };
  for (const row of rows) {
    parts.push(int(row.length, 2));
    for (const field of row) {
      if (field === null) parts.push(int(-1, 4));
      else parts.push(int(Buffer.byteLength(field), 4), Buffer.from(field));
    }
  }
  if (end) parts.push(int(-1, 2));
  return Buffer.concat(parts);
}

async function read(bytes: Buffer, cuts: readonly number[], fields: number): Promise<Field[][]> {
  const places = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort(
    (x, y) => x - y,
  );
  const chunks = places.slice(1).map((to, i) => bytes.subarray(places[i], to));
  const rows: Field[][] = [];
  await readBinaryRows(Readable.from(chunks), fields, (row) => {
    rows.push(Array.from({ length: fields }, (_, field) => (row.isNull(field) ? null : row.text(field))));
  });
  return rows;
}

describe('rows of a binary COPY', () => {
  it('are the same however their bytes arrive', async () => {
    const row = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 9 })), {
      minLength: 3,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.array(fc.nat()), async (rows, cuts) => {
        expect(await read(written(rows), cuts, 3)).toEqual(rows);
      }),
    );
  });

  it('are refused where the end does not come', async () => {
    await expect(read(written([['a']], false), [], 1)).rejects.toMatchObject({
      code: 'database_unreachable',
    });
  });
});
