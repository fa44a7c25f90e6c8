import { ArenaError } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowStream } from './row-stream.ts';
import { isBroken, type SourceRow } from './source-row.ts';

const MARK = '\uFEFF';

function rowsOf(text: string, name = 'votes.json', chunk = Number.MAX_SAFE_INTEGER): SourceRow[] {
  const bytes = new TextEncoder().encode(text);
  const rows: SourceRow[] = [];
  const stream = new RowStream(
    name,
    () => {},
    (row) => rows.push(row),
  );
  for (let at = 0; at < bytes.length; at += chunk) stream.push(bytes.slice(at, at + chunk));
  stream.end();
  return rows;
}

/** Values of the good rows, and the reasons of the others. */
const shown = (rows: readonly SourceRow[]) =>
  rows.map((row) => (isBroken(row) ? row.reason : { ...row.values }));

const TWO = [{ a: 1 }, { a: 2 }];

describe('tables of JSON, whatever their shape', () => {
  it.each<readonly [string, string]>([
    ['a list in an object', '{"data": [{"a": 1}, {"a": 2}]}'],
    ['the same, over many lines', '{\n "data": [\n {"a": 1},\n {"a": 2}\n ]\n}\n'],
    ['the only key, whatever its name', '{"kämpfe": [{"a": 1}, {"a": 2}]}'],
    [
      'with facts about it',
      '{"version": "1, 2", "n": {"x": [1]}, "rows": [{"a": 1}, {"a": 2}], "more": [3]}',
    ],
    [
      'as the Hugging Face dataset server gives it',
      '{"features":[{"name":"a"}],"rows":[{"row_idx":0,"row":{"a":1},"truncated_cells":[]},{"row_idx":1,"row":{"a":2},"truncated_cells":[]}],"partial":false}',
    ],
    ['orient=columns', '{"a": {"0": 1, "1": 2}}'],
    ['orient=index', '{"0": {"a": 1}, "1": {"a": 2}}'],
    ['orient=split', '{"columns": ["a"], "index": [0, 1], "data": [[1], [2]]}'],
    ['two lists, joined', '[{"a": 1}]\n[{"a": 2}]'],
    ['two lists, joined with their marks', `${MARK}[{"a": 1}]\n${MARK}[{"a": 2}]\n`],
    ['lines, joined with their marks', `${MARK}{"a": 1}\n${MARK}{"a": 2}\n`],
    ['lines, joined without a line end', '{"a": 1}{"a": 2}\n'],
    ['objects over many lines, as jq prints them', '{\n "a": 1\n}\n{\n "a": 2\n}\n'],
    ['the same, joined', `{\n "a": 1\n}${MARK}{\n "a": 2\n}`],
  ])('%s', (_, text) => {
    expect(shown(rowsOf(text))).toEqual(TWO);
    expect(shown(rowsOf(text, 'votes.json', 3))).toEqual(TWO);
  });

  it('orient=table has its index as a column', () => {
    const text = '{"schema":{"fields":[{"name":"a"}]},"data":[{"index":0,"a":1},{"index":1,"a":2}]}';
    expect(shown(rowsOf(text))).toEqual([
      { index: 0, a: 1 },
      { index: 1, a: 2 },
    ]);
  });

  it('a list a column', () => {
    expect(shown(rowsOf('{"a": [1, 2], "b": ["x", null]}'))).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: null },
    ]);
  });

  it.each<readonly [string, string]>([
    ['a row of a list', '{"question_id": 1, "choices": [{"turns": ["x"]}]}'],
    ['a ranking', '{"models": ["x", "y"], "ranks": [1, 2]}'],
    ['objects that are equal by chance', '{"model_a": {"name": "x"}, "model_b": {"name": "y"}}'],
    ['numbers on both sides', '{"0": {"0": 1}, "1": {"0": 2}}'],
    ['lists of several lengths', '{"a": [1], "b": [1, 2]}'],
    ['split, with something else', '{"columns": ["a"], "data": [[1]], "more": 1}'],
  ])('%s stays one row', (_, text) => {
    expect(shown(rowsOf(text))).toEqual([JSON.parse(text)]);
  });

  it('lines that happen to have such a key are lines', () => {
    const line = '{"a": 1, "data": [{"b": 2}]}';
    expect(shown(rowsOf(`${line}\n${line}\n`))).toEqual([JSON.parse(line), JSON.parse(line)]);
  });

  it('a row keeps the line it stands on', () => {
    const text = '{"version": 1,\n"data": [\n{"a": 1},\n\n{"a":\n2}]}';
    expect(rowsOf(text).map(({ line }) => line)).toEqual([3, 5]);
    expect(rowsOf('{\n"a":1}\n\n{"a":\n2}').map(({ line }) => line)).toEqual([1, 4]);
    expect(rowsOf('[{"a":1}]\n\n[\n{"a":2}]').map(({ line }) => line)).toEqual([1, 4]);
  });

  it('a list in an object goes out as it comes', () => {
    let rows = 0;
    const stream = new RowStream(
      'big.json',
      () => {},
      () => {
        rows += 1;
      },
    );
    const encode = (text: string) => new TextEncoder().encode(text);
    stream.push(encode('{"data": ['));
    const row = encode(`{"a": "${'x'.repeat(100_000)}"},`);
    for (let i = 0; i < 50; i += 1) stream.push(row);
    expect(rows).toBeGreaterThanOrEqual(48);
    stream.push(encode('{"a": 1}], "n": 1}'));
    stream.end();
    expect(rows).toBe(51);
  });

  it.each([
    ['cut off in the list', '{"data": [{"a": 1}, {"a":'],
    ['cut off behind it', '{"data": [{"a": 1}], "n"'],
    ['followed by something else', '{"data": [{"a": 1}]} oops'],
  ])('a list in an object that is %s is refused', (_, text) => {
    expect(() => rowsOf(text)).toThrowError(expect.objectContaining({ code: 'invalid_file' }));
  });

  it('a line of two objects of which one is none is one broken row', () => {
    expect(shown(rowsOf('{"a": 1}\n{"a": 2}{"a": }\n{"a": 3}'))).toEqual([{ a: 1 }, 'not JSON', { a: 3 }]);
  });

  it('what stands between objects over many lines is a broken row', () => {
    expect(shown(rowsOf('{\n"a": 1\n}\n{\n"a": 2\n}\noops\n{\n"a": 3\n}'))).toEqual([
      { a: 1 },
      { a: 2 },
      'not JSON',
      { a: 3 },
    ]);
  });

  it('rows do not depend on where the chunks end', () => {
    const piece = fc.constantFrom(
      ...[
        '{"a":1}',
        '{"data":[',
        '{"a":{"0":1}}',
        '{\n"a":1\n}',
        ']',
        '}',
        ',',
        '\n',
        ' ',
        MARK,
        '[',
        '"',
        '{',
      ],
      ...[']}', '\n{', ':', '1', '"a"', '[{"a":1}]', '"rows":', '|', 'sep=;\n'],
    );
    const attempt = (text: string, chunk: number): unknown => {
      try {
        return rowsOf(text, 'votes.json', chunk);
      } catch (error) {
        if (!(error instanceof ArenaError)) throw error;
        return [error.code, error.message];
      }
    };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), fc.integer({ min: 1, max: 6 }), (pieces, chunk) => {
        const text = pieces.join('');
        expect(attempt(text, chunk)).toEqual(attempt(text, text.length * 4 + 1));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('values of JSON that a database or a number does not hold', () => {
  it.each<readonly [string, unknown]>([
    ['{"id": 1780000000000000001}', { id: '1780000000000000001' }],
    ['{"id": -9223372036854775808}', { id: '-9223372036854775808' }],
    ['{"id": 9007199254740991, "n": 9007199254740993}', { id: 9007199254740991, n: '9007199254740993' }],
    [
      '{"ids": [1780000000000000001, 2], "f": 0.12345678901234567890}',
      { ids: ['1780000000000000001', 2], f: 0.12345678901234568 },
    ],
    [
      '{"s": "1780000000000000001: 1780000000000000001", "t": 1e20}',
      { s: '1780000000000000001: 1780000000000000001', t: 1e20 },
    ],
    [
      '{"s": "\\" 1780000000000000001", "x": NaN, "id": 1780000000000000001}',
      { s: '" 1780000000000000001', x: null, id: '1780000000000000001' },
    ],
    [
      '{"a": {"b\\u0000": ["x\\u0000", "\\ud83d", "\\ud83d\\ude00"]}}',
      { a: { 'b\uFFFD': ['x\uFFFD', '\uFFFD', '😀'] } },
    ],
    ['{"__proto__": "\\u0000"}', JSON.parse('{"__proto__": "\uFFFD"}')],
  ])('%s', (text, value) => {
    expect(rowsOf(text, 'votes.jsonl')).toEqual([{ line: 1, values: value }]);
  });

  it('a row nested 100,000 deep is refused, and the others are read', () => {
    const deep = (open: string, close: string) => `{"a": ${open.repeat(100_000)}1${close.repeat(100_000)}}`;
    const text = ['{"a": 1}', deep('[', ']'), deep('{"a":', '}'), '{"a": 2}'].join('\n');
    const reason = 'nested more than 64 deep';
    expect(shown(rowsOf(text, 'votes.jsonl'))).toEqual([{ a: 1 }, reason, reason, { a: 2 }]);
    expect(shown(rowsOf(`[${text.replaceAll('\n', ',')}]`))).toEqual([{ a: 1 }, reason, reason, { a: 2 }]);
  });
});

describe('tables of text', () => {
  it.each([
    ['pipes', 'a|b\n1,5|2\n'],
    ["Excel's line above the header", 'sep=;\na;b\n1,5;2\n'],
    ["Excel's line, Windows line ends and a mark", `${MARK}sep=|\r\na|b\r\n1,5|2\r\n`],
    ['a delimiter that only that line names', 'sep=^\na^b\n1,5^2\n'],
  ])('%s', (_, text) => {
    expect(shown(rowsOf(text, 'votes.csv'))).toEqual([{ a: '1,5', b: '2' }]);
    expect(shown(rowsOf(text, 'votes.csv', 2))).toEqual([{ a: '1,5', b: '2' }]);
  });

  it('lines are counted with the one above the header', () => {
    expect(rowsOf('sep=;\na;b\n1;2\n', 'votes.csv').map(({ line }) => line)).toEqual([3]);
  });

  it.each([
    ['', 'is empty'],
    [' \n\n', 'is empty'],
    [MARK, 'is empty'],
    ['a,b\n', 'has a header line and no rows'],
    ['sep=;\na;b', 'has a header line and no rows'],
    ['winner\ntie\n', 'has one column'],
    ['winner\ntie\n', 'no table'],
  ])('%j %s', (text, says) => {
    expect(() => rowsOf(text, 'votes.csv')).toThrowError(
      expect.objectContaining({ code: 'invalid_file', message: expect.stringContaining(says) }),
    );
  });
});
