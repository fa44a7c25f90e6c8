import type { ComparisonColumns, RatingSettings } from '@agon/domain';

/** Codes up to this many times the rows are used as they are: sums over clusters keep a place for each code. */
const SPARSE = 4;

/**
 * The same columns with raters or prompts numbered from 0 without gaps, where the codes that a clustered interval needs
 * are far apart (numbers of a database, hashes): tables by code would then be larger than the data by any factor.
 */
export function renumberClusters(
  columns: ComparisonColumns,
  { cluster }: Pick<RatingSettings, 'cluster'>,
): ComparisonColumns {
  const rater = cluster.includes('rater') ? numberDensely(columns.rater) : null;
  const prompt = cluster.includes('prompt') ? numberDensely(columns.prompt) : null;
  if (rater === null && prompt === null) return columns;
  const { raters } = columns;
  return {
    ...columns,
    ...(rater === null ? {} : { rater: rater.codes }),
    ...(rater === null || raters === undefined
      ? {}
      : { raters: rater.known.map((code) => raters[code] ?? '') }),
    ...(prompt === null ? {} : { prompt: prompt.codes }),
  };
}

/** Null where the codes are close enough as they are. */
function numberDensely(
  column: Int32Array | undefined,
): { readonly codes: Int32Array; readonly known: readonly number[] } | null {
  if (column === undefined) return null;
  let largest = -1;
  for (let row = 0; row < column.length; row += 1) if (column[row]! > largest) largest = column[row]!;
  if (largest < SPARSE * column.length + 1024) return null;
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
