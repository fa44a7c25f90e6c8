/** Values of one column; a text that stands in many rows is sent once. */
export type SentColumn =
  | { readonly values: readonly unknown[] }
  | { readonly codes: Uint16Array; readonly texts: readonly unknown[] };

/** What the thread that reads a Parquet file says, in this order: opened, rows …, end; or a fault at any time. */
export type FromThread =
  | { readonly kind: 'opened'; readonly columns: readonly string[]; readonly rows: number }
  | {
      readonly kind: 'rows';
      readonly count: number;
      readonly names: readonly string[];
      readonly columns: readonly SentColumn[];
    }
  | { readonly kind: 'end' }
  | { readonly kind: 'fault'; readonly reason: string };

export type ThreadTask = {
  readonly path: string;
  /** Columns that nobody looks at. */
  readonly skip: readonly string[];
  /** Batches that were taken, one 32-bit number: the thread stays a few ahead of it. */
  readonly taken: SharedArrayBuffer;
};

/** Batches that may wait to be taken. */
export const AHEAD = 4;
