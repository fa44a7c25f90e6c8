import { toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OwnLabels } from '../labels/label-meaning.ts';
import { RecordSink } from '../record-sink.ts';
import { reasonToLeaveOut } from '../row-sink.ts';
import { StreamedFile } from '../streamed-file.ts';
import { type ColumnOptions, ColumnSink } from './column-sink.ts';

const ALL: ColumnOptions = { rater: true, prompt: true };

function columnsOf(text: string, options: ColumnOptions = ALL, chunk = 50, labels: OwnLabels = {}) {
  const sink = new ColumnSink(options);
  const bytes = new TextEncoder().encode(text);
  const file = new StreamedFile('file', { labels }, sink);
  for (let at = 0; at < bytes.length; at += chunk) file.push(bytes.slice(at, at + chunk));
  return { ...file.end(), ...sink.taken() };
}

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** Cells that are regular, and cells that only the long way reads or refuses. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  model_a: ['x', 'y', 'modèle', 'z', '', ' ', 'a "b"', 'c,d', 'B'],
  model_b: ['x', 'y', 'u', '"x"', '\u00a0', 'v\nw'],
  winner: [
    'model_a',
    'model_b',
    'tie',
    ' tie ',
    'both_bad',
    'tie (bothbad)',
    'tie (inconsistent)',
    'draw',
    '',
    'x',
    ' y',
    'B',
    '1',
    '2.0',
    '-1',
  ],
  anony: ['True', 'False', '0', '', 'maybe'],
  dedup_tag: ['', "{'high_freq': True, 'sampled': False}", '{"sampled": true}', '{"sampled": false}', 'x'],
  rater: ['r1', 'r2', '', ' ', 'ré'],
  voter: ['v1', ''],
  judge: ['gpt', '', 'x y', 'expert_1'],
  evaluation_session_id: ['s1', ''],
  prompt: ['hi', 'bye', ''],
  prompt_id: ['p1', 'p2', '', '\t'],
  question_id: ['q1', ''],
  weight: ['1', '1', '2.5', '0', '-1', 'x', '', 'NaN', '0x10', '1e3'],
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
    '1700000000123',
    '1700000000123456',
    '1700000000.1312339',
    '2024-05-01 12:00:00.5+02:00',
    '-1',
    ' ',
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
    byTime: fc.boolean(),
    policy: fc.record({
      unblinded: fc.constantFrom('drop', 'keep'),
      oversampled: fc.constantFrom('drop', 'keep'),
    }),
  },
  { requiredKeys: ['rater', 'prompt', 'policy'] },
) as fc.Arbitrary<ColumnOptions>;

const OWN: OwnLabels = {
  '1': { outcome: 'a', strength: 1 },
  '2': { outcome: 'b', strength: 3 },
  '-1': 'skip',
  y: { outcome: 'tie', strength: 1 },
};

/** The same rows, each read by itself. */
function recordsOf(text: string, labels: OwnLabels) {
  const sink = new RecordSink(1, { texts: false });
  const file = new StreamedFile('file', { labels }, sink);
  file.push(new TextEncoder().encode(text));
  return { ...file.end(), ...sink.records(), leftOut: sink.leftOut() };
}

describe('comparisons as columns', () => {
  it.each([
    ['plain', (text: string) => text],
    [
      'fastchat-battles',
      (text: string) => text.replace(/\b(?:timestamp)\b/, 'tstamp').replace(/\bvoter\b/, 'judge_hash'),
    ],
  ])('are those that rows give, whichever way they are read (%s)', (_, change) => {
    fc.assert(
      fc.property(
        file,
        options,
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        (given, wanted, chunk, own) => {
          const text = change(given);
          const labels = own ? OWN : {};
          const policy = wanted.policy!;
          const rows = recordsOf(text, labels);
          const passing = rows.comparisons.filter(
            (row) =>
              (wanted.source === undefined || row.source === wanted.source) &&
              (wanted.category === undefined || row.category === wanted.category) &&
              (wanted.language === undefined || row.language === wanted.language),
          );
          const kept = passing.filter((row) => reasonToLeaveOut(row, policy) === null);
          const isByTime =
            wanted.byTime === true && kept.length > 0 && kept.every((row) => row.atMs !== undefined);
          const inOrder = kept.map((_, at) => at);
          if (isByTime) inOrder.sort((one, other) => kept[one]!.atMs! - kept[other]!.atMs!);
          const reasons = Map.groupBy(passing, (row) => reasonToLeaveOut(row, policy));
          const expected = toColumns(kept);
          const read = columnsOf(text, wanted, chunk, labels);
          const { columns, filtered, refused, rowsRead, format } = read;
          expect(read.isByTime).toBe(isByTime);
          expect(read.unused).toEqual(rows.unused);
          expect(read.leftOutByReason.get('skipped')).toBe(rows.leftOut.get('skipped'));
          expect(read.leftOutByReason.get('not_blind')).toBe(reasons.get('not_blind')?.length);
          expect(read.leftOutByReason.get('oversampled')).toBe(reasons.get('oversampled')?.length);
          expect(read.oversampled).toBe(kept.filter((row) => row.oversampled).length);
          expect(format).toBe(rows.format);
          expect(rowsRead).toBe(rows.rowsRead);
          expect(refused).toEqual(rows.refused);
          expect(filtered).toBe(rows.comparisons.length - passing.length);
          expect(columns.models).toEqual(expected.models);
          const ordered = (column: ArrayLike<number>) => inOrder.map((at) => column[at]);
          expect([...columns.a]).toEqual(ordered(expected.a));
          expect([...columns.b]).toEqual(ordered(expected.b));
          expect([...columns.outcome]).toEqual(ordered(expected.outcome));
          expect([...(columns.rater ?? [])]).toEqual(ordered(expected.rater ?? []));
          expect([...(columns.prompt ?? [])]).toEqual(ordered(expected.prompt ?? []));
          const weights = ordered(kept.map((row) => row.weight ?? 1));
          expect(columns.weight === undefined ? weights.map(() => 1) : [...columns.weight]).toEqual(weights);
          const shares = ordered(kept.map((row) => row.shareA ?? Number.NaN));
          expect(columns.shareA === undefined ? shares.map(() => Number.NaN) : [...columns.shareA]).toEqual(
            shares,
          );
        },
      ),
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
