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
export { writeCsv, writeJsonl } from './write-rows.ts';
