import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BradleyTerryFit, fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { logistic } from '../elo-scale.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { type PairTable, PairTableBuilder } from '../pairs/pair-table.ts';
import { type Flip, votesToFlip } from './votes-to-flip.ts';

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

/** The slow twin: every list of influences sorted whole, every table of what is left written out anew. */
function flipReference(table: PairTable, leader: number, challenger: number): Flip | null {
  const gapOfFit = ({ theta }: BradleyTerryFit) => theta[leader]! - theta[challenger]!;
  let left = countsOf(table);
  let removed = 0;
  let current = fitLeft(table, left)!;
  for (let round = 0; round < 60; round += 1) {
    const gap = gapOfFit(current);
    if (gap <= 0) return { votes: removed, gapAfter: gap };
    const order = sortedInfluences(table, left, current, leader, challenger);
    const take = (most: (kind: { readonly at: number; readonly effect: number }) => number) => {
      const rest = [...left];
      for (const kind of order) rest[kind.at]! -= Math.min(rest[kind.at]!, most(kind));
      return rest;
    };
    let need = gap;
    let taken = 0;
    const after = take(({ at, effect }) => {
      const some = need <= 0 ? 0 : Math.min(left[at]!, Math.ceil(need / effect));
      need -= some * effect;
      taken += some;
      return some;
    });
    if (taken === 0) return null;
    const without = (votes: number) => {
      let rest = votes;
      const some = take(({ at }) => {
        const own = Math.min(left[at]!, rest);
        rest -= own;
        return own;
      });
      const fit = fitLeft(table, some);
      return fit === null ? null : gapOfFit(fit);
    };
    const refitted = fitLeft(table, after);
    if (refitted === null || (gapOfFit(refitted) <= 0 && taken > 1)) {
      let [low, high] = [0, taken];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        const gapThen = without(middle);
        if (gapThen === null || gapThen <= 0) high = middle;
        else low = middle;
      }
      const gapAfter = without(high);
      return gapAfter === null ? null : { votes: removed + high, gapAfter };
    }
    removed += taken;
    left = after;
    current = refitted;
  }
  return null;
}

/** Wins, ties and losses of the lower model, cell by cell. */
function countsOf({ cells, wins, ties, losses }: PairTable): number[] {
  return Array.from({ length: cells }, (_, cell) => [wins[cell]!, ties[cell]!, losses[cell]!]).flat();
}

function fitLeft(table: PairTable, left: Counts): BradleyTerryFit | null {
  const builder = new PairTableBuilder(table.models);
  left.forEach((count, at) => {
    const [low, high] = [table.low[Math.floor(at / 3)]!, table.high[Math.floor(at / 3)]!];
    const kind = [0, 2, 1][at % 3]!;
    for (let n = 0; n < count; n += 1) builder.add(low, high, 1 - (at % 3) / 2, 1, kind);
  });
  const sample = builder.build();
  return connectModels(sample).cores[0]?.length === table.models ? fitBradleyTerry(sample) : null;
}

function sortedInfluences(
  table: PairTable,
  left: Counts,
  { theta, inverse }: BradleyTerryFit,
  leader: number,
  challenger: number,
) {
  const cov = (i: number, j: number) => inverse[i * table.models + j]!;
  return left
    .flatMap((count, at) => {
      const [i, j] = [table.low[Math.floor(at / 3)]!, table.high[Math.floor(at / 3)]!];
      const p = logistic(theta[i]! - theta[j]!);
      const pull = cov(leader, i) - cov(leader, j) - cov(challenger, i) + cov(challenger, j);
      const leverage = Math.min(0.99, p * (1 - p) * (cov(i, i) + cov(j, j) - 2 * cov(i, j)));
      const effect = (pull * (1 - (at % 3) / 2 - p)) / (1 - leverage);
      return count > 0 && effect > 0 ? [{ at, effect }] : [];
    })
    .sort((x, y) => y.effect - x.effect || x.at - y.at);
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

  it('among three: the count turns the order, and trying all removals seldom finds two fewer, never three', () => {
    let found = 0;
    let twoFewer = 0;
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
        if (least === null) return;
        expect(flip.votes - least).toBeLessThanOrEqual(2);
        if (flip.votes - least === 2) twoFewer += 1;
      }),
      { numRuns: 150, seed: 1 },
    );
    expect(found).toBeGreaterThan(30);
    expect(twoFewer / found).toBeLessThan(0.05);
  });

  it('is what the slow twin says, and nothing where that is no fewer than asked for', () => {
    let told = 0;
    const pair = fc.record({
      wins: fc.integer({ min: 0, max: 30 }),
      ties: fc.integer({ min: 0, max: 8 }),
      losses: fc.integer({ min: 0, max: 30 }),
      met: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 15, maxLength: 15 }),
        fc.integer({ min: 1, max: 40 }),
        (pairs, below) => {
          const builder = new PairTableBuilder(6);
          let at = 0;
          for (let high = 1; high < 6; high += 1) {
            for (let low = 0; low < high; low += 1, at += 1) {
              const { wins, ties, losses, met } = pairs[at]!;
              if (met === 0) continue;
              for (let n = 0; n < wins; n += 1) builder.add(low, high, 1, 1, 0);
              for (let n = 0; n < losses; n += 1) builder.add(low, high, 0, 1, 1);
              for (let n = 0; n < ties; n += 1) builder.add(low, high, 0.5, 1, 2);
            }
          }
          const table = builder.build();
          if (connectModels(table).cores[0]?.length !== 6) return;
          const fit = fitBradleyTerry(table);
          const order = [0, 1, 2, 3, 4, 5].sort((x, y) => fit.theta[y]! - fit.theta[x]!);
          for (const challenger of order.slice(1, 4)) {
            const slow = flipReference(table, order[0]!, challenger);
            expect(votesToFlip(table, fit, order[0]!, challenger)).toEqual(slow);
            const fewer = votesToFlip(table, fit, order[0]!, challenger, below);
            expect(fewer).toEqual(slow !== null && slow.votes < below ? slow : null);
            if (slow !== null) told += 1;
          }
        },
      ),
      { numRuns: 60 },
    );
    expect(told).toBeGreaterThan(50);
  });
});
