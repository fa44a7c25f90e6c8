import type { ComparisonPlan } from './columns/comparison-plan.ts';
import type { RowReader } from './row-reader.ts';
import type { RowSink } from './row-sink.ts';
import type { Shape } from './rows/row-stream.ts';

/** The start of a file, by which its format is recognised. */
export type FileHead = {
  readonly name: string;
  readonly shape: Shape;
  readonly columns: ReadonlySet<string>;
  /** The first row's values; empty where a header line names the columns. */
  readonly first: Readonly<Record<string, unknown>>;
};

/** One format of the field: how it is recognised, and what a row of it means. */
export type Format = {
  readonly id: string;
  readonly title: string;
  readonly matches: (head: FileHead) => boolean;
  /** Takes one row; throws `RowFault` for a row that cannot be taken. */
  readonly read: (row: RowReader, sink: RowSink) => void;
  /** For CSV files of comparisons: what `read` does, said of columns. */
  readonly plan?: ComparisonPlan;
};

/** What a caller may say about a file that the file does not say itself. */
export type ReadOptions = {
  /** Id of the format; absent: found from the file. */
  readonly format?: string;
  /** Column of the file → field of the format. */
  readonly map?: Readonly<Record<string, string>>;
  /** Scores: as fractions (1, the default) or in per cent (100). */
  readonly scale?: 1 | 100;
};
