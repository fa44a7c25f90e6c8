import { describe, expect, it } from 'vitest';
import { fileHead } from './file-head.ts';

const LIMIT = 40;
const head = async (parts: BlobPart[]) => {
  const file = new File(parts, 'a file');
  const sent = await fileHead(file, LIMIT);
  return sent === file ? 'the file itself' : await sent.text();
};

describe('fileHead', () => {
  it.each([
    ['a small file goes as it is', 'a,b\n1,2\n', 'the file itself'],
    ['CSV ends with a whole row', `a,b\n${'1,22222\n'.repeat(9)}`, `a,b\n${'1,22222\n'.repeat(4)}`],
    // the second row has a line end within quotes just before the limit
    [
      'CSV is not cut within quotes',
      'text,n\n"one",1\n"two, which goes\non for long\nand on",2\n',
      'text,n\n"one",1\n',
    ],
    [
      'JSONL ends with a whole line',
      `${'{"a":"\\"\\n"}\n'.repeat(9)}`,
      // 13 characters a line: three lines in 40
      '{"a":"\\"\\n"}\n'.repeat(3),
    ],
    ['an object over many lines', `{\n  "a": [${'1,\n'.repeat(40)}1]\n}`, 'the file itself'],
    [
      'a JSON list is closed behind its last whole element',
      '[{"a":"],"},{"a":[1,2]},{"a":"long, and longer, and on"}]',
      '[{"a":"],"},{"a":[1,2]}]',
    ],
    ['a list whose first element is too long', `[{"a":"${'x'.repeat(99)}"}]`, 'the file itself'],
    ['one line without an end', 'x'.repeat(99), 'the file itself'],
  ])('%s', async (_, text, sent) => {
    expect(await head([text])).toBe(sent);
  });

  it('the head of a list is a list', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ said: `"${i}"`, list: [i, { deep: ']' }] }));
    const sent = await fileHead(new File([JSON.stringify(rows, null, 2)], 'x.json'), 500);
    const read = JSON.parse(await sent.text()) as unknown[];
    expect(read.length).toBeGreaterThan(2);
    expect(rows.slice(0, read.length)).toEqual(read);
  });

  it.each([
    ['Parquet', [0x50, 0x41, 0x52, 0x31]],
    ['zip', [0x50, 0x4b, 0x03, 0x04]],
    ['Arrow', [...new TextEncoder().encode('ARROW1')]],
    ['gzip', [0x1f, 0x8b]],
    ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
    ['UTF-16', [0xff, 0xfe]],
  ])('%s goes as a whole', async (_, magic) => {
    expect(await head([new Uint8Array(magic), 'a\n'.repeat(99)])).toBe('the file itself');
  });
});
