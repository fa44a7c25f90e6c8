import { DEFAULT_RATING_SETTINGS, type RatingSettings } from '@agon/domain';
import { fitRatings, fitStreamedContextual, PairCounter } from '@agon/rating';
import { helpedParts, type SharedWork, type Threads } from '@agon/rating/sharing';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { type HelperThreads, helperThreads } from './helper-threads.ts';

const MODELS = 40;
const models = Array.from({ length: MODELS }, (_, i) => `m${i}`);

/** Votes on so few battles of some models that the search of a round needs its long way now and then. */
function drawVotes(length: number) {
  const random = seededRandom('helper-threads');
  const column = (draw: (row: number) => number): Uint16Array => {
    const values = new Uint16Array(new SharedArrayBuffer(2 * length));
    for (let row = 0; row < length; row += 1) values[row] = draw(row);
    return values;
  };
  const a = column(() => Math.min(random.below(MODELS), random.below(MODELS)));
  const b = column((row) => (a[row]! + 1 + random.below(MODELS - 1)) % MODELS);
  const outcome = new Uint8Array(new SharedArrayBuffer(length));
  const features = new Float32Array(new SharedArrayBuffer(8 * length));
  for (let row = 0; row < length; row += 1) {
    outcome[row] = random.below(3);
    features[2 * row] = random.next() - 0.5;
    features[2 * row + 1] = random.next() - 0.5;
  }
  const rater = Int32Array.from({ length }, () => random.below(300));
  return { length, models, a, b, outcome, rater, features, width: 2 };
}

/** As given, but remembers what it was asked to help with. */
function watched(threads: Threads): { readonly threads: Threads; readonly seen: SharedWork[] } {
  const seen: SharedWork[] = [];
  const start = (work: SharedWork): void => {
    seen.push(work);
    threads.start(work);
  };
  return { threads: { ...threads, start }, seen };
}

const settings = (over: Partial<RatingSettings> = {}): RatingSettings => ({
  ...DEFAULT_RATING_SETTINGS,
  ...over,
});

const few = drawVotes(20_000);
const many = drawVotes(420_000);

/** Each with the work that it shares. */
const FITS: Record<string, readonly [SharedWork['kind'], (threads?: Threads) => unknown]> = {
  'rounds of a bootstrap': [
    'rounds',
    (threads) => fitRatings(few, settings({ interval: 'bootstrap', rounds: 1001 }), threads),
  ],
  'rounds by rater': [
    'rounds',
    (threads) => fitRatings(few, settings({ interval: 'bootstrap', cluster: 'rater' }), threads),
  ],
  counts: ['counts', (threads) => fitRatings(many, settings(), threads)],
  'passes with features': [
    'contextual',
    (threads) => {
      const place = Int32Array.from({ length: MODELS }, (_, i) => i);
      return fitStreamedContextual(many, settings(), place, new Float64Array(MODELS), 0.5, threads);
    },
  ],
};

describe('fits in several threads', () => {
  const started: Record<number, HelperThreads> = {
    1: helperThreads({ helpers: 1, startsFromMs: 0, helpsFromMs: 0 }),
    2: helperThreads({ helpers: 2, startsFromMs: 0, helpsFromMs: 0 }),
  };

  it.each(Object.entries(FITS))('have the bits of one thread: %s', (_name, [kind, fit]) => {
    const alone = fit();
    for (const pool of Object.values(started)) {
      const { threads, seen } = watched(pool);
      const help = (): number =>
        seen.reduce((sum, work) => sum + (work.kind === kind ? helpedParts(work.parts) : 0), 0);
      // until they run, nobody helps
      for (let tries = 0; tries < 200 && help() === 0; tries += 1) expect(fit(threads)).toEqual(alone);
      expect(help()).toBeGreaterThan(0);
    }
  });

  it('do without a thread that has died, and with the next one', async () => {
    const pool = helperThreads({ helpers: 1, startsFromMs: 0, helpsFromMs: 0 });
    const alone = FITS.counts![1]();
    pool.start(null as unknown as SharedWork);
    expect(FITS.counts![1](pool)).toEqual(alone);
    const { threads, seen } = watched(pool);
    for (let tries = 0; tries < 2000; tries += 1) {
      expect(FITS.counts![1](threads)).toEqual(alone);
      if (seen.some((work) => helpedParts(work.parts) > 0)) break;
      await new Promise((turn) => setImmediate(turn));
    }
    expect(seen.some((work) => helpedParts(work.parts) > 0)).toBe(true);
  });

  it('are not asked for where they would not pay', () => {
    const { threads, seen } = watched(helperThreads({ helpers: 1 }));
    fitRatings(few, settings({ interval: 'bootstrap', rounds: 100 }), threads);
    const counter = new PairCounter(MODELS);
    counter.add(few, threads);
    expect(seen).toEqual([]);
    expect(helperThreads({ helpers: 0 }).paysFromMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('pay for less once the threads are up, and can be started ahead', async () => {
    const pool = helperThreads({ helpers: 1 });
    expect(pool.paysFromMs).toBe(150);
    pool.startAhead();
    for (let tries = 0; tries < 2000 && pool.paysFromMs === 150; tries += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    expect(pool.paysFromMs).toBe(3);
  });
});
