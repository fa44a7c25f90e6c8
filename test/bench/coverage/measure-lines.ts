import {
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  type RatingResult,
  type RatingSettings,
} from '@agon/domain';
import { fitRatings } from '@agon/rating';
import { CoverageTally, type Held } from './coverage-tally.ts';
import type { ReadIntervals } from './read-intervals.ts';

export type Line = {
  readonly name: string;
  readonly settings: Partial<RatingSettings>;
  readonly read: ReadIntervals;
  /** Method of the truth, where it is another one. */
  readonly truth?: RatingSettings['method'];
};

export type MeasuredLine = readonly [name: string, tally: CoverageTally];

type Truth = {
  readonly values: ReadonlyMap<string, number>;
  readonly ranks: ReadonlyMap<string, number>;
};

/**
 * How often the intervals of `lines` hold the truth. The truth of a line is what its own method says of `endless`, many
 * more votes of the same world: an interval answers for the votes that were not cast, not for the method's model.
 * @param campaign comparisons of campaign n, from 0
 */
export function measureLines(
  lines: readonly Line[],
  endless: ComparisonColumns,
  campaigns: number,
  campaign: (n: number) => ComparisonColumns,
): MeasuredLine[] {
  const measured = lines.map((line) => ({ line, truth: truthOf(line, endless), tally: new CoverageTally() }));
  for (let n = 0; n < campaigns; n += 1) {
    const columns = campaign(n);
    for (const { line, truth, tally } of measured) {
      hold(
        tally,
        line,
        truth,
        fitRatings(columns, { ...DEFAULT_RATING_SETTINGS, ...line.settings, seed: n }),
      );
    }
  }
  return measured.map(({ line, tally }) => [line.name, tally] as const);
}

function truthOf(line: Line, endless: ComparisonColumns): Truth {
  const settings: RatingSettings = {
    ...DEFAULT_RATING_SETTINGS,
    ...line.settings,
    ...(line.truth === undefined ? {} : { method: line.truth }),
    interval: 'none',
    cluster: 'none',
  };
  const result = fitRatings(endless, settings);
  return {
    values: new Map(line.read(result).map(({ name, value }) => [name, value!])),
    ranks: new Map(result.models.map(({ model, rank }) => [model, rank!])),
  };
}

function hold(tally: CoverageTally, line: Line, truth: Truth, result: RatingResult): void {
  const baseline = line.settings.baseline ?? null;
  const intervals = line.read(result).flatMap(({ name, low, high }): Held[] =>
    // the baseline is 50 by definition
    name === baseline || low === null || high === null ? [] : [{ low, high, truth: truth.values.get(name)! }],
  );
  const ofModels = intervals.length > 1 && line.read(result).every(({ name }) => truth.ranks.has(name));
  const sets = result.models.filter(({ rankLow }) => ofModels && rankLow !== null);
  const holdsAll = sets.every(({ model, rankLow, rankHigh }) => {
    const rank = truth.ranks.get(model)!;
    return rankLow! <= rank && rank <= rankHigh!;
  });
  tally.add(intervals, sets.length === 0 ? null : holdsAll);
}
