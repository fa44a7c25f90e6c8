import type {
  Comparison,
  ComparisonSource,
  Ranking,
  RatingResult,
  RatingSettings,
  RatingWarning,
} from '@agon/domain';
import { toColumns } from '@agon/domain';
import type { ReadOptions, VotePolicy } from '@agon/formats';
import { fitRatings, rateRankedLists } from '@agon/rating';
import { readRankingFiles } from './read-comparison-files.ts';
import { countReasons, type RowsRead } from './rows-read.ts';

type Filter = {
  readonly source?: ComparisonSource;
  readonly category?: string;
  readonly language?: string;
};

/**
 * Plackett–Luce ratings of ranked lists, comparisons of two among them as lists of two. Where there is nothing but
 * those, the quicker Bradley–Terry fit, which then is the same.
 * @returns what was read, and the fit, which throws as `fitRatings` does
 */
export async function rankLists(
  files: readonly string[],
  filter: Filter,
  reading: ReadOptions & { readonly policy: VotePolicy },
  settings: RatingSettings,
): Promise<{ readonly rows: RowsRead; readonly oversampled: number; fit(): RatingResult }> {
  const {
    comparisons,
    rankings,
    refused,
    leftOutByReason,
    files: read,
  } = await readRankingFiles(files, reading);
  const passes = (row: Filter): boolean =>
    (filter.source === undefined || row.source === filter.source) &&
    (filter.category === undefined || row.category === filter.category) &&
    (filter.language === undefined || row.language === filter.language);
  const [pairs, lists] = [comparisons.filter(passes), rankings.filter(passes)];
  const taken = pairs.length + lists.length;
  return {
    rows: {
      taken,
      filtered: comparisons.length + rankings.length - taken,
      refusedByReason: countReasons(refused),
      leftOutByReason,
      refused,
      files: read,
    },
    oversampled: pairs.filter((row) => row.oversampled).length,
    fit: () =>
      rankings.length === 0 ? fitRatings(toColumns(pairs), settings) : rateMixed(pairs, lists, settings),
  };
}

function rateMixed(
  pairs: readonly Comparison[],
  lists: readonly Ranking[],
  settings: RatingSettings,
): RatingResult {
  const kept: Ranking[] = [...lists];
  const left = new Map<string, number>();
  let finer = false;
  for (const row of pairs) {
    finer ||= row.shareA !== undefined && ![0, 0.5, 1].includes(row.shareA);
    const reason =
      row.modelA === row.modelB
        ? 'same_model'
        : row.outcome === 'both_bad' && settings.bothBad === 'drop'
          ? 'both_bad'
          : (row.outcome === 'tie' || row.outcome === 'both_bad') && settings.ties === 'drop'
            ? 'tie'
            : null;
    if (reason === null) kept.push(asList(row));
    else left.set(reason, (left.get(reason) ?? 0) + 1);
  }
  const result = rateRankedLists(kept, settings);
  const warnings: RatingWarning[] = finer
    ? [
        {
          code: 'shares_ignored',
          message:
            'Some comparisons say finer than win, tie or loss who was better; beside ranked lists only that counts.',
        },
      ]
    : [];
  return {
    ...result,
    comparisons: {
      ...result.comparisons,
      excluded: [...[...left].map(([reason, count]) => ({ reason, count })), ...result.comparisons.excluded],
    },
    warnings: [...result.warnings, ...warnings],
  };
}

function asList({ modelA, modelB, outcome, ...row }: Comparison): Ranking {
  const places =
    outcome === 'a' ? [[modelA], [modelB]] : outcome === 'b' ? [[modelB], [modelA]] : [[modelA, modelB]];
  return { ...row, places, unplaced: [] };
}
