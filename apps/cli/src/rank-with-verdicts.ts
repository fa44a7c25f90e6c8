import { type Comparison, type RatingResult, type RatingSettings, toColumns } from '@agon/domain';
import type { ReadOptions, RefusedRow } from '@agon/formats';
import { fitRatings } from '@agon/rating';
import { readComparisonFiles } from './read-comparison-files.ts';

export type VerdictFiles = {
  /** Votes, and verdicts where a file says so itself. */
  readonly files: readonly string[];
  /** Files whose every row is a judge's verdict, whatever they say. */
  readonly verdicts: readonly string[];
  readonly category?: string;
  readonly language?: string;
};

/** People's ratings sharpened by judges' verdicts on the same battles. @throws ArenaError as `fitRatings` */
export function rankWithVerdicts(
  { files, verdicts, category, language }: VerdictFiles,
  reading: ReadOptions,
  settings: RatingSettings,
): {
  readonly result: RatingResult;
  readonly filtered: number;
  readonly read: number;
  readonly refused: readonly RefusedRow[];
} {
  const given = readComparisonFiles(files, reading);
  const judged = readComparisonFiles(verdicts, reading);
  const rows: readonly Comparison[] = [
    ...given.comparisons,
    ...judged.comparisons.map((row): Comparison => ({ ...row, source: 'judges' })),
  ];
  const kept = rows.filter(
    (row) =>
      (category === undefined || row.category === category) &&
      (language === undefined || row.language === language),
  );
  const refused = [...given.refused, ...judged.refused];
  return {
    result: fitRatings(toColumns(kept), settings),
    filtered: rows.length - kept.length,
    read: rows.length + refused.length,
    refused,
  };
}
