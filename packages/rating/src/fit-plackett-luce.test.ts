import { type Comparison, DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { seededRandom, Z95 } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT } from './elo-scale.ts';
import { fitPlackettLuce, type RankedList } from './fit-plackett-luce.ts';
import { fitRatings } from './fit-ratings.ts';

/** Hunter's minorisation-maximisation: slow, and obvious. */
function fitSlowly(models: number, lists: readonly RankedList[]): number[] {
  let strength = new Array<number>(models).fill(1);
  for (let round = 0; round < 20_000; round += 1) {
    const won = new Array<number>(models).fill(0);
    const met = new Array<number>(models).fill(0);
    for (const list of lists) {
      for (let place = 0; place + 1 < list.length; place += 1) {
        const left = list.slice(place);
        const sum = left.reduce((total, i) => total + strength[i]!, 0);
        won[list[place]!]! += 1;
        for (const i of left) met[i]! += 1 / sum;
      }
    }
    const next = won.map((w, i) => w / met[i]!);
    const scale = Math.exp(next.reduce((sum, v) => sum + Math.log(v), 0) / models);
    const scaled = next.map((v) => v / scale);
    const moved = scaled.some((v, i) => Math.abs(Math.log(v / strength[i]!)) > 1e-12);
    strength = scaled;
    if (!moved) break;
  }
  return strength.map(Math.log);
}

/** Every model is once first and once last, so that a maximum exists. */
const ranked = fc
  .array(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }), { minLength: 1, maxLength: 15 })
  .map((lists): RankedList[] => [...lists, [0, 1, 2, 3], [3, 2, 1, 0]]);

describe('Plackett–Luce', () => {
  it('agrees with the slow fit', () => {
    fc.assert(
      fc.property(ranked, (lists) => {
        const slow = fitSlowly(4, lists);
        fitPlackettLuce(4, lists)!.theta.forEach((value, i) => {
          expect(Math.abs(value - slow[i]!)).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('of two is Bradley–Terry, errors included', () => {
    fc.assert(
      fc.property(ranked, (lists) => {
        const pairs = lists
          .map((list) => list.slice(0, 2))
          .concat([
            [0, 1],
            [1, 2],
            [2, 3],
            [3, 0],
          ]);
        const fit = fitPlackettLuce(4, pairs)!;
        const rows = pairs.map(
          ([a, b]): Comparison => ({ modelA: `m${a}`, modelB: `m${b}`, outcome: 'a', source: 'people' }),
        );
        const { models } = fitRatings(toColumns(rows, ['m0', 'm1', 'm2', 'm3']), DEFAULT_RATING_SETTINGS);
        for (const { model, rating, high } of models) {
          const i = Number(model[1]);
          expect(1000 + ELO_PER_LOGIT * fit.theta[i]!).toBeCloseTo(rating!, 5);
          expect(Z95 * ELO_PER_LOGIT * Math.sqrt(fit.covariance[i * 5]!)).toBeCloseTo(high! - rating!, 5);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('lists of four and their pairs tell the same strengths, within the errors', () => {
    const random = seededRandom('plackett');
    const truth = [0.9, 0.3, -0.3, -0.9];
    const lists = Array.from({ length: 2000 }, (): RankedList => {
      const left = [0, 1, 2, 3];
      const list: number[] = [];
      while (left.length > 0) {
        const powers = left.map((i) => Math.exp(truth[i]!));
        let draw = random.next() * powers.reduce((sum, power) => sum + power, 0);
        let at = 0;
        while (at < left.length - 1 && draw >= powers[at]!) {
          draw -= powers[at]!;
          at += 1;
        }
        list.push(...left.splice(at, 1));
      }
      return list;
    });
    const fit = fitPlackettLuce(4, lists)!;
    // the model has independence of irrelevant models: two of a list are a draw of those two
    const pairs = lists.map((list) => list.filter((i) => i === 0 || i === 3));
    const two = fitPlackettLuce(
      2,
      pairs.map((list) => list.map((i) => (i === 0 ? 0 : 1))),
    )!;
    truth.forEach((value, i) => {
      expect(Math.abs(fit.theta[i]! - value)).toBeLessThan(4 * Math.sqrt(fit.covariance[i * 5]!));
    });
    expect(Math.abs(two.theta[0]! - two.theta[1]! - 1.8)).toBeLessThan(4 * Math.sqrt(4 * two.covariance[0]!));
  });

  it('has no answer for a model that is always last', () => {
    expect(
      fitPlackettLuce(3, [
        [0, 1, 2],
        [1, 0, 2],
      ]),
    ).toBeNull();
    expect(
      fitPlackettLuce(3, [
        [0, 1],
        [1, 0],
      ]),
    ).toBeNull();
  });
});
