import { CoverageTally } from './coverage-tally.ts';
import type { MeasuredLine } from './measure-lines.ts';
import type { Reading } from './read-intervals.ts';

/**
 * How often named intervals hold the truth, a line a name. Intervals of one name in one campaign are one line's.
 * @param truth by name; the truth of a reading that brings its own goes first
 * @param campaign readings of campaign n, from 0
 */
export function measureReadings(
  truth: ReadonlyMap<string, number>,
  campaigns: number,
  campaign: (n: number) => readonly (Reading & { readonly truth?: number })[],
): MeasuredLine[] {
  const tallies = new Map<string, CoverageTally>();
  for (let n = 0; n < campaigns; n += 1) {
    const byName = Map.groupBy(campaign(n), ({ name }) => name);
    for (const [name, readings] of byName) {
      const tally = tallies.get(name) ?? new CoverageTally();
      tallies.set(name, tally);
      const held = readings.flatMap(({ low, high, truth: own }) =>
        low === null || high === null ? [] : [{ low, high, truth: own ?? truth.get(name)! }],
      );
      tally.add(held, null);
    }
  }
  return [...tallies];
}
