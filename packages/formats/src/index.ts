export { type ColumnFilter, type ColumnOptions, ColumnSink } from './columns/column-sink.ts';
export { orderByTime } from './columns/order-by-time.ts';
export type { Format, ReadOptions } from './format.ts';
export { FORMATS } from './formats.ts';
export type { LabelMeaning, OwnLabels } from './labels/label-meaning.ts';
export type { SeenLabel } from './labels/label-tally.ts';
export { WINNERS } from './labels/winner-labels.ts';
export { detectFormat, readFile, type SourceFile } from './read-file.ts';
export { formatById } from './recognise-format.ts';
export type {
  Place,
  ReadAnswer,
  ReadComparison,
  ReadFile,
  ReadMaterial,
  ReadPrompt,
  ReadScore,
  RefusedRow,
} from './record.ts';
export { type RecordFieldChoice, RecordSink } from './record-sink.ts';
export type { PreferenceRange } from './row-reader.ts';
export { RowFault } from './row-reader.ts';
export {
  KEEP_ALL,
  type LeftOutReason,
  type NewComparison,
  type RowSink,
  requireComparison,
  requirePrompt,
  SKIPPED,
  unwantedRanking,
  type VotePolicy,
} from './row-sink.ts';
export type { SourceRow } from './rows/source-row.ts';
export { StreamedFile, type StreamedRead } from './streamed-file.ts';
export { type AlpacaEvalOutput, writeAlpacaEvalOutputs } from './writers/write-alpaca-eval-outputs.ts';
export { type PreferencePair, writeDpoPairs } from './writers/write-dpo-pairs.ts';
export { type KnownScore, writeEveryEvalEver } from './writers/write-every-eval-ever.ts';
export { type FastchatBattle, writeFastchatBattles } from './writers/write-fastchat-battles.ts';
export { writeCsv, writeJsonl } from './writers/write-rows.ts';
