import { OUTCOMES, STYLE_COUNTS, type StyleCount, toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnSink } from '../columns/column-sink.ts';
import { RecordSink } from '../record-sink.ts';
import { StreamedFile } from '../streamed-file.ts';
import { ArrowComparisons } from './arrow-comparisons.ts';
import { openArrow, type ReadInto } from './arrow-file.ts';
import { type ArrowOutColumn, type ArrowOutOptions, writeArrow } from './write-arrow.ts';

const readerOf =
  (bytes: Uint8Array): ReadInto =>
  (target, offset) => {
    target.set(bytes.subarray(offset, offset + target.length));
  };

function comparisonsOf(bytes: Uint8Array, map = {}, style: readonly StyleCount[] = []): ArrowComparisons {
  const read = readerOf(bytes);
  const file = openArrow('votes.arrow', bytes.length, read);
  return new ArrowComparisons(file, read, { map, rater: true, prompt: true, style });
}

function rowsOf(bytes: Uint8Array, map = {}) {
  const sink = new RecordSink(1);
  comparisonsOf(bytes, map).readInto(sink, {});
  const { comparisons, refused } = sink.records();
  return { rows: comparisons.map(({ at: _, key: __, ...row }) => row), refused };
}

/** What a sink of columns takes is what one of records does. */
function expectSameColumns(bytes: Uint8Array): void {
  const { rows, refused } = rowsOf(bytes);
  const sink = new ColumnSink({ rater: true, prompt: true });
  comparisonsOf(bytes).readInto(sink, {});
  const found = sink.taken();
  const expected = toColumns(rows);
  expect(found.refused).toEqual(refused);
  expect(found.columns.models).toEqual(expected.models);
  expect(found.columns.raters).toEqual(expected.raters);
  for (const name of ['a', 'b', 'outcome', 'rater', 'prompt'] as const)
    expect([...found.columns[name]!]).toEqual([...expected[name]!]);
}

const MODELS = ['x', 'ÿ model', 'z', 'unused', ''];
const LABELS = ['model_a', 'model_b', 'tie', 'tie (bothbad)'];

const votes = (options: ArrowOutOptions = {}, columns: Partial<Record<string, ArrowOutColumn>> = {}) =>
  writeArrow(
    [
      { name: 'model_a', codes: Int8Array.of(0, 1, 2, 0), values: MODELS },
      { name: 'model_b', codes: Int8Array.of(1, 2, 0, 2), values: MODELS },
      { name: 'winner', codes: Int8Array.of(0, 1, 2, 3) },
    ].map((column) => columns[column.name] ?? column),
    options,
  );

describe('parse(write(x)) = x for Arrow files', () => {
  const width = fc.constantFrom(Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array);
  const vote = fc.record({
    a: fc.nat(3),
    b: fc.nat(3),
    outcome: fc.nat(3),
    rater: fc.option(fc.nat(5)),
  });

  it('whatever the widths, the batches and the dictionaries', () => {
    fc.assert(
      fc.property(
        fc.array(vote, { minLength: 1, maxLength: 60 }),
        fc.tuple(width, width, width),
        fc.integer({ min: 1, max: 70 }),
        fc.boolean(),
        fc.boolean(),
        fc.uniqueArray(
          fc.string({ unit: 'grapheme', minLength: 1 }).filter((name) => name.trim() !== ''),
          { minLength: 4, maxLength: 4 },
        ),
        (given, [A, B, W], batchRows, deltas, labelled, models) => {
          const raters = ['r0', 'r1', 'r2', 'r3', 'r4', 'r5'];
          const bytes = writeArrow(
            [
              { name: 'model_a', codes: A.from(given.map((row) => row.a)), values: models },
              { name: 'model_b', codes: B.from(given.map((row) => row.b)), values: [...models].reverse() },
              {
                name: 'winner',
                codes: W.from(given.map((row) => row.outcome)),
                ...(labelled ? { values: LABELS } : {}),
              },
              {
                name: 'rater',
                codes: Int32Array.from(given.map((row) => row.rater ?? 0)),
                values: raters,
                valid: given.map((row) => row.rater !== null),
              },
            ],
            { batchRows: 8 * batchRows, deltas },
          );
          const { rows, refused } = rowsOf(bytes);
          expectSameColumns(bytes);
          const meant = given.map((row) => ({
            modelA: models[row.a],
            modelB: models[3 - row.b],
            outcome: OUTCOMES[row.outcome],
            source: 'people',
            ...(row.rater === null ? {} : { rater: raters[row.rater] }),
          }));
          expect(rows).toEqual(meant.filter((row) => row.modelA !== row.modelB));
          expect(refused.length).toBe(given.length - rows.length);

          // the chunks say the same
          const comparisons = comparisonsOf(bytes);
          expect(comparisons.isRegular).toBe(true);
          const chunked: unknown[] = [];
          for (const { a, b, outcome, modelOfA, modelOfB, outcomeOf } of comparisons.chunks()) {
            for (const [row, code] of a.entries()) {
              chunked.push({
                modelA: comparisons.models[modelOfA === undefined ? code : modelOfA[code]!],
                modelB: comparisons.models[modelOfB === undefined ? b[row]! : modelOfB[b[row]!]!],
                outcome: OUTCOMES[outcomeOf === undefined ? outcome[row]! : outcomeOf[outcome[row]!]!],
              });
            }
          }
          expect(chunked).toEqual(meant.map(({ modelA, modelB, outcome }) => ({ modelA, modelB, outcome })));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('Arrow files', () => {
  it('are read without the models that no row has', () => {
    const sink = new ColumnSink({ rater: true, prompt: true });
    comparisonsOf(votes()).readInto(sink, {});
    expect(sink.taken().columns).toMatchObject({ length: 4, models: ['x', 'ÿ model', 'z'] });
  });

  it('have their columns under the names that they are given', () => {
    const bytes = votes({}, { winner: { name: 'result', codes: Int8Array.of(0, 1, 2, 3) } });
    expect(rowsOf(bytes, { result: 'winner' }).rows).toHaveLength(4);
    expect(() => rowsOf(bytes)).toThrowError(
      expect.objectContaining({ code: 'unknown_format', hint: expect.stringContaining('result') }),
    );
  });

  it('have rows refused that have no value or no known label, with their numbers', () => {
    const bytes = votes(
      { batchRows: 8 },
      {
        model_b: {
          name: 'model_b',
          codes: Int16Array.of(1, 2, 0, 2),
          values: MODELS,
          valid: [true, false, true, true],
        },
        winner: { name: 'winner', codes: Int8Array.of(0, 0, 1, 2), values: ['model_a', 'draw', 'tie'] },
      },
    );
    expect(comparisonsOf(bytes).isRegular).toBe(false);
    const { rows, refused } = rowsOf(bytes);
    expect(rows.map((row) => row.outcome)).toEqual(['a', 'tie']);
    expect(refused).toMatchObject([
      { line: 2, column: 'model_b', reason: 'missing' },
      { line: 3, column: 'winner', value: 'draw', reason: expect.stringContaining('unknown label') },
    ]);
  });

  it('have codes refused that are no outcome', () => {
    const bytes = votes({}, { winner: { name: 'winner', codes: Int8Array.of(0, 4, -1, 2) } });
    expect(rowsOf(bytes).refused).toMatchObject([
      { line: 2, column: 'winner', value: '4' },
      { line: 3, column: 'winner' },
    ]);
  });

  it('are refused where a column has another type, or would be passed over in silence', () => {
    const plain = votes({}, { model_a: { name: 'model_a', codes: Int8Array.of(0, 1, 2, 0) } });
    expect(() => comparisonsOf(plain)).toThrowError(expect.objectContaining({ code: 'invalid_file' }));
    const weighted = votes({}, { winner: { name: 'weight', codes: Int8Array.of(1, 1, 1, 2) } });
    expect(() => comparisonsOf(weighted)).toThrowError(
      expect.objectContaining({ message: expect.stringContaining('weight') }),
    );
  });

  it('have rows refused whose model has a blank name, as text files have', () => {
    const codes = Int8Array.of(0, 1, 1, 2);
    const bytes = votes({}, { model_a: { name: 'model_a', codes, values: ['x', ' \t', 'z'] } });
    expect(comparisonsOf(bytes).isRegular).toBe(false);
    expect(rowsOf(bytes).refused).toMatchObject([
      { line: 2, column: 'model_a', reason: 'empty' },
      { line: 3, column: 'model_a', reason: 'empty' },
      { line: 4, reason: 'the same model on both sides' },
    ]);
    expectSameColumns(bytes);
  });

  it('are refused with two columns of one name, and with a map to a column that is not there', () => {
    const rater = { name: 'rater', codes: Int8Array.of(0, 1, 2, 0) };
    const columns = [
      { name: 'model_a', codes: Int8Array.of(0, 1, 2, 0), values: MODELS },
      { name: 'model_b', codes: Int8Array.of(1, 2, 0, 2), values: MODELS },
      { name: 'winner', codes: Int8Array.of(0, 1, 2, 3) },
    ];
    expect(() => comparisonsOf(writeArrow([...columns, rater, rater]))).toThrowError(
      'votes.arrow has two columns "rater".',
    );
    expect(() => comparisonsOf(writeArrow(columns), { winner: 'model_a' })).toThrowError(
      'votes.arrow has two columns "model_a".',
    );
    expect(() => comparisonsOf(writeArrow(columns), { nobody: 'rater' })).toThrowError(
      'There is no column "nobody".',
    );
  });

  it('are never read before their start', () => {
    // a reader that, like a file, has nothing there
    const readAfter =
      (bytes: Uint8Array): ReadInto =>
      (target, offset) => {
        if (!(offset >= 0 && offset + target.length <= bytes.length)) throw new Error(`read at ${offset}`);
        target.set(bytes.subarray(offset, offset + target.length));
      };
    const whole = votes();
    for (let at = 0; at < whole.length; at += 1) {
      for (const value of [0x80, 0xff]) {
        const bytes = whole.slice();
        bytes[at] = value;
        const read = readAfter(bytes);
        try {
          const sink = new RecordSink(1);
          const file = openArrow('votes.arrow', bytes.length, read);
          new ArrowComparisons(file, read).readInto(sink, {});
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_file|unknown_format)$/) });
        }
      }
    }
  });

  it('have raters and prompts by number', () => {
    const bytes = writeArrow([
      { name: 'model_a', codes: Int8Array.of(0, 1, 2, 0), values: MODELS },
      { name: 'model_b', codes: Int8Array.of(1, 2, 0, 2), values: MODELS },
      { name: 'winner', codes: Int8Array.of(0, 1, 2, 3) },
      { name: 'rater', codes: Int32Array.of(7, 2 ** 30, 3, 7), valid: [true, true, false, true] },
      { name: 'question_id', codes: Uint16Array.of(5000, 9, 9, 5000) },
    ]);
    expectSameColumns(bytes);
    expect(rowsOf(bytes).rows.map(({ rater, promptKey }) => [rater, promptKey])).toEqual([
      ['7', '5000'],
      ['1073741824', '9'],
      [undefined, '9'],
      ['7', '5000'],
    ]);
  });

  it('are refused where they are cut off, and never read beyond their end', () => {
    const whole = votes({ batchRows: 8, deltas: true });
    for (let size = 0; size < whole.length; size += 1) {
      expect(() => comparisonsOf(whole.slice(0, size))).toThrowError(
        expect.objectContaining({ code: 'invalid_file' }),
      );
    }
  });

  it('are read or refused, whichever byte is wrong', () => {
    const whole = votes();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const bytes = whole.slice();
        bytes[at] = value;
        try {
          rowsOf(bytes);
          expectSameColumns(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_file|unknown_format)$/) });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('counts of the answers in Arrow files', () => {
  const sum = (slot: 'a' | 'b') => `sum_assistant_${slot}_tokens`;
  const styled = (columns: readonly ArrowOutColumn[], batchRows = 8) =>
    writeArrow(
      [
        { name: 'model_a', codes: Int8Array.of(0, 1, 2, 0), values: MODELS },
        { name: 'model_b', codes: Int8Array.of(1, 1, 0, 2), values: MODELS },
        { name: 'winner', codes: Int8Array.of(0, 1, 2, 3) },
        ...columns,
      ],
      { batchRows },
    );
  const read = (bytes: Uint8Array, style: readonly StyleCount[], map = {}) => {
    const sink = new ColumnSink({ rater: true, prompt: true, style });
    comparisonsOf(bytes, map, style).readInto(sink, {});
    return sink.taken();
  };

  it('are read from whole numbers and floating-point ones, past rows that are refused', () => {
    const bytes = styled([
      { name: sum('a'), codes: BigInt64Array.of(70_000n, 1n, 3n, 2n ** 24n) },
      { name: sum('b'), codes: Uint8Array.of(1, 2, 3, 255) },
      { name: 'header_count_a', codes: Float64Array.of(1, 2, Number.NaN, 4.5) },
      { name: 'header_count_b', codes: Int16Array.of(300, 2, 0, 1), valid: [true, true, true, false] },
    ]);
    const { columns, refused } = read(bytes, ['length', 'headers']);
    expect(refused).toMatchObject([{ line: 2, reason: 'the same model on both sides' }]);
    expect(columns.style).toEqual({
      a: { length: Float32Array.of(70_000, 3, 2 ** 24), headers: Float32Array.of(1, Number.NaN, 4.5) },
      b: { length: Uint8Array.of(1, 3, 255), headers: Float32Array.of(300, 0, Number.NaN) },
    });
  });

  it('are those that text rows have under the same names', () => {
    const counts = fc.tuple(...STYLE_COUNTS.map(() => fc.option(fc.nat(70_000))));
    fc.assert(
      fc.property(fc.array(fc.tuple(counts, counts), { minLength: 1, maxLength: 20 }), (rows) => {
        const lines = rows.map(
          () => ({ model_a: 'x', model_b: 'y', winner: 'tie' }) as Record<string, unknown>,
        );
        const columns = (['a', 'b'] as const).flatMap((slot, side) =>
          [sum(slot), `header_count_${slot}`, `list_count_${slot}`, `bold_count_${slot}`].map(
            (name, k): ArrowOutColumn => {
              const values = rows.map((row) => row[side]![k] ?? null);
              for (const [row, value] of values.entries()) if (value !== null) lines[row]![name] = value;
              return {
                name,
                codes: Int32Array.from(values, (value) => value ?? 0),
                valid: values.map((value) => value !== null),
              };
            },
          ),
        );
        const codes = new Int8Array(rows.length);
        const bytes = writeArrow([
          { name: 'model_a', codes, values: ['x'] },
          { name: 'model_b', codes, values: ['y'] },
          { name: 'winner', codes, values: ['tie'] },
          ...columns,
        ]);
        const sink = new ColumnSink({ rater: true, prompt: true, style: STYLE_COUNTS });
        const file = new StreamedFile('votes.jsonl', {}, sink);
        file.push(new TextEncoder().encode(lines.map((line) => JSON.stringify(line)).join('\n')));
        file.end();
        const fromText = sink.taken().columns.style!;
        const fromArrow = read(bytes, STYLE_COUNTS).columns.style!;
        for (const slot of ['a', 'b'] as const)
          for (const count of STYLE_COUNTS)
            expect([...fromArrow[slot][count]!]).toEqual([...fromText[slot][count]!]);
      }),
      { numRuns: 50 },
    );
  });

  it('have rows refused with numbers that are no counts', () => {
    const bytes = styled([
      { name: sum('a'), codes: Float32Array.of(1, 2, -3, Number.POSITIVE_INFINITY) },
      { name: sum('b'), codes: Int32Array.of(-1, 2, 3, 4) },
    ]);
    const { columns, refused } = read(bytes, ['length']);
    expect(columns.length).toBe(0);
    expect(refused).toMatchObject([
      { line: 1, column: sum('b'), value: '-1', reason: 'not a count' },
      { line: 2, reason: 'the same model on both sides' },
      { line: 3, column: sum('a'), value: '-3' },
      { line: 4, column: sum('a'), value: 'Infinity' },
    ]);
  });

  it('are asked for by name where they are missing, and refused where they are no numbers', () => {
    const bytes = styled([{ name: 'tokens', codes: Int32Array.of(1, 2, 3, 4) }]);
    expect(() => read(bytes, ['length', 'bold'], { tokens: sum('a') })).toThrowError(
      expect.objectContaining({
        code: 'unknown_format',
        message: 'votes.arrow has no column sum_assistant_b_tokens, bold_count_a, bold_count_b.',
        hint: expect.stringContaining('model_a, model_b, winner, tokens'),
      }),
    );
    const codes = Int32Array.of(0, 0, 0, 0);
    const texts = styled([
      { name: sum('a'), codes, values: ['1'] },
      { name: sum('b'), codes },
    ]);
    expect(() => read(texts, ['length'])).toThrowError(
      expect.objectContaining({ code: 'invalid_file', message: expect.stringContaining('dictionary') }),
    );
  });
});
