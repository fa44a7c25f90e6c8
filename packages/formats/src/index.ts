export { type ColumnOptions, ColumnSink } from './columns/column-sink.ts';
export type { Format, ReadOptions } from './format.ts';
export { FORMATS } from './formats.ts';
export { detectFormat, readFile, type SourceFile } from './read-file.ts';
export type {
  Place,
  ReadAnswer,
  ReadComparison,
  ReadFile,
  ReadPrompt,
  ReadScore,
  RefusedRow,
} from './record.ts';
export { RecordSink } from './record-sink.ts';
export type { RowSink } from './row-sink.ts';
export { StreamedFile } from './streamed-file.ts';
export { writeCsv, writeJsonl } from './write-rows.ts';
