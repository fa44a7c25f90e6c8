import { type Comparison, type RatingResult, type RatingSettings, toColumns } from '@agon/domain';
import type { ReadOptions } from '@agon/formats';
import { fitRatings } from '@agon/rating';
import { countReasons, type RowsRead } from './nothing-left.ts';
import { readComparisonFiles } from './read-comparison-files.ts';

export type VerdictFiles = {
  /** Votes, and verdicts where a file says so itself. */
  readonly files: readonly string[];
  /** Files whose every row is a judge's verdict, whatever they say. */
  readonly verdicts: readonly string[];
  readonly category?: string;
  readonly language?: string;
};

/**
 * People's ratings sharpened by judges' verdicts on the same battles.
 * @returns what was read, and the fit, which throws as `fitRatings` does
 */
export async function rankWithVerdicts(
  { files, verdicts, category, language }: VerdictFiles,
  reading: ReadOptions,
  settings: RatingSettings,
): Promise<{ readonly rows: RowsRead; fit(): RatingResult }> {
  const given = await readComparisonFiles(files, reading);
  const judged = await readComparisonFiles(verdicts, reading);
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
    rows: {
      taken: kept.length,
      filtered: rows.length - kept.length,
      refusedByReason: countReasons(refused),
      refused,
      files: [...given.files, ...judged.files],
    },
    fit: () => fitRatings(toColumns(kept), settings),
  };
}
