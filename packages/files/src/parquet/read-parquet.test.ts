import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync } from 'node:zlib';
import { EXPORT_COLUMNS, type ExportedAnswer, type ExportedVote, rowOf } from '@agon/arena';
import { ArenaError, OUTCOMES } from '@agon/domain';
import type { SourceRow } from '@agon/formats';
import { ParquetEncoder } from '@agon/formats/parquet';
import { sampleParquet } from '@agon/testkit/parquet';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { readArrowFile } from '../arrow-file.ts';
import { ParquetFile } from './parquet-file.ts';
import { readParquet } from './read-parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-parquet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'table.parquet');

const sample = (name: string) => fileURLToPath(new URL(`../samples/${name}`, import.meta.url));

async function rowsIn(file: string, skip: readonly string[] = []): Promise<SourceRow[]> {
  const rows: SourceRow[] = [];
  const take = (more: readonly SourceRow[]) => {
    rows.push(...more);
    return undefined;
  };
  if (file.endsWith('.arrow')) await readArrowFile(file, 'table', new Set(), take);
  else await readParquet(file, 'table', skip, take);
  return rows;
}

const valuesIn = async (file: string) =>
  (await rowsIn(file)).map((row) => ({ ...(row as { values: object }).values }));

/** The rows in one go, without a thread. */
function valuesHere(): unknown[] {
  const file = new ParquetFile(path);
  try {
    return [...file.batches(file.columns)].flatMap(({ rows, columns }) =>
      Array.from({ length: rows }, (_, row) =>
        Object.fromEntries(file.columns.map((name, at) => [name, columns[at]![row]])),
      ),
    );
  } finally {
    file.close();
  }
}

describe('nested columns', () => {
  // both written by pyarrow 21: the table, and its to_pylist() as JSON, whole numbers beyond 2^53 as text, NaN as null
  const expected = JSON.parse(readFileSync(sample('nested-rows.json'), 'utf8')) as unknown[];

  it.each([
    'nested-snappy.parquet',
    'nested-zstd.parquet',
    'nested-gzip.parquet',
    'nested-brotli.parquet',
    'nested-lz4.parquet',
    'nested.arrow',
    'nested-lz4.arrow',
    'nested-zstd.arrow',
  ])('%s is what pyarrow reads of it', async (name) => {
    expect(await valuesIn(sample(name))).toEqual(expected);
  });

  it('rows are numbered, and columns that nobody wants are null', async () => {
    const rows = await rowsIn(sample('nested-snappy.parquet'), ['conv', 'parts']);
    expect(rows.map(({ line }) => line)).toEqual(Array.from({ length: 60 }, (_, row) => row + 1));
    for (const [at, row] of rows.entries())
      expect({ ...(row as { values: object }).values }).toEqual({
        ...(expected[at] as object),
        conv: null,
        parts: null,
      });
  });
});

describe('columns of every type', () => {
  // written by pyarrow 21 from the values that stand here, times as counts of their unit since 1970
  const none = (names: string) => Object.fromEntries(names.split(' ').map((name) => [name, null]));
  const expected = [
    {
      ...Object.fromEntries(['us', 'usz', 'ms', 'ns', 's'].map((name) => [name, '1970-01-01T00:00:00Z'])),
      ...{ d: '1970-01-01', dec: 1.5, bin: 'ab', dict: 'x', u64: '18446744073709551615', f32: 0.5, i8: -1 },
      ...{ large: 'a', map: { k: 1 }, dl: [1.5] },
    },
    {
      us: '2023-11-14T22:13:20.123456Z',
      usz: '2023-11-14T22:13:20.123456Z',
      ms: '2023-11-14T22:13:20.123Z',
      ns: '2023-11-14T22:13:20.123456789Z',
      s: '1970-01-01T00:00:17Z',
      d: '2023-11-14',
      dec: '12345678901234567890.12',
      bin: '\uFFFD\uFFFD',
      dict: 'y',
      u64: 1,
      ...none('f32 i8 large map dl'),
    },
    {
      ...none('us usz ms ns s d dec bin dict u64'),
      ...{ f32: 1, i8: 1, large: 'b', map: {}, dl: [] },
    },
    {
      us: '1969-12-31T23:59:59.999999Z',
      usz: '1969-12-31T23:59:59.999999Z',
      ms: '1969-12-31T23:59:59.999Z',
      ns: '1969-12-31T23:59:59.999999999Z',
      s: '1969-12-31T23:59:59Z',
      d: '1969-12-31',
      ...{ dec: -0.01, bin: '', dict: 'x', u64: 0, f32: 2, i8: 2, large: '', map: { a: 2, b: 3 }, dl: [-3] },
    },
  ];

  it.each(['types.parquet', 'types.arrow'])('%s', async (name) => {
    expect(await valuesIn(sample(name))).toEqual(expected);
  });
});

describe('parse(write(x)) = x for Parquet', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 }).map((given) => given.replaceAll('\0', ''));
  const json = fc
    .oneof(
      fc.array(fc.oneof(text, fc.integer(), fc.constant(null)), { maxLength: 4 }),
      fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 2 })), { maxKeys: 3 }),
    )
    .map((value) => JSON.parse(JSON.stringify(value)) as unknown);
  const row = fc.record({
    s: fc.option(text),
    n: fc.option(fc.double({ noNaN: true }).map((value) => value + 0 || 0)),
    b: fc.option(fc.boolean()),
    j: fc.option(json),
  });

  it('texts, numbers, truth, lists and objects, and none of them', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        writeFileSync(path, sampleParquet(rows));
        expect(valuesHere()).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  const id = fc.uuid();
  const share = fc.option(fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0 || 0));
  const whole = fc.option(fc.nat());
  const time = fc
    .date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString());
  const outcome = fc.constantFrom(...OUTCOMES);
  const tags = fc.array(text, { maxLength: 3 });
  const vote: fc.Arbitrary<ExportedVote> = fc.record({
    ...{ id, seq: fc.integer({ min: 1, max: 2 ** 40 }), battle: id, rater: fc.option(id) },
    ...{ prompt: fc.option(text), category: fc.option(text), language: fc.option(text), turns: whole },
    ...{ modelA: text, modelB: text, outcome, shareA: share, firstOutcome: outcome, undone: fc.boolean() },
    weight: fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    ...{ excluded: fc.option(text), tags: fc.option(fc.record({ a: tags, b: tags })), note: fc.option(text) },
    ...{ shownMs: whole, drawProbability: share, drawReason: fc.option(text) },
    source: fc.constantFrom('live', 'import'),
    ...{ import: fc.option(id), sourceId: fc.option(text), at: fc.option(time), hash: fc.option(text) },
  });
  const answer: fc.Arbitrary<ExportedAnswer> = fc.record({
    ...{ prompt: text, category: fc.option(text), language: fc.option(text), model: text },
    ...{ promptTurns: tags, turns: tags, namesItself: fc.boolean() },
    material: fc.record(
      {
        reference: tags,
        checklist: tags,
        context: tags,
        rubric: fc.record({ name: text, levels: fc.constant([{ score: 1, text: 'wrong' }]) }),
      },
      { requiredKeys: [] },
    ),
  });
  /** 12:00:00Z and 12:00:00.000Z are one time. */
  const withInstant = (row: object) => {
    const { timestamp } = row as { readonly timestamp?: string | null };
    return timestamp ? { ...row, timestamp: Date.parse(timestamp) } : row;
  };

  it.each<readonly [kind: 'votes' | 'answers', rows: fc.Arbitrary<object>]>([
    ['votes', vote.map(rowOf.votes)],
    ['answers', answer.map(rowOf.answers)],
  ])('%s in the columns of their export', (kind, exported) => {
    fc.assert(
      fc.property(fc.array(exported, { maxLength: 30 }), (rows) => {
        const table = new ParquetEncoder(EXPORT_COLUMNS[kind], zstdCompressSync);
        writeFileSync(path, Buffer.concat([table.push(rows as Record<string, unknown>[]), table.finish()]));
        expect(valuesHere().map((row) => withInstant(row as object))).toEqual(rows.map(withInstant));
      }),
      { numRuns: 200 },
    );
  });

  it('many rows, over all batches', async () => {
    const rows = Array.from({ length: 20_001 }, (_, at) => ({
      id: `r${at}`,
      even: at % 2 === 0,
      turns: [`t${at}`],
    }));
    writeFileSync(path, sampleParquet(rows));
    expect(await valuesIn(path)).toEqual(rows);
  });
});

describe('a reader that is stopped', () => {
  it('ends with what the taker throws', async () => {
    const stop = new Error('enough');
    await expect(
      readParquet(sample('nested-snappy.parquet'), 'table', [], () => {
        throw stop;
      }),
    ).rejects.toBe(stop);
  });

  it('ends with what the taker fails with later, though all is read by then', async () => {
    const late = new Error('late');
    const take = () =>
      new Promise<void>((_, reject) => {
        setTimeout(() => reject(late), 300);
      });
    await expect(readParquet(sample('types.parquet'), 'table', [], take)).rejects.toBe(late);
  });

  it('ends with the reason of its signal', async () => {
    const aborted = AbortSignal.abort('cancelled');
    await expect(
      readParquet(sample('nested-snappy.parquet'), 'table', [], () => {}, { signal: aborted }),
    ).rejects.toBe('cancelled');
  });
});

describe('damaged files', () => {
  const whole = readFileSync(sample('nested-snappy.parquet'));

  it.each<readonly [string, Uint8Array, string]>([
    ['cut off', whole.subarray(0, whole.length - 9), 'PAR1'],
    ['only a mark', Buffer.from('PAR1PAR1'), 'cut off'],
    ['with a mark and nonsense', Buffer.from(`PAR1${'x'.repeat(5000)}PAR1`, 'latin1'), 'cut off'],
    ['encrypted', Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]), 'encrypted'],
  ])('%s', async (_, bytes, says) => {
    writeFileSync(path, bytes);
    await expect(readParquet(path, 'table', [], () => {})).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining(says),
    });
  });

  it('two kilobytes that claim thirty million rows are given up at once', async () => {
    await expect(rowsIn(sample('thirty-million-equal-rows.parquet'))).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining('30000000 rows in 1923 bytes'),
    });
  });

  it('a byte that is another is found by its page, or by what is around it', async () => {
    let refused = 0;
    for (let at = 40; at < whole.length - 8; at += 997) {
      const bytes = Buffer.from(whole);
      bytes[at] = bytes[at]! ^ 0xff;
      writeFileSync(path, bytes);
      const error = await readParquet(path, 'table', [], () => {}).catch((caught: unknown) => caught);
      if (error instanceof ArenaError) refused += 1;
      else expect(Array.isArray(error)).toBe(true);
    }
    expect(refused).toBeGreaterThan(6);
  }, 60_000);
});
