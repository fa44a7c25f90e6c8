import { describe, expect, it } from 'vitest';
import {
  agreementAmongPeople,
  agreementWithPeople,
  compareJudges,
  type JudgedOutcome,
  mostCommon,
  type TwiceJudgedItem,
} from './compare-judges.ts';

const people = (a: number, b: number, tie = 0) => ({ a, b, tie });
const item = (
  prompt: string,
  votes: ReturnType<typeof people>,
  left: readonly JudgedOutcome[],
  right: readonly JudgedOutcome[],
): TwiceJudgedItem => ({ prompt, people: votes, left, right });

describe('compareJudges', () => {
  it('has nothing to say of no items', () => {
    expect(compareJudges([], { seed: 1 })).toBeNull();
  });

  it('gives kappa as by hand', () => {
    // one vote an item; votes a a a b b b. left says a a b b b b: p_o = 5/6, p_e = (2·3 + 4·3)/36 = 1/2, kappa = 2/3.
    // right says b a a b b a: p_o = 4/6, p_e = (3·3 + 3·3)/36 = 1/2, kappa = 1/3.
    const votes = ['a', 'a', 'a', 'b', 'b', 'b'] as const;
    const left = ['a', 'a', 'b', 'b', 'b', 'b'] as const;
    const right = ['b', 'a', 'a', 'b', 'b', 'a'] as const;
    const found = compareJudges(
      votes.map((vote, i) =>
        item(`p${i}`, vote === 'a' ? people(1, 0) : people(0, 1), [left[i]!], [right[i]!]),
      ),
      { seed: 1 },
    )!;
    expect(found.left.kappa?.value).toBeCloseTo(2 / 3, 12);
    expect(found.right.kappa?.value).toBeCloseTo(1 / 3, 12);
    expect(found.kappaChange?.value).toBeCloseTo(-1 / 3, 12);
    expect(found.left.agreement).toBeCloseTo(5 / 6, 12);
    expect(found.agreementChange.value).toBeCloseTo(-1 / 6, 12);
    // only left: items 1 and 6; only right: item 3. 2 · (1 + 3) / 2^3 = 1
    expect(found.mcnemar).toEqual({ onlyLeft: 2, onlyRight: 1, p: 1 });
  });

  it('sees no change, with no width, between a judge and itself', () => {
    const items = Array.from({ length: 20 }, (_, i) => {
      const said: readonly JudgedOutcome[] = i % 3 === 0 ? ['a', 'b'] : ['a'];
      return item(`p${i % 7}`, people(i % 4, 1, i % 2), said, said);
    });
    const found = compareJudges(items, { seed: 3 })!;
    expect(found.kappaChange).toEqual({ value: 0, low: 0, high: 0 });
    expect(found.agreementChange).toEqual({ value: 0, low: 0, high: 0 });
    expect(found.mcnemar.p).toBe(1);
  });

  it('has an interval that is wider where items share a prompt', () => {
    const items = (prompts: number) =>
      Array.from({ length: 60 }, (_, i) => {
        const cluster = i % prompts;
        return item(`p${cluster}`, people(1, 0), ['a'], [cluster % 2 === 0 ? 'a' : 'b']);
      });
    const width = (prompts: number) => {
      const { agreementChange } = compareJudges(items(prompts), { seed: 5 })!;
      return agreementChange.high! - agreementChange.low!;
    };
    expect(width(6)).toBeGreaterThan(1.5 * width(60));
  });

  it('negates the change when the judges change sides', () => {
    const items = Array.from({ length: 30 }, (_, i) =>
      item(
        `p${i}`,
        people((i * 7) % 3, (i * 5) % 4, 1),
        [i % 3 === 0 ? 'a' : 'tie'],
        [i % 2 === 0 ? 'a' : 'b'],
      ),
    );
    const one = compareJudges(items, { seed: 1 })!;
    const other = compareJudges(
      items.map((each) => ({ ...each, left: each.right, right: each.left })),
      { seed: 1 },
    )!;
    expect(other.kappaChange!.value).toBeCloseTo(-one.kappaChange!.value, 12);
    expect(other.kappaChange!.low!).toBeCloseTo(-one.kappaChange!.high!, 12);
    expect(other.mcnemar.onlyLeft).toBe(one.mcnemar.onlyRight);
  });
});

describe('agreement on one item', () => {
  it.each([
    [people(3, 1), ['a'], 0.75],
    [people(3, 1), ['a', 'b'], 0.5],
    [people(1, 1, 2), ['tie'], 0.5],
    [people(0, 0), ['a'], null],
    [people(1, 0), [], null],
  ] as const)('of %o with %o is %o', (votes, verdicts, share) => {
    expect(agreementWithPeople(votes, verdicts)).toBe(share);
  });

  it.each([
    [people(2, 0), 1],
    [people(1, 1), 0],
    // 3·2 + 1·0 = 6 of 4·3 = 12
    [people(3, 1), 0.5],
    [people(1, 0), null],
  ] as const)('of the voters of %o is %o', (votes, share) => {
    expect(agreementAmongPeople(votes)).toBe(share);
  });

  it.each([
    [people(2, 1), 'a'],
    [people(1, 1), null],
    [people(0, 0), null],
    [people(1, 1, 2), 'tie'],
  ] as const)('most of %o said %o', (votes, said) => {
    expect(mostCommon(votes)).toBe(said);
  });
});
