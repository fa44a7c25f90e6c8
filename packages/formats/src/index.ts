export type {
  Place,
  ReadAnswer,
  ReadComparison,
  ReadFile,
  ReadPrompt,
  ReadScore,
  RefusedRow,
} from './record.ts';
