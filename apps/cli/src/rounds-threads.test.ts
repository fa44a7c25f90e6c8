import { DEFAULT_RATING_SETTINGS, type RatingSettings } from '@agon/domain';
import { fitRatings } from '@agon/rating';
import { helpedBatches, type SharedRounds, type Threads } from '@agon/rating/rounds';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { roundsThreads } from './rounds-threads.ts';

/** Votes on 40 models, on so few battles of some of them that the search needs its long way now and then. */
function drawVotes(length: number) {
  const random = seededRandom('rounds-threads');
  const a = Int32Array.from({ length }, () => Math.min(random.below(40), random.below(40)));
  return {
    length,
    models: Array.from({ length: 40 }, (_, i) => `m${i}`),
    a,
    b: a.map((model) => (model + 1 + random.below(39)) % 40),
    outcome: Int8Array.from({ length }, () => random.below(3)),
    rater: Int32Array.from({ length }, () => random.below(300)),
  };
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

describe('bootstrap rounds in several threads', () => {
  const votes = drawVotes(20_000);
  const settings = (over: Partial<RatingSettings>): RatingSettings => ({
    ...DEFAULT_RATING_SETTINGS,
    interval: 'bootstrap',
    ...over,
  });

  it('have the bits of one thread', () => {
    const { threads, seen } = watched(roundsThreads(2, 0));
    for (const over of [{ rounds: 1001 }, { rounds: 1000, cluster: 'rater' }] as const) {
      const alone = fitRatings(votes, settings(over));
      // until they run, nobody helps
      for (let tries = 0; tries < 200; tries += 1) {
        expect(fitRatings(votes, settings(over), threads)).toEqual(alone);
        if (helpedBatches(seen.at(-1)!) > 0) break;
      }
      expect(helpedBatches(seen.at(-1)!)).toBeGreaterThan(0);
    }
  });

  it('are not asked for where they would not pay', () => {
    const { threads, seen } = watched(roundsThreads(1));
    fitRatings(votes, settings({ rounds: 100 }), threads);
    expect(seen).toEqual([]);
    expect(roundsThreads(0).paysFromMs).toBe(Number.POSITIVE_INFINITY);
  });
});
