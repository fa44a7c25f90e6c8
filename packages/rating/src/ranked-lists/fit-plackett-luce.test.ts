import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitPlackettLuce, type RankedList } from './fit-plackett-luce.ts';

const strict = (order: readonly number[], weight = 1): RankedList => ({
  places: order.map((model) => [model]),
  unplaced: [],
  weight,
});

/** Hunter's minorisation-maximisation: slow, and obvious. */
function fitSlowly(models: number, lists: readonly (readonly number[])[]): number[] {
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
  .map((lists): number[][] => [...lists, [0, 1, 2, 3], [3, 2, 1, 0]]);

describe('Plackett–Luce', () => {
  it('agrees with the slow fit', () => {
    fc.assert(
      fc.property(ranked, (lists) => {
        const slow = fitSlowly(4, lists);
        fitPlackettLuce(
          4,
          lists.map((list) => strict(list)),
        )!.theta.forEach((value, i) => {
          expect(Math.abs(value - slow[i]!)).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('takes tied models in every order alike', () => {
    const orders = (models: readonly number[]): number[][] =>
      models.length < 2
        ? [[...models]]
        : models.flatMap((first) =>
            orders(models.filter((model) => model !== first)).map((rest) => [first, ...rest]),
          );
    fc.assert(
      fc.property(
        ranked,
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.nat(2),
        (lists, all, cut) => {
          const [top, bottom] = [all.slice(0, cut + 1), all.slice(cut + 1)];
          const tied: RankedList = { places: [top, bottom], unplaced: [], weight: 1.5 };
          const tops = orders(top);
          const bottoms = orders(bottom);
          const every = tops.flatMap((first) =>
            bottoms.map((rest) => strict([...first, ...rest], 1.5 / (tops.length * bottoms.length))),
          );
          const known = lists.map((list) => strict(list));
          const [short, long] = [
            fitPlackettLuce(4, [...known, tied])!,
            fitPlackettLuce(4, [...known, ...every])!,
          ];
          short.theta.forEach((value, i) => {
            expect(Math.abs(value - long.theta[i]!)).toBeLessThan(1e-8);
          });
          expect(short.logLikelihood).toBeCloseTo(long.logLikelihood, 8);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('says nothing between models without a place: the best few, of all that were shown', () => {
    const { logLikelihood } = fitPlackettLuce(4, [
      { places: [[1]], unplaced: [0, 2, 3], weight: 1 },
      { places: [[0]], unplaced: [1, 2, 3], weight: 1 },
      { places: [[2]], unplaced: [0, 1, 3], weight: 1 },
      { places: [[3]], unplaced: [0, 1, 2], weight: 1 },
    ])!;
    // each once first of four: all equal, by hand 4 ln ¼
    expect(logLikelihood).toBeCloseTo(4 * Math.log(1 / 4), 10);
  });

  it('lists of four and their pairs tell the same strengths, within the errors', () => {
    const random = seededRandom('plackett');
    const truth = [0.9, 0.3, -0.3, -0.9];
    const lists = Array.from({ length: 2000 }, (): number[] => {
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
    const fit = fitPlackettLuce(
      4,
      lists.map((list) => strict(list)),
    )!;
    // the model has independence of irrelevant models: two of a list are a draw of those two
    const pairs = lists.map((list) => list.filter((i) => i === 0 || i === 3));
    const two = fitPlackettLuce(
      2,
      pairs.map((list) => strict(list.map((i) => (i === 0 ? 0 : 1)))),
    )!;
    truth.forEach((value, i) => {
      expect(Math.abs(fit.theta[i]! - value)).toBeLessThan(4 * Math.sqrt(fit.inverse[i * 5]!));
    });
    expect(Math.abs(two.theta[0]! - two.theta[1]! - 1.8)).toBeLessThan(4 * Math.sqrt(4 * two.inverse[0]!));
  });
});
