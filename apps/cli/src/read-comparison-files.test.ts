import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { printable } from './print.ts';
import { readComparisonColumns } from './read-comparison-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-read-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (...paths: string[]) => readComparisonColumns(paths, { map: {}, rater: false, prompt: false });

function write(name: string, content: string | readonly number[]): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : Uint8Array.from(content));
  return path;
}

describe('files that are no comparisons', () => {
  it.each<readonly [string, string | readonly number[], string, string]>([
    ['votes.parquet', [0x50, 0x41, 0x52, 0x31, 0x15], 'invalid_file', 'Parquet'],
    ['votes.arrows', [0xff, 0xff, 0xff, 0xff, 0x10], 'unknown_format', 'Arrow stream'],
    ['votes.csv.gz', [0x1f, 0x8b, 0x08], 'invalid_file', 'gzip'],
    ['votes.csv.zst', [0x28, 0xb5, 0x2f, 0xfd], 'invalid_file', 'zstd'],
    ['votes.xlsx', [0x50, 0x4b, 0x03, 0x04], 'invalid_file', 'zip archive'],
    ['votes.jsonl', '<!DOCTYPE html><html></html>', 'unknown_format', 'web page'],
  ])('%s is refused by its first bytes, with what to do', async (name, bytes, code, what) => {
    const path = write(name, bytes);
    await expect(read(path)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(what),
      hint: expect.stringMatching(/../),
    });
  });

  it('a folder, and a path that is not there', async () => {
    await expect(read(folder)).rejects.toMatchObject({
      code: 'invalid_file',
      hint: expect.stringContaining('folder'),
    });
    await expect(read(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'invalid_file' });
  });

  it('formats may be mixed', async () => {
    const csv = write('a.csv', 'model_a,model_b,winner\n"x, 1",y,model_a\n');
    const jsonl = write('b.jsonl', '{"model_a":"y","model_b":"模型","winner":"tie"}\n');
    const packed = write('c.csv.gz', [...gzipSync('model_a,model_b,winner\nz,y,model_b\n')]);
    const { columns, files } = await read(csv, jsonl, packed);
    expect([columns.length, columns.models]).toEqual([3, ['x, 1', 'y', '模型', 'z']]);
    expect(files.map(({ path, rows }) => [path, rows])).toEqual([
      ['a.csv', 1],
      ['b.jsonl', 1],
      ['c.csv.gz', 1],
    ]);
  });
});

describe('names on a terminal', () => {
  it('move no cursor', () => {
    expect(printable('\u001b[2Jx\u0000\u009by\n模型 🚀')).toBe('�[2Jx��y\n模型 🚀');
  });
});
