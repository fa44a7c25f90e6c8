import { type ComparisonColumns, DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBradleyTerry, maximiseBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { groupCounts, groupVotes, readVotes } from '../bradley-terry/read-votes.ts';
import { clusterVotes, joinClusters, numberClusters } from '../covariance/cluster-votes.ts';
import { BootstrapRounds } from '../kernels/bootstrap-rounds.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { mutualTree } from '../pairs/mutual-tree.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { drawRounds, readSample } from './bootstrap-draws.ts';
import { type ClusteredVotes, type GroupedVotes, planRounds, sortByHigher } from './bootstrap-plan.ts';
import { poissonTable, TABLE_ENTRIES } from './poisson-table.ts';

type Drawn = { readonly table: PairTable; readonly columns: ComparisonColumns; readonly place: Int32Array };

/** Votes on all models, some of them without a rater; `weights`: as many different ones, 0 for none. */
function drawVotes(models: number, votes: number, seed: number, weights = 0): Drawn {
  const random = seededRandom(`bootstrap-draws/${seed}`);
  const a = Int32Array.from({ length: votes }, () => random.below(models));
  const columns = {
    length: votes,
    models: Array.from({ length: models }, (_, i) => `m${i}`),
    a,
    b: a.map((model) => (model + 1 + random.below(models - 1)) % models),
    outcome: Int8Array.from({ length: votes }, () => random.below(3)),
    rater: Int32Array.from({ length: votes }, () => random.below(20) - 1),
    prompt: Int32Array.from({ length: votes }, () => 7 * random.below(30)),
    ...(weights === 0
      ? {}
      : { weight: Float64Array.from({ length: votes }, () => (1 + random.below(weights)) / 8) }),
  };
  const table = sortByHigher(tallyComparisons(columns, DEFAULT_RATING_SETTINGS).table);
  return { table, columns, place: Int32Array.from({ length: models }, (_, i) => i) };
}

function votesOf({ columns, place, table }: Drawn) {
  return readVotes({ columns, place, settings: DEFAULT_RATING_SETTINGS }, table);
}

function byRater(drawn: Drawn): ClusteredVotes {
  const votes = votesOf(drawn);
  return clusterVotes(votes, numberClusters(votes, drawn.columns.rater)).drawn;
}

/** What each round drew and where it ended. */
function samplesOf(
  table: PairTable,
  votes: GroupedVotes | ClusteredVotes,
  count: number,
  engine: 'kernel' | 'plain' = 'kernel',
) {
  const fit = fitBradleyTerry(table);
  const { plan, memory } = planRounds(table, fit, 'test', votes, (bytes) => new ArrayBuffer(bytes));
  const rounds = new BootstrapRounds(plan, memory, engine);
  return Array.from({ length: count }, (_, round) => {
    const lane = round % 4;
    const isReached = rounds.run(round - lane)[lane]!;
    const theta = new Float64Array(table.models);
    rounds.writeTheta(lane, theta, 0);
    return { sample: readSample(rounds, lane, table), isReached, theta };
  });
}

describe('bootstrap rounds', () => {
  it.each([
    ['counts', (drawn: Drawn) => groupCounts(drawn.table), 0],
    ['weighted votes', (drawn: Drawn) => groupVotes(votesOf(drawn), drawn.table), 5],
    ['raters', byRater, 0],
    ['raters with weighted votes', byRater, 1000],
  ] as const)('of %s have the bits of the plain code, however many there are', (_, draw, weights) => {
    for (const [models, size] of [
      [7, 900],
      [30, 20_000],
    ] as const) {
      const drawn = drawVotes(models, size, models, weights);
      const fit = fitBradleyTerry(drawn.table);
      const votes = draw(drawn);
      const fast = drawRounds(drawn.table, fit, 'test', votes, 6);
      expect(fast.kept).toBe(6);
      expect(drawRounds(drawn.table, fit, 'test', votes, 6, { engine: 'plain' })).toEqual(fast);
      const fewer = drawRounds(drawn.table, fit, 'test', votes, 3);
      expect(fewer.theta).toEqual(fast.theta.slice(0, 3 * models));
    }
  });

  it('end within 1e-6 logits of the maximum of what they drew', () => {
    let reached = 0;
    let roundabout = 0;
    for (const [models, size, weights] of [
      [9, 280, 0],
      [9, 5000, 0],
      [30, 4000, 0],
      [12, 900, 0],
      [20, 30_000, 1000],
    ] as const) {
      const drawn = drawVotes(models, size, size, weights);
      for (const votes of [groupVotes(votesOf(drawn), drawn.table), byRater(drawn)]) {
        const tree = mutualTree(drawn.table)!;
        for (const { sample, isReached, theta } of samplesOf(drawn.table, votes, 12)) {
          if (!isReached) continue;
          reached += 1;
          expect(connectModels(sample).cores[0]).toHaveLength(models);
          if (tree.some((cell) => sample.points[cell] === 0 || sample.points[cell] === sample.weight[cell])) {
            roundabout += 1;
          }
          const exact = maximiseBradleyTerry(sample, new Float64Array(models))!.theta;
          exact.forEach((value, i) => {
            expect(Math.abs(theta[i]! - value)).toBeLessThan(1e-6);
          });
          expect(Math.abs(theta.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-12);
        }
      }
    }
    expect(reached).toBeGreaterThan(60);
    // some where a pair that should hold the models together gave one side nothing
    expect(roundabout).toBeGreaterThan(0);
  });

  it('draw each count with its own mean and as large a variance', () => {
    // 3,000 votes on 3 pairs: counts near 333, so each is a sum of two draws
    const { table } = drawVotes(3, 3000, 2);
    const rounds = 4000;
    const sums = new Float64Array(table.cells);
    const squares = new Float64Array(table.cells);
    for (const { sample } of samplesOf(table, groupCounts(table), rounds)) {
      sample.weight.forEach((value, cell) => {
        sums[cell]! += value - table.weight[cell]!;
        squares[cell]! += (value - table.weight[cell]!) ** 2;
      });
    }
    for (let cell = 0; cell < table.cells; cell += 1) {
      const mean = table.weight[cell]!;
      // four standard errors of a mean, and of a variance, over 4,000 rounds
      expect(Math.abs(sums[cell]! / rounds)).toBeLessThan(4 * Math.sqrt(mean / rounds));
      expect(Math.abs(squares[cell]! / rounds / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / rounds));
    }
  });

  it.each([1, 2, 17, 100, 128, 129, 192])('table of mean %i holds the Poisson probabilities', (mean) => {
    const { entries, least } = poissonTable(mean);
    const share = new Float64Array(TABLE_ENTRIES);
    for (let k = 0; k < TABLE_ENTRIES; k += 1) {
      // of the 2^24 words with low byte k, those below the entry
      const own = Math.floor((entries[k]! + 2 ** 31) / 256) / 2 ** 24;
      share[k]! += own / TABLE_ENTRIES;
      share[k ^ (entries[k]! & 0xff)]! += (1 - own) / TABLE_ENTRIES;
    }
    let chance = Math.exp(-mean);
    for (let value = 0; value < least + TABLE_ENTRIES; value += 1) {
      if (value > 0) chance *= mean / value;
      const found = value < least ? 0 : share[value - least]!;
      // limits of 24 bits are off by at most 2^-25 an entry
      expect(Math.abs(found - chance)).toBeLessThan(1e-8);
      // in a billion draws even a rare nonsense would come up
      if (chance < 1e-12) expect(found).toBe(0);
    }
  });
});

describe('votes that are drawn together', () => {
  it('count as often as their cluster, in the obvious way', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 9 }),
        fc.nat(1000),
        fc.constantFrom(0, 1000),
        (models, seed, weights) => {
          const drawn = drawVotes(models, 400, seed, weights);
          const { table, columns } = drawn;
          const { sample } = samplesOf(table, byRater(drawn), 1)[0]!;
          const times = multiplicities('test/0', 19 + columns.length);
          const expected = { weight: new Float64Array(table.cells), points: new Float64Array(table.cells) };
          const known = new Set([...columns.rater!].filter((rater) => rater >= 0)).size;
          const places = [...new Set([...columns.rater!].filter((rater) => rater >= 0))].sort(
            (x, y) => x - y,
          );
          let alone = known;
          for (let row = 0; row < columns.length; row += 1) {
            const rater = columns.rater![row]!;
            const count = rater < 0 ? times[alone]! : times[places.indexOf(rater)]!;
            if (rater < 0) alone += 1;
            const [low, high] = [columns.a[row]!, columns.b[row]!].sort((x, y) => x - y);
            const cell = table.low.findIndex((model, at) => model === low && table.high[at] === high);
            const lowWon = (columns.outcome[row] === 0) === (columns.a[row] === low);
            const share = columns.outcome[row] === 2 ? 0.5 : Number(lowWon);
            const weight = count * (columns.weight?.[row] ?? 1);
            expected.weight[cell]! += weight;
            expected.points[cell]! += weight * share;
          }
          for (let cell = 0; cell < table.cells; cell += 1) {
            // weights are held in single precision
            expect(sample.weight[cell]).toBeCloseTo(expected.weight[cell]!, weights === 0 ? 12 : 2);
            expect(sample.points[cell]).toBeCloseTo(expected.points[cell]!, weights === 0 ? 12 : 2);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('make groups with the points of the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 9 }), fc.nat(1000), (models, seed) => {
        const drawn = drawVotes(models, 400, seed, 3);
        const { table } = drawn;
        const { ends, count, low, high } = groupVotes(votesOf(drawn), table);
        expect(count.length).toBe(ends[table.cells - 1]);
        for (let cell = 0, group = 0; cell < table.cells; cell += 1) {
          const sums = { count: 0, low: 0, high: 0 };
          const kinds = new Set<string>();
          for (; group < ends[cell]!; group += 1) {
            sums.count += count[group]!;
            sums.low += count[group]! * low[group]!;
            sums.high += count[group]! * high[group]!;
            kinds.add(`${low[group]}/${high[group]}`);
          }
          // eighths are exact in single precision
          expect(sums.count).toBe(table.count[cell]);
          expect(sums.low).toBe(table.points[cell]);
          expect(sums.low + sums.high).toBe(table.weight[cell]);
          // three weights and three outcomes
          expect(kinds.size).toBeLessThanOrEqual(9);
          expect(group === 0 || kinds.size === ends[cell]! - (ends[cell - 1] ?? 0)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are joined where they share both clusters, and only there', () => {
    const code = fc.integer({ min: -1, max: 5 });
    fc.assert(
      fc.property(fc.array(fc.tuple(code, code), { maxLength: 60 }), (pairs) => {
        const numbers = (side: 0 | 1) => ({ codes: Int32Array.from(pairs, (pair) => pair[side]), count: 6 });
        const { codes, count } = joinClusters(numbers(0), numbers(1));
        const known = pairs.filter(([first, second]) => first >= 0 && second >= 0);
        expect(count).toBe(new Set(known.map(String)).size);
        pairs.forEach((one, at) => {
          expect(codes[at]! >= 0).toBe(one[0] >= 0 && one[1] >= 0);
          pairs.forEach((other, to) => {
            if (codes[at]! >= 0) expect(codes[at] === codes[to]).toBe(String(one) === String(other));
          });
        });
      }),
    );
  });

  it('are numbered anew where codes are far apart', () => {
    const { table, columns, place } = drawVotes(4, 300, 1);
    const far = { ...columns, rater: columns.rater!.map((code) => (code < 0 ? -1 : 2 ** 30 + 1000 * code)) };
    const votes = readVotes({ columns: far, place, settings: DEFAULT_RATING_SETTINGS }, table);
    const { codes, count } = numberClusters(votes, far.rater);
    expect(count).toBe(19);
    const near = numberClusters(votes, columns.rater);
    const pairs = new Set(codes.map((own, at) => own * 100 + near.codes[at]!));
    expect(pairs.size).toBe(20);
  });
});

/** Poisson(1) draws of one round, one after the other. */
function multiplicities(tag: string, length: number): number[] {
  const random = seededRandom(tag);
  const { entries, least } = poissonTable(1);
  // the round's own generator: xoshiro128** from four words of the tagged one
  const s = Int32Array.from({ length: 4 }, () => random.uint32());
  const turn = (word: number, by: number) => (word << by) | (word >>> (32 - by));
  return Array.from({ length }, () => {
    const word = Math.imul(turn(Math.imul(s[1]!, 5), 7), 9);
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = turn(s[3]!, 11);
    const at = word & 0xff;
    return least + ((word | 0xff) < entries[at]! ? at : at ^ (entries[at]! & 0xff));
  });
}
