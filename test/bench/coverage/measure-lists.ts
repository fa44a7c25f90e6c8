import { DEFAULT_RATING_SETTINGS, type RatingSettings } from '@agon/domain';
import { rateRankedLists } from '@agon/rating';
import type { MeasuredLine } from './measure-lines.ts';
import { measureReadings } from './measure-readings.ts';
import { readRatings } from './read-intervals.ts';
import { type ListsSize, simulateLists } from './simulate-lists.ts';
import type { VotingWorld } from './simulate-votes.ts';

/** The truth is Plackett and Luce's fit to so many times the lists of a campaign. */
const TIMES = 100;

const LINES = [
  ['Plackett–Luce, by rater and prompt', 'rater,prompt'],
  ['Plackett–Luce, by rater', 'rater'],
  ['Plackett–Luce, lists as if independent', 'none'],
] as const;

export function measureLists(
  world: VotingWorld,
  size: ListsSize,
  campaigns: number,
  seed: string,
): MeasuredLine[] {
  const settings = (over: Partial<RatingSettings>): RatingSettings => ({
    ...DEFAULT_RATING_SETTINGS,
    method: 'plackett-luce',
    ...over,
  });
  const { lists, raters, prompts } = size;
  const endless = simulateLists(
    world,
    { lists: TIMES * lists, raters: TIMES * raters, prompts: TIMES * prompts },
    `${seed}/truth`,
  );
  const truth = new Map(
    readRatings(rateRankedLists(endless, settings({ interval: 'none' }))).map(({ name, value }) => [
      name,
      value!,
    ]),
  );
  return LINES.flatMap(([line, cluster]) =>
    measureReadings(new Map(), campaigns, (n) =>
      readRatings(
        rateRankedLists(simulateLists(world, size, `${seed}/${n}`), settings({ cluster, seed: n })),
      ).map((reading) => ({ ...reading, name: line, truth: truth.get(reading.name)! })),
    ),
  );
}
