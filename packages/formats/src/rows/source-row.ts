/** A row as the file has it, before any format gives it a meaning. `line` counts from 1 and is where the row starts. */
type GoodRow = { readonly line: number; readonly values: Readonly<Record<string, unknown>> };

/** A row that is no record at all: a torn line, a list in place of an object, a CSV line with a cell too many. */
export type BrokenRow = { readonly line: number; readonly reason: string; readonly value: string };

export type SourceRow = GoodRow | BrokenRow;

export function isBroken(row: SourceRow): row is BrokenRow {
  return 'reason' in row;
}

export type TakeRow = (row: SourceRow) => void;

/** Cuts the bytes of one file into rows. */
export type RowSplitter = {
  /**
   * Takes every row that ends within `bytes`.
   * @param last nothing follows: what is left is a row, or broken
   * @returns where the first row starts that is not taken: those bytes come again, with more behind them
   */
  readonly split: (bytes: Uint8Array, last: boolean) => number;
};

/** Characters of a broken row that are shown. */
export const EXCERPT = 100;
