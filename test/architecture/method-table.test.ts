import { readFileSync } from 'node:fs';
import {
  BOARD_METHODS,
  CLUSTER_CHOICES,
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  INTERVAL_METHODS,
  isArenaError,
  METHOD_FACTS,
  type MethodOption,
  RATING_METHODS,
  type RatingMethod,
  type RatingResult,
  type RatingSettings,
  STYLE_COUNTS,
  TIE_POLICIES,
  takesOption,
} from '@agon/domain';
import { fitCounts, fitRatings, PairCounter } from '@agon/rating';
import type { Threads } from '@agon/rating/sharing';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';

const NAMES = ['base', 'm1', 'm2', 'm3'];
const VOTES = 400;
const METHODS_PAGE = new URL('../../docs/methods.md', import.meta.url);

/** People's votes and judges' verdicts that every method can rate. */
function votesOf(weight: (row: number) => number): ComparisonColumns {
  const random = seededRandom('method-table');
  const column = (value: (row: number) => number): Int32Array =>
    Int32Array.from({ length: VOTES }, (_, row) => value(row));
  const a = column(() => random.below(4));
  const counts = () => {
    const length = Float32Array.from(a, () => 1 + random.below(900));
    return Object.fromEntries(STYLE_COUNTS.map((count) => [count, length]));
  };
  return {
    length: VOTES,
    models: NAMES,
    a,
    b: column((row) => (a[row]! + 1 + random.below(3)) % 4),
    outcome: Uint8Array.from(a, () => [0, 0, 1, 1, 2][random.below(5)]!),
    rater: column(() => random.below(9)),
    prompt: column(() => random.below(12)),
    source: Uint8Array.from(a, () => random.below(2)),
    weight: Float64Array.from(a, (_, row) => weight(row)),
    style: { a: counts(), b: counts() },
  };
}
const PLAIN = votesOf(() => 1);
const WEIGHTED = votesOf((row) => 1 + (row % 3));

/** Null where the method refuses the settings. */
function rate(
  over: Partial<RatingSettings>,
  columns = PLAIN,
  threads: Threads | undefined = undefined,
): RatingResult | null {
  const base = { ...DEFAULT_RATING_SETTINGS, baseline: 'base', style: ['length'], rounds: 40 } as const;
  return orNull(() => fitRatings(columns, { ...base, ...over }, threads));
}

function orNull<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    if (isArenaError(error) && error.code === 'invalid_request') return null;
    throw error;
  }
}

const numbersOf = (result: RatingResult | null): string =>
  JSON.stringify(result?.models.map(({ rating, winRate, lcWinRate }) => [rating, winRate, lcWinRate]));
/** Of the baseline nothing is uncertain. */
const endsOf = (result: RatingResult | null): string =>
  (result?.models ?? [])
    .filter(({ model }) => model !== 'base')
    .flatMap((row) => [
      row.low,
      row.high,
      row.winRateLow,
      row.winRateHigh,
      row.lcWinRateLow,
      row.lcWinRateHigh,
    ])
    .filter((end) => end != null)
    .join();

/** Whether it is weighed if other threads would pay. */
function asksThreads(method: RatingMethod): boolean {
  let asked = false;
  const threads: Threads = {
    get paysFromMs() {
      asked = true;
      return Number.POSITIVE_INFINITY;
    },
    patienceMs: 0,
    start: () => {},
  };
  for (const interval of INTERVAL_METHODS) rate({ method, interval }, PLAIN, threads);
  return asked;
}

function rowOf(method: RatingMethod): string[] {
  const own = INTERVAL_METHODS.filter((interval) => {
    const result = rate({ method, interval, cluster: 'none' });
    return endsOf(result) !== '' && !result!.warnings.some(({ code }) => code === 'interval_not_available');
  });
  const ends = (interval: RatingSettings['interval'], cluster: RatingSettings['cluster']) =>
    endsOf(rate({ method, interval, cluster }));
  const isOwn = own.length > 1 && new Set(own.map((interval) => ends(interval, 'none'))).size === 1;
  const clustered = own.filter((interval) =>
    CLUSTER_CHOICES.every(
      (cluster) => cluster === 'none' || ends(interval, cluster) !== ends(interval, 'none'),
    ),
  );
  const anchored = rate({ method, anchor: { model: 'm2', value: 1234 } })!;
  const counter = new PairCounter(NAMES.length);
  counter.add(PLAIN);
  const counts = { ...DEFAULT_RATING_SETTINGS, baseline: 'base', method };
  const fromCounts = orNull(() => fitCounts(NAMES, counter, counts)) !== null;
  const list = (words: readonly string[]): string => (words.length === 0 ? '–' : words.join(', '));
  return [
    `\`${method}\``,
    isOwn ? 'own' : list(own),
    list(clustered),
    numbersOf(rate({ method }, WEIGHTED)) === numbersOf(rate({ method })) ? '–' : 'yes',
    list(
      TIE_POLICIES.filter((ties) => {
        const result = rate({ method, ties });
        return result !== null && result.method === method && result.settings.ties === ties;
      }),
    ),
    anchored.models.some(({ model, rating }) => model === 'm2' && Math.abs((rating ?? 0) - 1234) < 1e-9)
      ? 'yes'
      : '–',
    asksThreads(method) ? 'yes' : '–',
    !(BOARD_METHODS as readonly string[]).includes(method)
      ? '–'
      : fromCounts
        ? 'from counts'
        : 'from all votes',
  ];
}

/** The same row as `METHOD_FACTS` has it, but for the last two columns. */
function saidRow(method: RatingMethod): string[] {
  const { intervals, clustered, weights, ties, anchorsModel } = METHOD_FACTS[method];
  const list = (words: readonly string[]): string => (words.length === 0 ? '–' : words.join(', '));
  // Bradley–Terry with a model of ties is Davidson's method
  return [
    `\`${method}\``,
    intervals === 'own' ? 'own' : list(intervals),
    list(clustered),
    weights ? 'yes' : '–',
    list(ties),
    anchorsModel ? 'yes' : '–',
  ];
}

describe('what each method supports', () => {
  it('is what the record of methods says', () => {
    expect(RATING_METHODS.map((method) => rowOf(method).slice(0, 6))).toEqual(RATING_METHODS.map(saidRow));
  });

  it('has the options that change its ratings, and no others', () => {
    const given = {
      k: 9,
      initial: 1500,
      baseline: 'm1',
      panel: ['m1'],
      style: ['length', 'position'],
      ridge: 20,
      prior: 0.5,
    } as const;
    for (const method of RATING_METHODS) {
      const plain = numbersOf(rate({ method, interval: 'none' }));
      for (const [option, value] of Object.entries(given)) {
        const over = option === 'panel' ? { baseline: null } : {};
        const changed = rate({ method, interval: 'none', ...over, [option]: value });
        const isUsed = changed !== null && numbersOf(changed) !== plain;
        expect([method, option, isUsed]).toEqual([
          method,
          option,
          takesOption(method, option as MethodOption),
        ]);
      }
    }
  });

  it('is what docs/methods.md says', () => {
    const page = readFileSync(METHODS_PAGE, 'utf8');
    const [, table] = page.split('### What each method supports\n\n');
    const said = table!.split('\n\n')[0]!.split('\n').slice(2);
    expect(said).toEqual(RATING_METHODS.map((method) => `| ${rowOf(method).join(' | ')} |`));
  });
});
