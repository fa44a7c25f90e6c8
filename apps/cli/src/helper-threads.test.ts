import { DEFAULT_RATING_SETTINGS, type RatingSettings } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import { helpedParts, type SharedRounds, type Threads } from '@agon/rating/sharing';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { helperThreads } from './helper-threads.ts';

const MODELS = 40;
const models = Array.from({ length: MODELS }, (_, i) => `m${i}`);

/** Votes on so few battles of some models that the search of a round needs its long way now and then. */
function drawVotes(length: number) {
  const random = seededRandom('helper-threads');
  const a = Uint16Array.from({ length }, () => Math.min(random.below(MODELS), random.below(MODELS)));
  const b = a.map((model) => (model + 1 + random.below(MODELS - 1)) % MODELS);
  const outcome = Uint8Array.from({ length }, () => random.below(3));
  const rater = Int32Array.from({ length }, () => random.below(300));
  return { length, models, a, b, outcome, rater };
}

/** As given, but remembers what it was asked to help with. */
function watched(threads: Threads): { readonly threads: Threads; readonly seen: SharedRounds[] } {
  const seen: SharedRounds[] = [];
  const start = (work: SharedRounds): void => {
    seen.push(work);
    threads.start(work);
  };
  return { threads: { ...threads, start }, seen };
}

const settings = (over: Partial<RatingSettings> = {}): RatingSettings => ({
  ...DEFAULT_RATING_SETTINGS,
  ...over,
});

const votes = drawVotes(20_000);

const byRounds = (threads?: Threads) =>
  fitRatings(votes, settings({ interval: 'bootstrap', rounds: 1001 }), threads);
const FITS: Record<string, (threads?: Threads) => unknown> = {
  'rounds of a bootstrap': byRounds,
  'rounds by rater': (threads) =>
    fitRatings(votes, settings({ interval: 'bootstrap', cluster: 'rater' }), threads),
};

describe('fits in several threads', () => {
  const started = [1, 2].map((helpers) => helperThreads({ helpers, startsFromMs: 0, helpsFromMs: 0 }));

  it.each(Object.entries(FITS))('have the bits of one thread: %s', (_name, fit) => {
    const alone = fit();
    for (const pool of started) {
      const { threads, seen } = watched(pool);
      const help = (): number => seen.reduce((sum, work) => sum + helpedParts(work.parts), 0);
      // until they run, nobody helps
      for (let tries = 0; tries < 200 && help() === 0; tries += 1) expect(fit(threads)).toEqual(alone);
      expect(help()).toBeGreaterThan(0);
    }
  });

  it('do without a thread that has died, and with the next one', async () => {
    const pool = helperThreads({ helpers: 1, startsFromMs: 0, helpsFromMs: 0 });
    const alone = byRounds();
    pool.start(null as unknown as SharedRounds);
    expect(byRounds(pool)).toEqual(alone);
    const { threads, seen } = watched(pool);
    for (let tries = 0; tries < 2000; tries += 1) {
      expect(byRounds(threads)).toEqual(alone);
      if (seen.some((work) => helpedParts(work.parts) > 0)) break;
      await new Promise((turn) => setImmediate(turn));
    }
    expect(seen.some((work) => helpedParts(work.parts) > 0)).toBe(true);
  });

  it('are not asked for where they would not pay', () => {
    const { threads, seen } = watched(helperThreads({ helpers: 1 }));
    fitRatings(votes, settings({ interval: 'bootstrap', rounds: 100 }), threads);
    expect(seen).toEqual([]);
    expect(helperThreads({ helpers: 0 }).paysFromMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('pay for less once the threads are up', () => {
    const pool = helperThreads({ helpers: 1 });
    expect(pool.paysFromMs).toBe(150);
    byRounds({ ...pool, paysFromMs: 0 });
    for (let tries = 0; tries < 2000 && pool.paysFromMs === 150; tries += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    expect(pool.paysFromMs).toBe(3);
  });
});
