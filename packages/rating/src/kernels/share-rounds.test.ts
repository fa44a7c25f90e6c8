import { DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { helpedParts } from '../threads/share-parts.ts';
import { helpWithRounds, type SharedRounds } from './share-rounds.ts';

const SETTINGS = { ...DEFAULT_RATING_SETTINGS, interval: 'bootstrap', rounds: 50 } as const;

function drawVotes(models: number, length: number) {
  const random = seededRandom(`share-rounds/${models}/${length}`);
  const a = Int32Array.from({ length }, () => random.below(models));
  return {
    length,
    models: Array.from({ length: models }, (_, i) => `m${i}`),
    a,
    b: a.map((model) => (model + 1 + random.below(models - 1)) % models),
    outcome: Int8Array.from({ length }, () => random.below(3)),
  };
}

/** Fits with such a helper; it runs before this thread does its own share. */
function fitWith(votes: ReturnType<typeof drawVotes>, help: (work: SharedRounds) => void) {
  let work: SharedRounds | null = null;
  const threads = {
    paysFromMs: 0,
    patienceMs: 1,
    start(shared: SharedRounds): void {
      work = shared;
      help(shared);
    },
  };
  const result = fitRatings(votes, SETTINGS, threads);
  return { result, work: work! as SharedRounds };
}

describe('shared rounds', () => {
  // of 60 votes on 6 models some rounds leave a model without a win
  const all = [drawVotes(9, 4000), drawVotes(6, 60)];

  it('are the same whether a helper does all, some or none', () => {
    for (const votes of all) {
      const alone = fitRatings(votes, SETTINGS);
      const all = fitWith(votes, helpWithRounds);
      expect(helpedParts(all.work.parts)).toBe(13);
      expect(all.result).toEqual(alone);
      expect(fitWith(votes, () => {}).result).toEqual(alone);
    }
  });

  it('that a dead helper began are done again', () => {
    for (const votes of all) {
      const alone = fitRatings(votes, SETTINGS);
      // three batches begun, the first of them with one round written
      const { result } = fitWith(votes, ({ parts, results }) => {
        Atomics.add(new Int32Array(parts.progress), 0, 3);
        Atomics.store(new Int32Array(results), 0, 1);
      });
      expect(result).toEqual(alone);
    }
  });
});
