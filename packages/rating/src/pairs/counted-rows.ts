export type CodeColumn = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

export type CountedRows = {
  readonly a: CodeColumn;
  readonly b: CodeColumn;
  readonly outcome: CodeColumn;
  readonly from: number;
  readonly to: number;
  readonly modelOfA: Int32Array | null;
  readonly modelOfB: Int32Array | null;
  readonly outcomeOf: Int32Array | null;
};

export type RefusedRows = { outcome: number; model: number; same: number };

/** Counts of one pair i < j: i won, j won, tie, both bad. */
export const SLOTS = 4;
