import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectModels } from './connected-models.ts';
import { fitBradleyTerry } from './fit-bradley-terry.ts';
import { type PairTable, PairTableBuilder } from './pair-table.ts';
import { votesToFlip } from './votes-to-flip.ts';

/** Wins of the lower, ties and wins of the higher model, pair by pair of three. */
type Counts = readonly number[];
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

function tableOf(counts: Counts, models = 3): PairTable {
  const builder = new PairTableBuilder(models);
  PAIRS.filter(([, high]) => high < models).forEach(([low, high], pair) => {
    [1, 0.5, 0].forEach((points, kind) => {
      for (let n = 0; n < counts[3 * pair + kind]!; n += 1) {
        builder.add(low, high, points, 1, kind === 0 ? 0 : kind === 1 ? 2 : 1);
      }
    });
  });
  return builder.build();
}

/** θ_leader − θ_challenger; null where some model won or lost everything. */
function gapOf(counts: Counts, leader: number, challenger: number): number | null {
  const table = tableOf(counts);
  if (connectModels(table).cores[0]?.length !== 3) return null;
  const { theta } = fitBradleyTerry(table);
  return theta[leader]! - theta[challenger]!;
}

/** The fewest removals that turn the order, by trying all; null: none of fewer than `most`. */
function fewestByTrying(counts: Counts, leader: number, challenger: number, most: number): number | null {
  let layer = new Map([[counts.join(), counts]]);
  for (let removed = 0; removed < most; removed += 1) {
    for (const left of layer.values()) {
      const gap = gapOf(left, leader, challenger);
      if (gap !== null && gap <= 0) return removed;
    }
    const next = new Map<string, Counts>();
    for (const left of layer.values()) {
      left.forEach((count, at) => {
        if (count === 0) return;
        const fewer = left.with(at, count - 1);
        next.set(fewer.join(), fewer);
      });
    }
    layer = next;
  }
  return null;
}

const counts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 9, maxLength: 9 });

describe('votes to flip', () => {
  it('between two models: every win more than losses, and ties tell nothing', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 400 }),
        (losses, ties, more) => {
          const table = tableOf([losses + more, ties, losses], 2);
          const flip = votesToFlip(table, fitBradleyTerry(table), 0, 1);
          expect(flip!.votes).toBe(more);
          expect(Math.abs(flip!.gapAfter)).toBeLessThan(1e-9);
        },
      ),
    );
  });

  it('among three: the count turns the order, and trying all removals finds at most one fewer', () => {
    let found = 0;
    fc.assert(
      fc.property(counts, (given) => {
        const table = tableOf(given);
        if (connectModels(table).cores[0]?.length !== 3) return;
        const fit = fitBradleyTerry(table);
        const [leader, challenger] = [0, 1, 2].sort((x, y) => fit.theta[y]! - fit.theta[x]!) as [
          number,
          number,
        ];
        const flip = votesToFlip(table, fit, leader, challenger);
        if (flip === null || flip.votes > 4) return;
        found += 1;
        expect(flip.gapAfter).toBeLessThanOrEqual(0);
        const least = fewestByTrying(given, leader, challenger, flip.votes);
        if (least !== null) expect(flip.votes - least).toBeLessThanOrEqual(1);
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(30);
  });
});
