import type { ComparisonPlan } from './columns/comparison-plan.ts';
import type { OwnLabels } from './labels/label-meaning.ts';
import type { PreferenceRange, RowReader } from './row-reader.ts';
import type { RowSink } from './row-sink.ts';
import type { Shape } from './rows/row-stream.ts';

/** The start of a file, by which its format is recognised. */
export type FileHead = {
  readonly name: string;
  readonly shape: Shape;
  /** Under the names that the caller gives them. */
  readonly columns: ReadonlySet<string>;
  /** The first rows' values, up to 100; none where a header line names the columns. */
  readonly rows: readonly Readonly<Record<string, unknown>>[];
};

/** One format of the field: how it is recognised, and what a row of it means. */
export type Format = {
  readonly id: string;
  readonly title: string;
  /** Sets of columns: a file has all columns of one of them. */
  readonly requires: readonly (readonly string[])[];
  /** A file with a column of this name is something else. */
  readonly unless?: RegExp;
  /** What columns alone do not tell. */
  readonly fits?: (head: FileHead, options: ReadOptions) => boolean;
  /** Every column that is read. Of several formats that fit, the one that reads most of a file's columns is meant. */
  readonly columns: ReadonlySet<string>;
  /** Names of further columns that are read: annotator1, annotator2, … */
  readonly numbered?: RegExp;
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
  /** What the labels of this file mean, before those that are known. */
  readonly labels?: OwnLabels;
  /** What `preference` runs from and to: at `low` slot a wins, at `high` slot b, half-way it is a tie. */
  readonly preference?: PreferenceRange;
  /** Columns of an answer sheet that are models. */
  readonly models?: readonly string[];
};
