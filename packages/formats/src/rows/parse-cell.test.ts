import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCell, storableText } from './parse-json.ts';

/** Left: as `repr` of Python 3.13, `str` of NumPy 2.1 or `json.dumps` print it. */
describe('parseCell', () => {
  it.each<readonly [string, unknown]>([
    ['["a", "b"]', ['a', 'b']],
    ['{"a": [1, null, true]}', { a: [1, null, true] }],
    ['["null \\u0000 byte"]', ['null \uFFFD byte']],
    ['["half \\ud83d pair"]', ['half \uFFFD pair']],
    ['["\\ud83d\\ude00"]', ['😀']],
    ['{"a\\u0000": 1}', { 'a\uFFFD': 1 }],
    ['[NaN, -Infinity]', [null, Number.NEGATIVE_INFINITY]],
    ['[1780000000000000001, 12, 1e3]', ['1780000000000000001', 12, 1000]],
    ['[]', []],
    ['{}', {}],
    ["['p0']", ['p0']],
    ["  ['p0' , 'p1' ]\n", ['p0', 'p1']],
    [`['a', "it's"]`, ['a', "it's"]],
    [`["it's", 'x']`, ["it's", 'x']],
    ["{'flagged': False, 'n': None}", { flagged: false, n: null }],
    ["{'score': nan, 'most': inf, 'least': -1.5e-07}", { score: null, most: Infinity, least: -1.5e-7 }],
    ["{'id': 1780000000000000001}", { id: '1780000000000000001' }],
    ["{1: 'a', None: 'b'}", { 1: 'a', None: 'b' }],
    [
      "[{'role': 'user', 'content': 'a'}\n {'role': 'assistant', 'content': 'b'}]",
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
      ],
    ],
    ["['a' 'b']", ['a', 'b']],
    ['[1 2 30]', [1, 2, 30]],
    ['[1.  0.5]', [1, 0.5]],
    ["array(['a', 'b'], dtype=object)", ['a', 'b']],
    ["{'x': array([1, 2]), 'y': array([], dtype='<U1')}", { x: [1, 2], y: [] }],
    ["[np.float64(0.5), np.str_('a'), np.True_]", [0.5, 'a', true]],
    ["['\\n\\t\\\\\\'\\x41\\u6a21\\U0001f600']", ["\n\t\\'A模😀"]],
    ["['\\x00 \\ud83d']", ['\uFFFD \uFFFD']],
    ["['\\ud83d\\ude00']", ['😀']],
    ["{'__proto__': 1}", JSON.parse('{"__proto__": 1}')],
  ])('%s', (text, value) => {
    expect(parseCell(text)).toEqual(value);
  });

  it.each([
    'a text',
    'array of texts',
    '5',
    '"text"',
    'None',
    '',
    '[1] is the first',
    '[a, b]',
    '[citation needed]',
    "['a'",
    "['a',]",
    "['a' 'b', 'c']",
    "['a''b']",
    "['a', ...]",
    "['a' ... 'z']",
    "['a\nb']",
    "['\\q']",
    "['\\N{DASH}']",
    "['\\x4']",
    "['\\U00110000']",
    "[b'a']",
    "{'a': 1, 'a': 2}",
    '{"a": 1, "a": 2}',
    "{'a'}",
    '[1.2.3]',
    '[12abc]',
    '[01]x',
    "array(['a']",
  ])('is undefined for %s', (text) => {
    expect(parseCell(text)).toBeUndefined();
  });

  it.each([
    ['and never closed', '['.repeat(100_000)],
    ['in JSON', `${'['.repeat(200)}${']'.repeat(200)}`],
    ['in Python', `${'['.repeat(200)}'a'${']'.repeat(200)}`],
  ])('is undefined for lists too deep in each other, %s', (_, text) => {
    expect(parseCell(text)).toBeUndefined();
  });

  it('gives what JSON.parse gives, made storable', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
        expect(parseCell(JSON.stringify(value))).toEqual(storable(JSON.parse(JSON.stringify(value))));
      }),
    );
  });

  it('reads back what Python would print', () => {
    const literal = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.maxSafeInteger(),
        fc.constantFrom(null, true, false),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(literal, { maxLength: 4 }), fc.constantFrom(', ', '\n '), (value, separator) => {
        expect(parseCell(printed(value, separator))).toEqual(storable(value));
      }),
    );
  });
});

/** As `repr` prints it. `separator`: of the outermost list's items. */
function printed(value: unknown, separator = ', '): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => printed(item)).join(separator)}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([key, inner]) => `${quoted(key)}: ${printed(inner)}`);
  return `{${entries.join(', ')}}`;
}

function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = [...text].map((unit) => {
    const code = unit.codePointAt(0)!;
    if (unit === quote || unit === '\\') return `\\${unit}`;
    if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code >= 0xd800 && code <= 0xdfff ? `\\u${code.toString(16)}` : unit;
  });
  return `${quote}${escaped.join('')}${quote}`;
}

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  // written as digits, and no number holds them for certain
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(Number(value)) < 1e21)
    return String(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storable(inner)]),
  );
}
