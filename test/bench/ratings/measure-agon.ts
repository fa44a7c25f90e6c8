/**
 * `node measure-agon.ts FOLDER TASK REPEATS [WARM_UP_MS]`: times one task of ours on the columns in a folder, in a process of its
 * own, and prints one line of JSON. Calls of the first WARM_UP_MS, at least three, are not told (0: all are). Tasks: see below; a task ending in `:alone` runs on one thread,
 * one in `:plain` also without WebAssembly.
 * Only the columns which the task needs are read, so that `rss` is what such a fit holds.
 */
import { DEFAULT_RATING_SETTINGS, type RatingResult, type RatingSettings } from '@agon/domain';
import { fitCounts, fitRatings, PairCounter } from '@agon/rating';
import type { SharedRounds } from '@agon/rating/sharing';
import { helperThreads } from '../../../apps/cli/src/helper-threads.ts';
import { readColumns } from './write-columns.ts';
import { readCounts } from './write-counts.ts';

const [folder, name, repeatsText, warmUpText = '0'] = process.argv.slice(2) as [
  string,
  string,
  string,
  string?,
];
const [task, engine] = name.split(':');
if (engine === 'plain') Reflect.deleteProperty(globalThis, 'WebAssembly');
/** Columns that a task needs beside models and outcomes. */
const FURTHER = {
  raters: ['rater'],
  prompts: ['prompt'],
  both: ['rater', 'prompt'],
  bootstrapRaters: ['rater'],
} as const;
const votes = readColumns(folder, FURTHER[task as keyof typeof FURTHER]);
const settings = (over: Partial<RatingSettings> = {}): RatingSettings => ({
  ...DEFAULT_RATING_SETTINGS,
  ...over,
});

const counter = new PairCounter(votes.models.length);
const COUNTED = ['refresh', 'bootstrap100', 'bootstrap1000'];
if (COUNTED.includes(task!)) counter.add(votes);
/** As many as pay on this machine; a first call finds none running, later ones all, as in a program that fits again. */
const pool = helperThreads();
let isShared = false;
const watched = {
  get paysFromMs() {
    return pool.paysFromMs;
  },
  patienceMs: pool.patienceMs,
  start(work: SharedRounds) {
    isShared = true;
    pool.start(work);
  },
};
const threads = engine === undefined ? watched : undefined;
const style = task === 'style' ? readCounts(folder) : undefined;

/** Each returns ratings by model where there are any to compare. */
const TASKS: Record<string, () => RatingResult> = {
  intervals: () => fitRatings(votes, settings(), threads),
  refresh: () => {
    counter.add({ ...votes, to: Math.min(1000, votes.length) });
    return fitCounts(votes.models, counter, settings(), threads);
  },
  bootstrap100: () =>
    fitCounts(votes.models, counter, settings({ interval: 'bootstrap', rounds: 100 }), threads),
  bootstrap1000: () =>
    fitCounts(votes.models, counter, settings({ interval: 'bootstrap', rounds: 1000 }), threads),
  bootstrapRaters: () =>
    fitRatings(votes, settings({ interval: 'bootstrap', cluster: 'rater', rounds: 100 }), threads),
  raters: () => fitRatings(votes, settings({ cluster: 'rater' }), threads),
  prompts: () => fitRatings(votes, settings({ cluster: 'prompt' }), threads),
  both: () => fitRatings(votes, settings({ cluster: 'rater,prompt' }), threads),
  style: () => fitRatings({ ...votes, style: style! }, settings({ method: 'contextual' }), threads),
};

const run = TASKS[task!]!;
const times: number[] = [];
let result: RatingResult | null = null;
const began = performance.now();
const warmUpMs = Number(warmUpText);
for (let call = 0; warmUpMs > 0 && (call < 3 || performance.now() - began < warmUpMs); call += 1) run();
for (let repeat = 0; repeat < Number(repeatsText); repeat += 1) {
  const start = performance.now();
  result = run();
  times.push(performance.now() - start);
}
const models = result?.models ?? [];
const ratings = Object.fromEntries(models.map(({ model, rating }) => [model, rating]));
const errors = Object.fromEntries(
  models.map(({ model, low, high }) => [model, (high! - low!) / (2 * 1.959963984540054)]),
);
const used = isShared ? 1 + pool.helpers : 1;
process.stdout.write(
  `${JSON.stringify({ task: name, threads: used, times, ratings, errors, rss: process.resourceUsage().maxRSS / 1024 })}\n`,
);
