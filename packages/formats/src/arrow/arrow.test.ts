import { OUTCOMES } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ColumnSink } from '../columns/column-sink.ts';
import { RecordSink } from '../record-sink.ts';
import { ArrowComparisons } from './arrow-comparisons.ts';
import { openArrow, type ReadInto } from './arrow-file.ts';
import { type ArrowOutColumn, type ArrowOutOptions, writeArrow } from './write-arrow.ts';

const readerOf =
  (bytes: Uint8Array): ReadInto =>
  (target, offset) => {
    target.set(bytes.subarray(offset, offset + target.length));
  };

function comparisonsOf(bytes: Uint8Array, map = {}): ArrowComparisons {
  const read = readerOf(bytes);
  const file = openArrow('votes.arrow', bytes.length, read);
  return new ArrowComparisons(file, read, { map, rater: true, prompt: true });
}

function rowsOf(bytes: Uint8Array, map = {}) {
  const sink = new RecordSink(1);
  comparisonsOf(bytes, map).readInto(sink, {});
  const { comparisons, refused } = sink.records();
  return { rows: comparisons.map(({ at: _, key: __, ...row }) => row), refused };
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
        fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 4, maxLength: 4 }),
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
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid_file|unknown_format)$/) });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
