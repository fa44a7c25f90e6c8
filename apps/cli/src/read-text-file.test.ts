import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readTextFile } from './read-text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: readonly number[]): string {
  const path = join(folder, 'file.csv');
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

it('reads UTF-8 and UTF-16, with or without a mark', () => {
  expect(readTextFile(fileOf([0xc3, 0xa9]))).toBe('é');
  expect(readTextFile(fileOf([0xef, 0xbb, 0xbf, 0x61]))).toBe('a');
  expect(readTextFile(fileOf([0xff, 0xfe, 0xe9, 0x00]))).toBe('é');
});

it('says in which line the bytes are no text', () => {
  expect(() => readTextFile(fileOf([0x61, 0x0a, 0xe9, 0x0a]))).toThrowError(
    expect.objectContaining({ code: 'invalid_file', at: { file: 'file.csv', line: 2 } }),
  );
});

it('sends Arrow files to rank', () => {
  expect(() => readTextFile(fileOf([...'ARROW1'].map((letter) => letter.charCodeAt(0))))).toThrowError(
    expect.objectContaining({ code: 'unknown_format' }),
  );
});
