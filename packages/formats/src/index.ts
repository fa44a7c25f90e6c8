export { type ColumnFilter, type ColumnOptions, ColumnSink } from './columns/column-sink.ts';
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
export { RowFault } from './row-reader.ts';
export {
  type NewComparison,
  type RowSink,
  requireComparison,
  requirePrompt,
  unwantedRanking,
} from './row-sink.ts';
export type { SourceRow } from './rows/source-row.ts';
export { formatById, StreamedFile } from './streamed-file.ts';
export { type AlpacaEvalOutput, writeAlpacaEvalOutputs } from './writers/write-alpaca-eval-outputs.ts';
export { type KnownScore, writeEveryEvalEver } from './writers/write-every-eval-ever.ts';
export { type FastchatBattle, writeFastchatBattles } from './writers/write-fastchat-battles.ts';
export { writeCsv, writeJsonl } from './writers/write-rows.ts';
