import { toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFile } from '../read-file.ts';
import { StreamedFile } from '../streamed-file.ts';
import { type ColumnOptions, ColumnSink } from './column-sink.ts';

const ALL: ColumnOptions = { rater: true, prompt: true };

function columnsOf(text: string, options: ColumnOptions = ALL, chunk = 50) {
  const sink = new ColumnSink(options);
  const bytes = new TextEncoder().encode(text);
  const file = new StreamedFile('file', {}, sink);
  for (let at = 0; at < bytes.length; at += chunk) file.push(bytes.slice(at, at + chunk));
  return { ...file.end(), ...sink.taken() };
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Cells that are regular, and cells that only the long way reads or refuses. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  model_a: ['x', 'y', 'modèle', 'z', '', ' ', 'a "b"', 'c,d'],
  model_b: ['x', 'y', 'u', '"x"', '\u00a0', 'v\nw'],
  winner: ['model_a', 'model_b', 'tie', ' tie ', 'both_bad', 'tie (bothbad)', 'Tie', 'draw', ''],
  rater: ['r1', 'r2', '', ' ', 'ré'],
  voter: ['v1', ''],
  judge: ['gpt', '', 'x y'],
  prompt_id: ['p1', 'p2', '', '\t'],
  question_id: ['q1', ''],
  weight: ['1', '1', '2.5', '0', '-1', 'x', '', 'NaN'],
  share_a: ['0.5', '1', '', '1.5', ' '],
  turn: ['1', '2', '', '0', '1.5'],
  source: ['people', 'judges', 'human', '', 'martians'],
  category: ['math', 'code', ''],
  language: ['en', 'zh', ''],
  timestamp: [
    '1700000000',
    '1700000000.25',
    '2024-05-01T12:00:00Z',
    '2024-13-01T12:00:00Z',
    '1.2.3',
    'x',
    '',
    '2024-05-01',
  ],
  id: ['1', '', ' ', 'é'],
  note: ['', 'free, text', '"', 'é', ' '],
};

const file = fc
  .uniqueArray(fc.constantFrom(...Object.keys(CELLS)), { minLength: 0 })
  .map((columns) => [...new Set([...columns, 'model_a', 'model_b', 'winner'])])
  .chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.tuple(...columns.map((column) => fc.constantFrom(...CELLS[column]!))), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
    ),
  )
  .map(([columns, rows, end, always]) =>
    [columns, ...rows]
      .map((cells) =>
        cells.map((cell) => (always && !cell.includes('"') ? `"${cell}"` : quoted(cell))).join(','),
      )
      .join(end),
  );

const options = fc.record(
  {
    source: fc.constantFrom('people', 'judges'),
    category: fc.constantFrom('math', 'nothing'),
    language: fc.constantFrom('en', 'nothing'),
    rater: fc.constant(true),
    prompt: fc.constant(true),
  },
  { requiredKeys: ['rater', 'prompt'] },
) as fc.Arbitrary<ColumnOptions>;

describe('comparisons as columns', () => {
  it.each([
    ['plain', (text: string) => text],
    [
      'fastchat-battles',
      (text: string) => text.replace(/\b(?:timestamp)\b/, 'tstamp').replace(/\bvoter\b/, 'anony'),
    ],
  ])('are those that rows give, whichever way they are read (%s)', (_, change) => {
    fc.assert(
      fc.property(file, options, fc.integer({ min: 1, max: 200 }), (given, wanted, chunk) => {
        const text = change(given);
        const rows = readFile({ name: 'file', text });
        const kept = rows.comparisons.filter(
          (row) =>
            (wanted.source === undefined || row.source === wanted.source) &&
            (wanted.category === undefined || row.category === wanted.category) &&
            (wanted.language === undefined || row.language === wanted.language),
        );
        const expected = toColumns(kept);
        const { columns, filtered, refused, rowsRead, format } = columnsOf(text, wanted, chunk);
        expect(format).toBe(rows.format);
        expect(rowsRead).toBe(rows.rowsRead);
        expect(refused).toEqual(rows.refused);
        expect(filtered).toBe(rows.comparisons.length - kept.length);
        expect(columns.models).toEqual(expected.models);
        expect([...columns.a]).toEqual([...expected.a]);
        expect([...columns.b]).toEqual([...expected.b]);
        expect([...columns.outcome]).toEqual([...expected.outcome]);
        expect([...(columns.rater ?? [])]).toEqual([...(expected.rater ?? [])]);
        expect([...(columns.prompt ?? [])]).toEqual([...(expected.prompt ?? [])]);
        const weights = [...kept.map((row) => row.weight ?? 1)];
        expect(columns.weight === undefined ? weights.map(() => 1) : [...columns.weight]).toEqual(weights);
        const shares = [...kept.map((row) => row.shareA ?? Number.NaN)];
        expect(columns.shareA === undefined ? shares.map(() => Number.NaN) : [...columns.shareA]).toEqual(
          shares,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('go the short way where rows are regular', () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `m${i % 7},m${7 + (i % 9)},tie,r${i}`);
    const { columns } = columnsOf(`model_a,model_b,winner,rater\n${rows.join('\n')}\n`, ALL, 4096);
    expect(columns.length).toBe(5000);
    expect(columns.models).toHaveLength(16);
    expect(new Set(columns.rater).size).toBe(5000);
  });

  it('say what was refused, and where', () => {
    const { refused, refusedByReason } = columnsOf('model_a,model_b,winner\nx,y,a\nx,y,draw\nx,x,a\n');
    expect(refused).toMatchObject([
      { line: 3, column: 'winner', value: 'draw' },
      { line: 4, reason: 'the same model on both sides' },
    ]);
    expect([...refusedByReason.values()]).toEqual([1, 1]);
  });

  it('come from JSON as well, several files into one', () => {
    const sink = new ColumnSink({ rater: false, prompt: false });
    for (const text of [
      '[{"model_a":"x","model_b":"y","winner":"tie"}]',
      '{"model_a":"y","model_b":"z","winner":"a","weight":2}\n',
    ]) {
      const streamed = new StreamedFile('file', {}, sink);
      streamed.push(new TextEncoder().encode(text));
      streamed.end();
    }
    const { columns } = sink.taken();
    expect(columns).toMatchObject({ length: 2, models: ['x', 'y', 'z'] });
    expect([...(columns.weight ?? [])]).toEqual([1, 2]);
    expect(columns.rater).toBeUndefined();
  });
});
