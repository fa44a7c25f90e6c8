import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { ColumnSink, RecordSink } from '@agon/formats';
import { sampleParquet } from '@agon/testkit/parquet';
import { afterAll, describe, expect, it } from 'vitest';
import { readTableFile, type TableOptions } from './read-table-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-table-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = (name: string) => fileURLToPath(new URL(`samples/${name}`, import.meta.url));
const VOTES = 'model_a,model_b,winner\nx,y,model_a\ny,z,tie\nz,x,model_b\n';
const ROWS = [
  ['x', 'y', 'a'],
  ['y', 'z', 'tie'],
  ['z', 'x', 'b'],
];
const PARQUET = sampleParquet([
  { model_a: 'x', model_b: 'y', winner: 'model_a' },
  { model_a: 'y', model_b: 'z', winner: 'tie' },
  { model_a: 'z', model_b: 'x', winner: 'model_b' },
]);

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(path: string, options: TableOptions = {}, watch = {}) {
  const sink = new RecordSink(1);
  const { format, rowsRead } = await readTableFile(path, options, sink, watch);
  const { comparisons, refused } = sink.records();
  expect(comparisons.length + refused.length).toBe(rowsRead);
  return { format, rows: comparisons.map((row) => [row.modelA, row.modelB, row.outcome]), comparisons };
}

type ZipEntry = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly method?: number;
  readonly flags?: number;
  readonly crc?: number;
};

/** A zip archive (APPNOTE 6.3.10): for each file a header and its bytes, then the directory of all. */
function zip(...entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, method = 8, flags = 0, crc } of entries) {
    const packed = method === 8 ? deflateRawSync(bytes) : method === 93 ? zstdCompressSync(bytes) : bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc ?? crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const own = [Buffer.from('PK\x03\x04'), fields, Buffer.from(name), Buffer.from(packed)];
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, tail, Buffer.from(name));
    parts.push(...own);
    offset += own.reduce((sum, part) => sum + part.length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

const votes = Buffer.from(VOTES);
const entry = (name: string, more: Partial<ZipEntry> = {}): ZipEntry => ({ name, bytes: votes, ...more });
const half = Math.floor(VOTES.length / 2);
const [first, second] = [VOTES.slice(0, half), VOTES.slice(half)];
const skipped = Buffer.concat([Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0), Buffer.from('abc')]);

describe('a table is read, whatever it comes in', () => {
  it.each<readonly [string, string | Uint8Array]>([
    ['text', VOTES],
    ['gzip', gzipSync(VOTES)],
    ['gzip of two members', Buffer.concat([gzipSync(first), gzipSync(second)])],
    ['zstd', zstdCompressSync(VOTES)],
    ['zstd of two frames', Buffer.concat([zstdCompressSync(first), zstdCompressSync(second)])],
    [
      'zstd with frames to skip',
      Buffer.concat([skipped, zstdCompressSync(first), skipped, zstdCompressSync(second)]),
    ],
    ['zip, deflated', zip(entry('votes.csv'))],
    ['zip, stored', zip(entry('votes.csv', { method: 0 }))],
    ['zip, zstd', zip(entry('votes.csv', { method: 93 }))],
    [
      'zip with what archivers add',
      zip(
        { name: 'set/', bytes: Buffer.alloc(0), method: 0 },
        entry('set/votes.csv'),
        entry('__MACOSX/set/._votes.csv'),
        entry('set/.DS_Store'),
        entry('README.md'),
        entry('licence.txt'),
      ),
    ],
    ['zip of a file with any name', zip(entry('votes'))],
    ['gzip in zip', zip({ name: 'votes.csv.gz', bytes: gzipSync(VOTES) })],
    ['zstd in gzip', gzipSync(zstdCompressSync(VOTES))],
    ['Parquet', PARQUET],
    ['Parquet in gzip', gzipSync(PARQUET)],
    ['Parquet in zip', zip({ name: 'votes.parquet', bytes: PARQUET })],
  ])('%s', async (_, content) => {
    expect(await read(write('votes.bin', content))).toMatchObject({ format: 'plain', rows: ROWS });
  });

  it.each(['votes-pandas.parquet', 'votes-pandas.arrow'])('%s, as pandas writes it', async (name) => {
    expect((await read(sample(name))).rows).toHaveLength(12);
  });

  it('a packed file has the name that it had before', async () => {
    const { comparisons } = await read(write('votes.csv.gz', gzipSync(VOTES)));
    expect(comparisons[0]!.at).toEqual({ file: 'votes.csv', line: 2 });
    const named = await read(write('upload', gzipSync(VOTES)), { name: 'mine.csv.zst' });
    expect(named.comparisons[0]!.at).toEqual({ file: 'mine.csv', line: 2 });
  });

  it('large files come in many chunks', async () => {
    const lines = Array.from({ length: 50_000 }, (_, at) => `x,y,tie,${crc32(String(at)).toString(36)}\n`);
    const many = `model_a,model_b,winner,rater\n${lines.join('')}`;
    for (const content of [
      gzipSync(many),
      zstdCompressSync(many),
      zip({ name: 'v.csv', bytes: Buffer.from(many) }),
    ]) {
      const sink = new ColumnSink({ rater: true, prompt: false });
      await readTableFile(write('many', content), {}, sink);
      expect(sink.length).toBe(50_000);
    }
  });

  it('says how far it is', async () => {
    for (const content of [VOTES, gzipSync(VOTES), zip(entry('votes.csv')), PARQUET]) {
      const seen: (readonly [number, number])[] = [];
      const path = write('watched', content);
      await read(path, {}, { onBytes: (done: number, total: number) => seen.push([done, total]) });
      const size = readFileSync(path).length;
      expect(seen.at(-1)![1]).toBe(size);
      expect(seen.at(-1)![0]).toBeGreaterThan(0);
      expect(seen.at(-1)![0]).toBeLessThanOrEqual(size);
    }
  });

  it('stops where it is told to', async () => {
    const signal = AbortSignal.abort('cancelled');
    for (const content of [VOTES, gzipSync(VOTES), zip(entry('votes.csv')), PARQUET])
      await expect(read(write('stopped', content), {}, { signal })).rejects.toBe('cancelled');
  });
});

describe('what cannot be read says what it is, and what to do', () => {
  const pad = (text: string) => Buffer.concat([Buffer.from(text, 'latin1'), Buffer.alloc(600)]);
  const damaged = Buffer.from(gzipSync(VOTES));
  damaged[20] = damaged[20]! ^ 0xff;
  const tar = Buffer.alloc(1024);
  tar.write('votes.csv');
  tar.write('ustar', 257);

  it.each<readonly [string, Uint8Array, string, string]>([
    [
      'a git-LFS pointer',
      pad('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n'),
      'unknown_format',
      'git-LFS pointer',
    ],
    ['a web page', Buffer.from('\n<!DOCTYPE html>\n<html>'), 'unknown_format', 'web page'],
    ['XML', Buffer.from('<?xml version="1.0"?><a/>'), 'unknown_format', 'XML'],
    [
      'a spreadsheet',
      zip(entry('[Content_Types].xml'), entry('xl/sheet1.xml')),
      'unknown_format',
      'spreadsheet',
    ],
    ['a PDF', pad('%PDF-1.7'), 'unknown_format', 'PDF'],
    ['SQLite', pad('SQLite format 3\0'), 'unknown_format', 'SQLite'],
    ['a pickle', pad('\x80\x04\x95'), 'unknown_format', 'pickle'],
    ['tar', tar, 'unknown_format', 'tar archive'],
    ['tar in gzip', gzipSync(tar), 'unknown_format', 'tar archive'],
    ['7z', pad('7z\xbc\xaf\x27\x1c'), 'unknown_format', '7z'],
    ['bzip2', pad('BZh91AY&SY'), 'unknown_format', 'bzip2'],
    ['xz', pad('\xfd7zXZ\0'), 'unknown_format', 'xz'],
    ['two tables', zip(entry('a.csv'), entry('b.jsonl')), 'unknown_format', 'a.csv, b.jsonl'],
    ['no table', zip(entry('set/.DS_Store')), 'invalid_file', 'without a file'],
    ['an empty archive', zip(), 'invalid_file', 'without a file'],
    ['two files of one name', zip(entry('a.csv'), entry('a.csv')), 'invalid_file', 'two files "a.csv"'],
    ['a password', zip(entry('a.csv', { flags: 1, method: 0 })), 'invalid_file', 'size mismatch'],
    ['a password, deflated', zip(entry('a.csv', { flags: 1 })), 'unknown_format', 'password'],
    ['a method that is rare', zip(entry('a.csv', { method: 12 })), 'unknown_format', 'method 12'],
    ['another checksum', zip(entry('a.csv', { crc: 1 })), 'invalid_file', 'checksum'],
    ['gzip, cut off', gzipSync(VOTES).subarray(0, -12), 'invalid_file', 'cut off'],
    ['gzip, damaged', damaged, 'invalid_file', 'gzip'],
    ['zstd, cut off', zstdCompressSync(VOTES).subarray(0, -3), 'invalid_file', 'cut off'],
    [
      'zstd, cut off between frames',
      Buffer.concat([zstdCompressSync(first), Uint8Array.of(0x28, 0xb5)]),
      'invalid_file',
      'cut off',
    ],
    [
      'zstd and something else',
      Buffer.concat([zstdCompressSync(VOTES), Buffer.from('more')]),
      'invalid_file',
      'something else',
    ],
    ['too many layers', gzipSync(gzipSync(gzipSync(gzipSync(VOTES)))), 'unknown_format', 'in a file'],
    ['an empty table', sampleParquet([]), 'invalid_file', 'table'],
    ['nothing', Buffer.alloc(0), 'invalid_file', 'empty'],
    ['nothing, packed', gzipSync(''), 'invalid_file', 'empty'],
    ['only a header', gzipSync('model_a,model_b,winner\n'), 'invalid_file', 'a header line and no rows'],
  ])('%s', async (_, content, code, says) => {
    await expect(read(write('table', content))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(says),
      hint: expect.stringMatching(/\w/),
    });
  });

  it('a file that unpacks to a thousand times its size and more is given up', async () => {
    const frame = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, 'x,y,tie\n'));
    const bomb = Buffer.concat([
      zstdCompressSync('model_a,model_b,winner\n'),
      ...Array.from({ length: 40 }, () => frame),
    ]);
    const ratio = (40 * 64 * 1024 * 1024) / bomb.length;
    expect(ratio).toBeGreaterThan(2000);
    const sink = new ColumnSink({ rater: false, prompt: false, source: 'judges' });
    await expect(readTableFile(write('bomb', bomb), {}, sink)).rejects.toMatchObject({
      code: 'invalid_file',
      message: expect.stringContaining('2000 times its size'),
    });
  }, 60_000);

  it('nothing is left on the disk', () => {
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('agon-unpacked-'));
    expect(left.filter((name) => existsSync(join(tmpdir(), name, 'table')))).toEqual([]);
  });
});
