import type { ComparisonColumns } from '@agon/domain';

/** Some of the comparisons, in the order of `rows`; the style of answers is left behind. */
export function pickRows(columns: ComparisonColumns, rows: Int32Array): ComparisonColumns {
  const ints = (from: ArrayLike<number>): Int32Array => rows.map((row) => from[row]!);
  const floats = (from: ArrayLike<number>): Float64Array => Float64Array.from(rows, (row) => from[row]!);
  return {
    length: rows.length,
    models: columns.models,
    a: ints(columns.a),
    b: ints(columns.b),
    outcome: Int8Array.from(rows, (row) => columns.outcome[row]!),
    ...(columns.weight === undefined ? {} : { weight: floats(columns.weight) }),
    ...(columns.shareA === undefined ? {} : { shareA: floats(columns.shareA) }),
    ...(columns.rater === undefined ? {} : { rater: ints(columns.rater) }),
    ...(columns.prompt === undefined ? {} : { prompt: ints(columns.prompt) }),
    ...(columns.turn === undefined ? {} : { turn: ints(columns.turn) }),
    ...(columns.raters === undefined ? {} : { raters: columns.raters }),
  };
}
