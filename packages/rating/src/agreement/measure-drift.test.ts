import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { type AskedTwice, judgeDrift, measureDrift } from './measure-drift.ts';

const ask = (
  n: number,
  before: AskedTwice['before'],
  after: AskedTwice['after'],
  order: AskedTwice['order'] = 'ab',
): AskedTwice[] =>
  Array.from({ length: n }, (_, i) => ({ prompt: `${before}${after}${i}`, order, before, after }));

describe('measureDrift', () => {
  it('counts changes in each order, a reply without a verdict among them', () => {
    const found = measureDrift(
      [...ask(40, 'a', 'a'), ...ask(8, 'a', 'b'), ...ask(2, 'a', null), ...ask(50, 'b', 'b', 'ba')],
      1,
    );
    expect(found).toMatchObject({ pairs: 100, changed: 10, unscored: 2 });
    // Wilson (1927) for 10 of 100, as R's prop.test(10, 100, correct = FALSE) prints it
    expect(found.low).toBeCloseTo(0.0552, 4);
    expect(found.high).toBeCloseTo(0.1744, 4);
    expect(found.orders).toMatchObject([
      { order: 'ab', changed: 10, pairs: 50 },
      { order: 'ba', changed: 0, pairs: 50 },
    ]);
    // of 98: seen 90/98; expected (48·40 + 50·58) / 98² = 4820/9604
    expect(found.kappa!.value).toBeCloseTo((90 / 98 - 4820 / 9604) / (1 - 4820 / 9604), 12);
    expect(found.kappa!.low!).toBeLessThan(found.kappa!.value);
    expect(found.kappa!.high!).toBeGreaterThan(found.kappa!.value);
  });

  it('says nothing of nothing', () => {
    expect(measureDrift([], 1)).toEqual({
      changed: 0,
      pairs: 0,
      low: null,
      high: null,
      unscored: 0,
      orders: [],
      kappa: null,
    });
  });
});

describe('judgeDrift', () => {
  const plain = { isDeterministic: true, isRenamed: false };
  const renamed = { isDeterministic: true, isRenamed: true };
  const nothing = { changed: 0, pairs: 0 };

  it.each([
    ['changes as before', { changed: 6, pairs: 128 }, { changed: 5, pairs: 128 }, plain, 'same'],
    ['many more', { changed: 30, pairs: 128 }, { changed: 5, pairs: 128 }, plain, 'changed'],
    // Fisher: 10 of 128 beside 3 of 128 has p = 0.0420
    ['some more', { changed: 10, pairs: 128 }, { changed: 3, pairs: 128 }, plain, 'same'],
    [
      'some more and another name',
      { changed: 10, pairs: 128 },
      { changed: 3, pairs: 128 },
      renamed,
      'changed',
    ],
    [
      'another name alone',
      { changed: 3, pairs: 128 },
      { changed: 3, pairs: 128 },
      renamed,
      'name_changed_only',
    ],
    ['few requests', { changed: 19, pairs: 19 }, { changed: 0, pairs: 128 }, renamed, 'too_few'],
    // binomial with 0.05: P(X ≥ 14 of 128) = 0.0050, P(X ≥ 13) = 0.0121
    ['nothing measured, many', { changed: 14, pairs: 128 }, nothing, plain, 'changed'],
    ['nothing measured, fewer', { changed: 13, pairs: 128 }, nothing, plain, 'same'],
    [
      'nothing measured of a judge that samples',
      { changed: 60, pairs: 128 },
      nothing,
      { isDeterministic: false, isRenamed: true },
      'too_few',
    ],
  ] as const)('%s', (_, found, baseline, judge, state) => {
    expect(judgeDrift(found, baseline, judge).state).toBe(state);
  });

  it('says where its expectation comes from', () => {
    expect(judgeDrift({ changed: 0, pairs: 40 }, nothing, plain)).toMatchObject({
      p: expect.closeTo(1, 9),
      expected: { share: 0.05, pairs: 0 },
    });
    expect(judgeDrift({ changed: 0, pairs: 40 }, { changed: 2, pairs: 50 }, plain)).toMatchObject({
      expected: { share: 0.04, pairs: 50 },
    });
  });

  it('seldom alarms about a judge that stayed the same, whose requests change by chances of their own', () => {
    const random = seededRandom('drift/level');
    let alarms = 0;
    for (let round = 0; round < 2000; round += 1) {
      const count = () => {
        let changed = 0;
        for (let i = 0; i < 128; i += 1) if (random.next() < (i < 32 ? 0.3 : 0.01)) changed += 1;
        return { changed, pairs: 128 };
      };
      if (judgeDrift(count(), count(), plain).state === 'changed') alarms += 1;
    }
    expect(alarms / 2000).toBeLessThan(0.01);
  });
});
