import type { ComparisonColumns } from '@agon/domain';

type Column = Int32Array | Uint32Array | Uint16Array | Int8Array | Uint8Array | Float64Array;

/** The rows listed, side by side in columns of their own; without the counts of answers. */
export function pickRows<
  Columns extends Pick<
    ComparisonColumns,
    'length' | 'a' | 'b' | 'outcome' | 'weight' | 'shareA' | 'rater' | 'prompt'
  >,
>(columns: Columns, rows: Int32Array): Columns {
  const { a, b, outcome, weight, shareA, rater, prompt } = columns;
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
    style: undefined,
  };
}

function pick<Picked extends Column>(from: Picked, rows: Int32Array): Picked {
  const picked = from.slice(0, rows.length) as Picked;
  for (let k = 0; k < rows.length; k += 1) picked[k] = from[rows[k]!]!;
  return picked;
}
