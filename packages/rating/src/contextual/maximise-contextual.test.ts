import { normalDraws, seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { ELO_PER_LOGIT } from '../elo-scale.ts';
import { sizeOfKernelSums } from '../kernels/contextual-sums-fast.ts';
import { PairCounter } from '../pairs/pair-counter.ts';
import { fitWhole } from './fit-whole.testing.ts';

const SETTINGS = { ties: 'half', bothBad: 'tie' } as const;

/** Votes a, b, share of a; the twelve of the golden cases G5 and G6, with the feature of G6. */
const VOTES = [
  [0, 1, 1],
  [0, 2, 1],
  [1, 2, 1],
  [1, 0, 1],
  [2, 0, 0.5],
  [2, 1, 1],
  [0, 1, 1],
  [1, 2, 0],
  [2, 0, 0],
  [0, 1, 0],
  [1, 2, 1],
  [0, 2, 0.5],
] as const;
const FEATURE = [0.5, -1.2, 0.3, 0.8, -0.4, 1.1, -0.9, 0.2, -0.6, 1.5, -0.1, 0.7];

function columnsOf(
  votes: readonly (readonly [number, number, number])[],
  features: readonly number[],
  width: number,
) {
  return {
    length: votes.length,
    a: Int32Array.from(votes, ([a]) => a),
    b: Int32Array.from(votes, ([, b]) => b),
    outcome: Int8Array.from(votes, ([, , y]) => (y === 1 ? 0 : y === 0 ? 1 : 2)),
    width,
    features: Float64Array.from(features),
  };
}

const elo = (theta: Float64Array): number[] => Array.from(theta, (value) => 1000 + ELO_PER_LOGIT * value);
const places = (m: number): Int32Array => Int32Array.from({ length: m }, (_, i) => i);

function expectClose(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value)).toBeLessThan(tolerance);
  });
}

/** A vote count large enough that the sample start is used; strengths, features and effects drawn by seed. */
function drawVotes(models: number, length: number, effects: readonly number[], seed: number) {
  const random = seededRandom(`contextual/${seed}`);
  const truth = normalDraws(`contextual-truth/${seed}`, models);
  const width = effects.length;
  const features = Float64Array.from({ length: length * width }, () => random.next() * 2 - 1);
  const votes = Array.from({ length }, (_, row) => {
    const a = random.below(models);
    const b = (a + 1 + random.below(models - 1)) % models;
    let gap = truth[a]! - truth[b]!;
    effects.forEach((effect, f) => {
      gap += effect * features[row * width + f]!;
    });
    return [a, b, random.next() < 1 / (1 + Math.exp(-gap)) ? 1 : 0] as const;
  });
  return { ...columnsOf(votes, [], width), features };
}

/** The golden numbers come from two independent implementations (hand-derived Newton, and automatic differentiation). */
describe('ratings with features, in streaming passes', () => {
  it('golden case G6: one raw feature, no penalty', () => {
    const fit = fitWhole(columnsOf(VOTES, FEATURE, 1), SETTINGS, places(3), new Float64Array(3));
    expectClose(elo(fit.theta), [1062.1906584569174, 997.0496368452115, 940.759704697871], 1e-7);
    expectClose(fit.beta, [-0.19578627068193366], 1e-9);
    const se = [0, 1, 2, 3].map((k) => Math.sqrt(fit.covariance[k * 4 + k]!));
    expectClose(
      se.slice(0, 3).map((value) => ELO_PER_LOGIT * value),
      [71.11908987117093, 86.57483856351612, 71.48816484102686],
      1e-7,
    );
    expectClose([se[3]!], [0.7354378772005201], 1e-9);
  });

  it('with features that are all zero, and a penalty to hold them: the fit without features (G5)', () => {
    const zeros = new Array(VOTES.length).fill(0);
    const fit = fitWhole(columnsOf(VOTES, zeros, 1), SETTINGS, places(3), new Float64Array(3), 0.5);
    expectClose(elo(fit.theta), [1059.5863156724013, 1000, 940.4136843275986], 1e-7);
    expectClose(
      [0, 1, 2].map((k) => ELO_PER_LOGIT * Math.sqrt(fit.covariance[k * 4 + k]!)),
      [70.62000760114826, 85.53131796885563, 70.62000760114825],
      1e-7,
    );
  });

  it('from a sample start reaches the same top, where the slopes vanish', () => {
    const columns = drawVotes(8, 420_000, [0.4, -0.2], 1);
    const counter = new PairCounter(8);
    counter.add(columns);
    const start = fitBradleyTerry(counter.tally(SETTINGS).table).theta;
    const fit = fitWhole(columns, SETTINGS, places(8), start);
    const slope = new Float64Array(10);
    for (let row = 0; row < columns.length; row += 1) {
      const a = columns.a[row]!;
      const b = columns.b[row]!;
      const x = [columns.features[2 * row]!, columns.features[2 * row + 1]!] as const;
      const gap = fit.theta[a]! - fit.theta[b]! + fit.beta[0]! * x[0] + fit.beta[1]! * x[1];
      const score = (columns.outcome[row] === 0 ? 1 : 0) - 1 / (1 + Math.exp(-gap));
      slope[a]! += score;
      slope[b]! -= score;
      slope[8]! += score * x[0];
      slope[9]! += score * x[1];
    }
    // the information of a model is above 10,000 here: a slope of 1e-5 is 1e-9 logits
    for (const value of slope) expect(Math.abs(value)).toBeLessThan(1e-5);
    expect(Math.abs(fit.beta[0]! - 0.4)).toBeLessThan(0.03);
    expect(Math.abs(fit.beta[1]! + 0.2)).toBeLessThan(0.03);
  });

  it('in the kernel gives what the plain passes give', () => {
    const drawn = drawVotes(7, 5001, [0.4, -0.2, 0.1, 0.3], 3);
    const [a, b] = [Uint16Array.from(drawn.a), Uint16Array.from(drawn.b)];
    const outcome = Uint8Array.from(drawn.outcome, (code, row) =>
      row % 50 === 0 ? 2 + ((row / 50) % 3) : code,
    );
    const features = Float32Array.from(drawn.features);
    features[9] = Number.NaN;
    const columns = { length: 5001, width: 4, outcome, features };
    for (const settings of [SETTINGS, { ties: 'half', bothBad: 'drop' } as const]) {
      const fast = { ...columns, a, b };
      const point = { theta: new Float64Array(7), beta: new Float64Array(4) };
      const pass = { columns: fast, settings, place: places(7), ...point, isRough: false };
      expect(sizeOfKernelSums(pass)).toBeGreaterThan(0);
      const [one, other] = [fast, { ...columns, a: Int32Array.from(a), b: Int32Array.from(b) }].map((votes) =>
        fitWhole(votes, settings, places(7), new Float64Array(7)),
      );
      // 1e-12 logits are 2e-10 Elo
      expectClose(one!.theta, [...other!.theta], 1e-12);
      expectClose(one!.beta, [...other!.beta], 1e-12);
      expectClose(one!.covariance, [...other!.covariance], 1e-12);
    }
  });

  it('does not care on which side an answer was shown', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.boolean(), { minLength: 300, maxLength: 300 }), (seed, turns) => {
        const columns = drawVotes(4, 300, [0.5], seed % 1000);
        const turned = {
          ...columns,
          a: columns.a.map((a, row) => (turns[row] ? columns.b[row]! : a)),
          b: columns.b.map((b, row) => (turns[row] ? columns.a[row]! : b)),
          outcome: columns.outcome.map((code, row) => (turns[row] ? 1 - code : code)),
          features: columns.features.map((x, row) => (turns[row] ? -x : x)),
        };
        const [one, other] = [columns, turned].map((votes) =>
          fitWhole(votes, SETTINGS, places(4), new Float64Array(4), 0.5),
        );
        expectClose(one!.theta, [...other!.theta], 1e-8);
        expectClose(one!.beta, [...other!.beta], 1e-8);
        expectClose(one!.covariance, [...other!.covariance], 1e-8);
      }),
      { numRuns: 10 },
    );
  });

  it('weights count as repeats in the fit', () => {
    const once = columnsOf([...VOTES, ...VOTES], [...FEATURE, ...FEATURE], 1);
    const doubled = { ...columnsOf(VOTES, FEATURE, 1), weight: new Float64Array(VOTES.length).fill(2) };
    const [one, other] = [once, doubled].map((votes) =>
      fitWhole(votes, SETTINGS, places(3), new Float64Array(3)),
    );
    expectClose(one!.theta, [...other!.theta], 1e-9);
    expectClose(one!.inverse, [...other!.inverse], 1e-9);
  });

  it('says where no fit exists: a feature that tells every outcome', () => {
    const telling = VOTES.map(([, , y]) => y - 0.5);
    const decided = VOTES.map(([a, b, y]) => [a, b, y === 0.5 ? 1 : y] as const);
    const features = decided.map(([, , y]) => y - 0.5);
    expect(() => fitWhole(columnsOf(decided, features, 1), SETTINGS, places(3), new Float64Array(3))).toThrow(
      'no maximum',
    );
    const held = fitWhole(columnsOf(VOTES, telling, 1), SETTINGS, places(3), new Float64Array(3), 0.5);
    expect(held.beta[0]!).toBeGreaterThan(0);
  });
});
