import { type Comparison, type RatingResult, type RatingSettings, toColumns } from '@agon/domain';
import type { ReadOptions, VotePolicy } from '@agon/formats';
import { fitRatings } from '@agon/rating';
import { readComparisonFiles } from './read-comparison-files.ts';
import { addCounts, countReasons, type RowsRead } from './rows-read.ts';

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
  reading: ReadOptions & { readonly policy: VotePolicy },
  settings: RatingSettings,
): Promise<{ readonly rows: RowsRead; readonly oversampled: number; fit(): RatingResult }> {
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
      leftOutByReason: addCounts(given.leftOutByReason, judged.leftOutByReason),
      refused,
      files: [...given.files, ...judged.files],
    },
    oversampled: kept.filter((row) => row.oversampled).length,
    fit: () => fitRatings(toColumns(kept), settings),
  };
}
