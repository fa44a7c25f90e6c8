import type { ComparisonColumns } from '@agon/domain';

/**
 * The same columns with raters and prompts numbered in the order in which rows name them, as those of a file are: sums
 * over clusters are then made in the same order, and equal to the last bit.
 */
export function numberByAppearance(columns: ComparisonColumns): ComparisonColumns {
  const { rater, prompt, raters } = columns;
  const numbered = rater === undefined ? null : renumber(rater);
  return {
    ...columns,
    ...(numbered === null ? {} : { rater: numbered.codes }),
    ...(numbered === null || raters === undefined
      ? {}
      : { raters: numbered.known.map((code) => raters[code]!) }),
    ...(prompt === undefined ? {} : { prompt: renumber(prompt).codes }),
  };
}

function renumber(column: Int32Array): { readonly codes: Int32Array; readonly known: readonly number[] } {
  const numbers = new Map<number, number>();
  const codes = column.map((code) => {
    if (code < 0) return -1;
    const known = numbers.get(code);
    if (known !== undefined) return known;
    numbers.set(code, numbers.size);
    return numbers.size - 1;
  });
  return { codes, known: [...numbers.keys()] };
}
