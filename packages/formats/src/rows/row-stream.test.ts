import { ArenaError } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowStream } from './row-stream.ts';
import type { SourceRow } from './source-row.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

function rowsOf(bytes: Uint8Array, name = 'file', chunk = bytes.length): SourceRow[] {
  const rows: SourceRow[] = [];
  const stream = new RowStream(
    name,
    () => {},
    (row) => rows.push(row),
  );
  for (let at = 0; at < bytes.length; at += Math.max(1, chunk)) stream.push(bytes.slice(at, at + chunk));
  stream.end();
  return rows;
}

const read = (text: string, name = 'file') => rowsOf(bytesOf(text), name);
const good = (line: number, values: Record<string, unknown>) => ({ line, values });

describe('CSV', () => {
  it.each([
    ['a byte-order mark', '\uFEFFa,b\n1,2\n', [good(2, { a: '1', b: '2' })]],
    [
      'Windows line ends',
      'a,b\r\n1,2\r\n3,"4"\r\n',
      [good(2, { a: '1', b: '2' }), good(3, { a: '3', b: '4' })],
    ],
    ['the line ends of an old Mac', 'a,b\r1,2\r', [good(2, { a: '1', b: '2' })]],
    ['no line end at the end', 'a,b\n1,2', [good(2, { a: '1', b: '2' })]],
    ['tabs', 'a\tb\n1,5\t2\n', [good(2, { a: '1,5', b: '2' })]],
    ['semicolons', 'a;b\n1,5;2\n', [good(2, { a: '1,5', b: '2' })]],
    ['empty lines', '\n\na,b\n\n1,2\n\n3,4\n', [good(5, { a: '1', b: '2' }), good(7, { a: '3', b: '4' })]],
    [
      'line breaks, delimiters and quotes in quotes',
      'a,b\n"x,\n""y""",2\n3,4\n',
      [good(2, { a: 'x,\n"y"', b: '2' }), good(4, { a: '3', b: '4' })],
    ],
    ['a quote inside a plain cell', 'a,b\n5" disk,2\n', [good(2, { a: '5" disk', b: '2' })]],
    ['a null character', 'a,b\nx\0y,2\n', [good(2, { a: 'x\uFFFDy', b: '2' })]],
    ['empty cells', 'a,b\n,\n', [good(2, { a: '', b: '' })]],
    ['an unnamed column', ',a\n0,1\n', [good(2, { '': '0', a: '1' })]],
  ])('%s', (_, text, rows) => {
    expect(read(text)).toEqual(rows);
  });

  it.each([
    ['a cell too many', 'a,b\n1,2,3\n4,5\n', '3 cells under 2 columns', '1,2,3'],
    ['a cell too few', 'a,b\n1\n4,5\n', '1 cells under 2 columns', '1'],
    ['a lone quote', 'a,b\n"1,2\n4,5\n', 'the quotes do not close', '"1,2\n'],
    ['text behind a quote', 'a,b\n"1"x,2\n4,5\n', 'the quotes do not close', '"1"x,2\n'],
  ])('refuses %s and goes on', (_, text, reason, value) => {
    expect(read(text)).toEqual([{ line: 2, reason, value }, good(3, { a: '4', b: '5' })]);
  });

  it('refuses a row that is not UTF-8 and goes on', () => {
    const bytes = Uint8Array.from([...bytesOf('a,b\n1,'), 0xff, ...bytesOf('\n4,5\n')]);
    expect(rowsOf(bytes)).toEqual([
      { line: 2, reason: 'not UTF-8', value: '1,\uFFFD' },
      good(3, { a: '4', b: '5' }),
    ]);
  });

  it('gives up a file whose quotes are broken throughout, and says so', () => {
    const rows = read(`a,b\n${'"x"y,1\n'.repeat(1200)}`);
    expect(rows).toHaveLength(1001);
    expect(rows.at(-1)).toMatchObject({
      line: 1002,
      reason: expect.stringContaining('nothing is read from here'),
    });
  });

  it.each(['utf-16le', 'utf-16be'])('reads %s where its mark says so', (encoding) => {
    const units = [...'\uFEFFa\tb\né\t2\n'].map((character) => character.charCodeAt(0));
    const bytes = units.flatMap((unit) =>
      encoding === 'utf-16le' ? [unit & 255, unit >> 8] : [unit >> 8, unit & 255],
    );
    expect(rowsOf(Uint8Array.from(bytes), 'file', 3)).toEqual([good(2, { a: 'é', b: '2' })]);
  });

  it.each([
    ['two columns of one name', 'a,b,a\n1,2,3\n'],
    ['a single column', 'a\n1\n'],
    ['nothing', '\n \n'],
  ])('refuses a file with %s', (_, text) => {
    expect(() => read(text)).toThrowError(expect.objectContaining({ code: 'invalid_file' }));
  });
});

describe('JSON', () => {
  it.each([
    ['lines', '{"a":1}\n\n{"a":2}\r\n', [good(1, { a: 1 }), good(3, { a: 2 })]],
    [
      'a list',
      '[{"a":1},\n{"a":\n2}\n,{"a":3}]\n',
      [good(1, { a: 1 }), good(2, { a: 2 }), good(4, { a: 3 })],
    ],
    ['an empty list', ' [ ] ', []],
    ['one object over many lines', '{\n"a":\n1}\n', [good(1, { a: 1 })]],
    ['one object below an empty line', '\r\n{"a":1}\n', [good(2, { a: 1 })]],
    ['one object over many lines below two', '\n\n{\n"a":1}', [good(3, { a: 1 })]],
    ['brackets and quotes in texts', '[{"a":"]}\\"[{,"}]', [good(1, { a: ']}"[{,' })]],
    [
      'numbers that only Python writes',
      '{"a":NaN,"b":"NaN","c":-Infinity}',
      [good(1, { a: null, b: 'NaN', c: Number.NEGATIVE_INFINITY })],
    ],
    [
      'the same key in two objects',
      '{"a":{"x":1},"b":{"x":"y:z"}}',
      [good(1, { a: { x: 1 }, b: { x: 'y:z' } })],
    ],
  ])('%s', (_, text, rows) => {
    expect(read(text)).toEqual(rows);
  });

  it.each([
    ['a torn line', '{"a":1}\n{"a":\n{"a":2}', 'not JSON', '{"a":'],
    ['a line that is no object', '{"a":1}\n[1]\n{"a":2}', 'not an object', '[1]'],
    [
      'a key that stands twice',
      '{"a":1}\n{"a":1,"b":2,"a":3}\n{"a":2}',
      'the key "a" stands twice',
      '{"a":1,"b":2,"a":3}',
    ],
    [
      'one that does so deep inside',
      '{"a":1}\n{"b":[{"c":1,"c":1}]}\n{"a":2}',
      'the key "c" stands twice',
      '{"b":[{"c":1,"c":1}]}',
    ],
    ['an element that is no JSON', '[{"a":1},\n{a:1},\n{"a":2}]', 'not JSON', '{a:1}'],
    ['an element that is no object', '[{"a":1},\n17,\n{"a":2}]', 'not an object', '17'],
    ['a comma too many', '[{"a":1},\n,\n{"a":2}]', 'nothing between two commas', ''],
  ])('refuses %s and goes on', (_, text, reason, value) => {
    expect(read(text)).toEqual([good(1, { a: 1 }), { line: 2, reason, value }, good(3, { a: 2 })]);
  });

  it.each([
    ['is cut off', '[{"a":1},\n{"a":', 2],
    ['has no end', '[{"a":1}\n', 2],
    ['goes on after its end', '[{"a":1}]\n[', 2],
  ])('refuses a list that %s', (_, text, line) => {
    expect(() => read(text)).toThrowError(
      expect.objectContaining({
        code: 'invalid_file',
        at: expect.objectContaining({ line: expect.any(Number) }),
      }),
    );
    expect(line).toBeGreaterThan(0);
  });

  it('reads a line of many megabytes', () => {
    const long = 'x'.repeat(8_000_000);
    const rows = rowsOf(bytesOf(`{"a":"${long}"}\n{"a":"y"}`), 'file', 65_536);
    expect(rows).toEqual([good(1, { a: long }), good(2, { a: 'y' })]);
  });
});

describe('whatever the bytes', () => {
  const pieces = fc.constantFrom(
    ...[
      'a',
      'é',
      '😀',
      ',',
      '\n',
      '\r\n',
      '\r',
      '"',
      '""',
      '\t',
      ';',
      '{',
      '}',
      '[',
      ']',
      ':',
      '{"a":1}',
      '\\',
      '\0',
      '1',
      ' ',
    ],
  );
  const text = fc.oneof(
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 60 }).map((parts) => `a,b\n${parts.join('')}`),
    fc.array(pieces, { maxLength: 60 }).map((parts) => `[${parts.join('')}`),
    fc.array(pieces, { maxLength: 60 }).map((parts) => `{"a":1}\n${parts.join('')}`),
  );
  const attempt = (bytes: Uint8Array, chunk: number): unknown => {
    const rows: SourceRow[] = [];
    try {
      return rowsOf(bytes, 'file', chunk);
    } catch (error) {
      if (!(error instanceof ArenaError)) throw error;
      return [error.code, error.message, rows];
    }
  };

  it('the rows do not depend on where the chunks end', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (given, chunk) => {
        const bytes = bytesOf(given);
        expect(attempt(bytes, chunk)).toEqual(attempt(bytes, bytes.length));
      }),
      { numRuns: 700 },
    );
  });

  it('random bytes are read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(attempt(bytes, 16)).toEqual(attempt(bytes, bytes.length));
      }),
      { numRuns: 700 },
    );
  });

  it('every line of a CSV file is a row, a part of one, or empty', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('1,2', '1', '1,2,3', '"1",2', '"1,2', 'é,"2'), { minLength: 1 }),
        (lines) => {
          // no quoted cell closes over a line end here, so that each line is one row
          const rows = read(`a,b\n${lines.join('\n')}\n`);
          expect(rows.length).toBeLessThanOrEqual(lines.length);
          expect(new Set(rows.map((row) => row.line)).size).toBe(rows.length);
        },
      ),
    );
  });
});
