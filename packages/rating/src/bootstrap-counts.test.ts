import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { bootstrapCounts } from './bootstrap-counts.ts';
import { fitBradleyTerry, maximiseBradleyTerry } from './fit-bradley-terry.ts';
import { PairCounter } from './pair-counter.ts';
import { fillAliasTable, TABLE_ENTRIES } from './poisson-table.ts';

function drawTable(models: number, votes: number, seed: number) {
  const random = seededRandom(`bootstrap-counts/${seed}`);
  const counter = new PairCounter(models);
  const a = Uint16Array.from({ length: votes }, () => random.below(models));
  counter.add({
    a,
    b: a.map((model) => (model + 1 + random.below(models - 1)) % models),
    outcome: Uint8Array.from({ length: votes }, () => random.below(3)),
  });
  return counter.tally({ ties: 'half', bothBad: 'tie' }).table;
}

function roundsOf(table: ReturnType<typeof drawTable>, rounds: number, engine: 'kernel' | 'plain') {
  const found: { weight: number[]; points: number[]; theta: number[] | null }[] = [];
  bootstrapCounts(
    table,
    fitBradleyTerry(table),
    7,
    rounds,
    (sample, theta) => {
      found.push({ weight: [...sample.weight], points: [...sample.points], theta: theta && [...theta] });
    },
    engine,
  );
  return found;
}

describe('bootstrap rounds from counts', () => {
  it('in the kernel have the bits of the plain code, and do not depend on how many there are', () => {
    for (const [models, votes] of [
      [7, 900],
      [30, 20_000],
    ] as const) {
      const table = drawTable(models, votes, models);
      const fast = roundsOf(table, 5, 'kernel');
      expect(fast).toHaveLength(5);
      expect(roundsOf(table, 5, 'plain')).toEqual(fast);
      expect(roundsOf(table, 2, 'kernel')).toEqual(fast.slice(0, 2));
    }
  });

  it('end at the maximum of the resampled table', () => {
    const table = drawTable(9, 5000, 1);
    let checked = 0;
    bootstrapCounts(table, fitBradleyTerry(table), 1, 8, (sample, theta) => {
      if (theta === null) return;
      const exact = maximiseBradleyTerry(sample, new Float64Array(9))!.theta;
      exact.forEach((value, i) => {
        expect(Math.abs(theta[i]! - value)).toBeLessThan(2e-7);
      });
      checked += 1;
    });
    expect(checked).toBe(8);
  });

  it('draw each count with its own mean and as large a variance', () => {
    // 3,000 votes on 3 pairs: counts near 333, so each is a sum of two draws
    const table = drawTable(3, 3000, 2);
    const rounds = 4000;
    const sums = new Float64Array(table.cells);
    const squares = new Float64Array(table.cells);
    bootstrapCounts(table, fitBradleyTerry(table), 3, rounds, ({ weight }) => {
      weight.forEach((value, cell) => {
        sums[cell]! += value - table.weight[cell]!;
        squares[cell]! += (value - table.weight[cell]!) ** 2;
      });
    });
    for (let cell = 0; cell < table.cells; cell += 1) {
      const mean = table.weight[cell]!;
      // four standard errors of a mean, and of a variance, over 4,000 rounds
      expect(Math.abs(sums[cell]! / rounds)).toBeLessThan(4 * Math.sqrt(mean / rounds));
      expect(Math.abs(squares[cell]! / rounds / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / rounds));
    }
  });

  it.each([1, 2, 17, 100, 128, 129, 192])('table of mean %i holds the Poisson probabilities', (mean) => {
    const entries = new Uint32Array(2 * TABLE_ENTRIES);
    const { least } = fillAliasTable(mean, entries);
    const share = new Float64Array(TABLE_ENTRIES);
    for (let k = 0; k < TABLE_ENTRIES; k += 1) {
      const own = entries[2 * k]! / 2 ** 24;
      share[k]! += own / TABLE_ENTRIES;
      share[entries[2 * k + 1]!]! += (1 - own) / TABLE_ENTRIES;
    }
    let chance = Math.exp(-mean);
    for (let value = 0; value < least + TABLE_ENTRIES; value += 1) {
      if (value > 0) chance *= mean / value;
      const found = value < least ? 0 : share[value - least]!;
      // limits of 24 bits are off by at most 2^-25 an entry
      expect(Math.abs(found - chance)).toBeLessThan(1e-8);
    }
  });
});
