import type { ComparisonColumns } from '@agon/domain';

type Column = Int32Array | Uint32Array | Uint16Array | Int8Array | Uint8Array | Float64Array;

/** Some of the comparisons, in the order of `rows`; the style of answers is left behind. */
export function pickRows<
  Columns extends Pick<
    ComparisonColumns,
    'length' | 'a' | 'b' | 'outcome' | 'weight' | 'shareA' | 'rater' | 'prompt' | 'turn'
  >,
>(columns: Columns, rows: Int32Array): Columns {
  const { a, b, outcome, weight, shareA, rater, prompt, turn } = columns;
  return {
    ...columns,
    length: rows.length,
    a: pick(a, rows),
    b: pick(b, rows),
    outcome: pick(outcome, rows),
    ...(weight === undefined ? {} : { weight: pick(weight, rows) }),
    ...(shareA === undefined ? {} : { shareA: pick(shareA, rows) }),
    ...(rater === undefined ? {} : { rater: pick(rater, rows) }),
    ...(prompt === undefined ? {} : { prompt: pick(prompt, rows) }),
    ...(turn === undefined ? {} : { turn: pick(turn, rows) }),
    style: undefined,
  };
}

function pick<Picked extends Column>(from: Picked, rows: Int32Array): Picked {
  const picked = from.slice(0, rows.length) as Picked;
  for (let k = 0; k < rows.length; k += 1) picked[k] = from[rows[k]!]!;
  return picked;
}
