import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitRatings } from '../fit-ratings.ts';
import { explainRatings } from '../insights/explain-ratings.ts';
import { connectModels } from './connected-models.ts';
import { tallyComparisons } from './tally-comparisons.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

const vote = (winner: string, loser: string): Comparison => ({
  modelA: winner,
  modelB: loser,
  outcome: 'a',
  source: 'people',
});
const even = (x: string, y: string, times: number): Comparison[] =>
  Array.from({ length: 2 * times }, (_, i) => (i % 2 === 0 ? vote(x, y) : vote(y, x)));

/** Groups by name, in their order, with the models numbered as listed. */
function groupsOf(rows: readonly Comparison[], names: readonly string[]) {
  const columns = toColumns(rows, names);
  const { components, cores } = connectModels(
    tallyComparisons(columns, DEFAULT_RATING_SETTINGS).table,
    names,
  );
  const named = (groups: readonly (readonly number[])[]): string[][] =>
    groups.map((group) => group.map((model) => names[model]!).sort());
  return { components: named(components), cores: named(cores) };
}

describe('groups that are rated', () => {
  it('of two equally large that are linked one way, the one with more comparisons, however models are numbered', () => {
    const rows = [...even('a', 'b', 2), ...even('c', 'd', 3), vote('a', 'c'), vote('b', 'd')];
    for (const names of [
      ['a', 'b', 'c', 'd'],
      ['d', 'c', 'b', 'a'],
      ['c', 'a', 'd', 'b'],
    ]) {
      expect(groupsOf(rows, names).cores).toEqual([['c', 'd']]);
      const columns = toColumns(rows, names);
      const rated = fitRatings(columns, DEFAULT_RATING_SETTINGS).models.filter(
        ({ rating }) => rating !== null,
      );
      expect(rated.map(({ model }) => model).sort()).toEqual(['c', 'd']);
      expect(explainRatings(columns, DEFAULT_RATING_SETTINGS)!.models.toSorted()).toEqual(['c', 'd']);
    }
  });

  it('with as many comparisons, the one with the first name', () => {
    const rows = [...even('c', 'd', 2), ...even('a', 'b', 2), vote('c', 'a')];
    expect(groupsOf(rows, ['d', 'c', 'b', 'a']).cores).toEqual([['a', 'b']]);
    expect(groupsOf(rows, ['a', 'b', 'c', 'd']).cores).toEqual([['a', 'b']]);
    // two islands: the same order of groups
    const islands = [...even('c', 'd', 2), ...even('a', 'b', 2)];
    expect(groupsOf(islands, ['d', 'c', 'b', 'a']).components).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('are explained where the largest component has none that can be rated', () => {
    const rows = [vote('a', 'b'), vote('b', 'c'), ...even('d', 'e', 2)];
    expect(explainRatings(toColumns(rows), DEFAULT_RATING_SETTINGS)!.models.toSorted()).toEqual(['d', 'e']);
  });

  it('do not depend on how models are numbered, and are those of a search by reachability', () => {
    const model = fc.constantFrom(...NAMES);
    const pairs = fc
      .array(fc.tuple(model, model), { minLength: 1, maxLength: 14 })
      .map((list) => list.filter(([x, y]) => x !== y))
      .filter((list) => list.length > 0);
    fc.assert(
      fc.property(pairs, fc.shuffledSubarray(NAMES, { minLength: NAMES.length }), (list, names) => {
        const rows = list.map(([x, y]) => vote(x, y));
        const groups = groupsOf(rows, names);
        expect(groups).toEqual(groupsOf(rows, NAMES));
        const beats = (x: string): string[] => {
          const reached = new Set([x]);
          for (const y of reached) for (const [winner, loser] of list) if (winner === y) reached.add(loser);
          return [...reached];
        };
        for (const core of groups.cores) {
          for (const x of core) {
            const mutual = beats(x).filter((y) => beats(y).includes(x));
            expect(mutual.sort()).toEqual(core);
          }
        }
        const largest = Math.max(
          ...NAMES.map((x) => beats(x).filter((y) => beats(y).includes(x)).length).map((n) =>
            n < 2 ? 0 : n,
          ),
        );
        expect(Math.max(...groups.cores.map((core) => core.length))).toBe(largest);
      }),
      { numRuns: 300 },
    );
  });
});
