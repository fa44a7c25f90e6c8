import { type Comparison, type Outcome, swapOutcome } from '@agon/domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgreementOptions, measureAgreement } from './measure-agreement.ts';

function said(rater: string, outcome: Outcome, promptKey = 'p', more: Partial<Comparison> = {}): Comparison {
  const source = rater.startsWith('judge') ? 'judges' : 'people';
  return { modelA: 'm', modelB: 'n', outcome, source, rater, promptKey, ...more };
}

function swapped(row: Comparison): Comparison {
  return { ...row, modelA: row.modelB, modelB: row.modelA, outcome: swapOutcome(row.outcome) };
}

function measure(rows: readonly Comparison[], over: Partial<AgreementOptions> = {}) {
  return measureAgreement(rows, { by: 'rater', ties: 'keep', seed: 1, rounds: 200, ...over });
}

/** Two raters on ten prompts: 20, 5, 10, 15 of the kappa table, by tens. */
const TABLE: readonly Comparison[] = (
  [
    ['a', 'a', 20],
    ['a', 'b', 5],
    ['b', 'a', 10],
    ['b', 'b', 15],
  ] as const
).flatMap(([x, y, count]) =>
  Array.from({ length: count }, (_, i) => [
    said('x', x, `${x}${y}${i}`),
    said('y', y, `${x}${y}${i}`),
  ]).flat(),
);

describe('measureAgreement', () => {
  it('finds 70 % and kappa 0.4 in the table 20, 5, 10, 15', () => {
    const { pairs } = measure(TABLE);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]).toMatchObject({ left: 'x', right: 'y', items: 50, battles: 50, tiesDropped: 0 });
    expect(pairs[0]!.agreement).toBeCloseTo(0.7, 12);
    expect(pairs[0]!.kappa).toBeCloseTo(0.4, 12);
    // ± 1.96 · √(0.7 · 0.3 / 50)
    expect(pairs[0]!.low!).toBeCloseTo(0.573, 1);
    expect(pairs[0]!.high!).toBeCloseTo(0.827, 1);
    expect(pairs[0]!.kappaLow!).toBeLessThan(0.4);
    expect(pairs[0]!.kappaHigh!).toBeGreaterThan(0.4);
  });

  it('does not care about order, nor about whose slots were exchanged for whom', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...TABLE], { minLength: TABLE.length }),
        fc.array(fc.boolean(), { minLength: TABLE.length, maxLength: TABLE.length }),
        (rows, turns) => {
          const turned = measure(rows.map((row, i) => (turns[i] ? swapped(row) : row)));
          expect(turned.pairs[0]!.agreement).toBeCloseTo(0.7, 12);
          expect(measure(rows).pairs[0]).toMatchObject({ items: 50, agreement: 0.7 });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is the same to the last digit where one rater saw every battle the other way round', () => {
    const turned = TABLE.map((row) => (row.rater === 'y' ? swapped(row) : row));
    expect(measure(turned)).toEqual(measure(TABLE));
  });

  it('a tie agrees with a tie and with both bad; dropped ties are counted', () => {
    const rows = [
      said('x', 'tie', 'p0'),
      said('y', 'both_bad', 'p0'),
      said('x', 'a', 'p1'),
      said('y', 'tie', 'p1'),
      said('x', 'b', 'p2'),
      said('y', 'b', 'p2'),
    ];
    expect(measure(rows).pairs[0]).toMatchObject({ items: 3, agreement: 2 / 3, tiesDropped: 0 });
    expect(measure(rows, { ties: 'drop' }).pairs[0]).toMatchObject({
      items: 1,
      agreement: 1,
      tiesDropped: 2,
    });
  });

  it('compares only the same prompt, models and turn', () => {
    const rows = [
      said('x', 'a', 'p', { turn: 1 }),
      said('y', 'a', 'p', { turn: 2 }),
      said('y', 'a', 'q', { turn: 1 }),
      said('y', 'a', 'p', { turn: 1, modelB: 'o' }),
    ];
    expect(measure(rows).pairs).toEqual([]);
    expect(measure([...rows, said('y', 'b', 'p', { turn: 1 })]).pairs[0]).toMatchObject({
      items: 1,
      agreement: 0,
    });
  });

  it('looks at one turn where asked', () => {
    const rows = ['p', 'q'].flatMap((prompt) =>
      [1, 2].flatMap((turn) => [
        said('x', 'a', prompt, { turn }),
        said('y', turn === 1 ? 'a' : 'b', prompt, { turn }),
      ]),
    );
    expect(measure(rows, { turn: 1 }).pairs[0]).toMatchObject({ items: 2, agreement: 1 });
    expect(measure(rows, { turn: 2 }).pairs[0]).toMatchObject({ items: 2, agreement: 0 });
    expect(measure(rows).pairs[0]).toMatchObject({ items: 4, agreement: 0.5 });
  });

  it('never holds a rater against itself, and counts votes without a prompt', () => {
    const again = [said('x', 'a'), said('x', 'b')];
    expect(measure(again, { by: 'source' }).pairs).toEqual([]);
    expect(measure(again).ceiling).toMatchObject({ items: 0, agreement: null });
    const { promptKey: _, ...loose } = said('y', 'a');
    expect(measure([...again, loose]).unplaced).toBe(1);
  });

  const mixed = [
    said('judge-1', 'a'),
    said('judge-2', 'b'),
    said('expert-1', 'a'),
    said('expert-2', 'a'),
    said('author', 'b'),
    said('judge-1', 'tie', 'q'),
    said('expert-1', 'b', 'q'),
  ];

  it('by source: judges against people, one pair a vote', () => {
    const { pairs, ceiling } = measure(mixed, { by: 'source' });
    expect(pairs.map(({ left, right, items, agreement }) => [left, right, items, agreement])).toEqual([
      // p: judge-1 with 2 of 3, judge-2 with 1 of 3; q: none of 1
      ['judges', 'people', 7, 3 / 7],
    ]);
    expect(ceiling).toMatchObject({ items: 3, agreement: 1 / 3 });
  });

  it('by judge: each against the people, and against each other', () => {
    const { pairs } = measure(mixed, { by: 'judge' });
    expect(pairs.map(({ left, right, items, agreement }) => [left, right, items, agreement])).toEqual([
      ['judge-1', 'people', 4, 0.5],
      ['judge-2', 'people', 3, 1 / 3],
      ['judge-1', 'judge-2', 1, 0],
    ]);
  });

  it('named sides: a judge, a pattern of raters, one side with itself', () => {
    const named = measure(mixed, { by: 'judge', left: 'judge-1', right: 'expert*', ties: 'drop' });
    expect(
      named.pairs.map(({ left, right, items, agreement, tiesDropped }) => [
        left,
        right,
        items,
        agreement,
        tiesDropped,
      ]),
    ).toEqual([['judge-1', 'expert*', 2, 1, 1]]);
    // two experts only: the ceiling leaves the author out
    expect(named.ceiling).toMatchObject({ items: 1, agreement: 1 });
    const inside = measure(mixed, { by: 'source', left: 'people', right: 'people' });
    expect(inside.pairs[0]).toMatchObject({ left: 'people', right: 'people', items: 3, agreement: 1 / 3 });
    const oneSided = measure(mixed, { by: 'source', right: 'author' });
    expect(oneSided.pairs.map(({ left, right }) => [left, right])).toEqual([
      ['judges', 'author'],
      ['people', 'author'],
    ]);
  });

  it.each([
    ['nobody', { left: 'nobody' }],
    ['two sides that share votes', { left: 'people', right: 'expert*' }],
  ])('refuses %s', (_name, over) => {
    expect(() => measure(mixed, over)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  it('has nothing to say of nothing', () => {
    expect(measure([])).toMatchObject({
      pairs: [],
      alpha: null,
      ceiling: { items: 0, agreement: null },
      unplaced: 0,
    });
    const ties = measure([said('x', 'tie'), said('y', 'a')], { ties: 'drop' });
    expect(ties.pairs[0]).toMatchObject({
      items: 0,
      agreement: null,
      low: null,
      kappa: null,
      tiesDropped: 1,
    });
    const once = measure([said('x', 'a'), said('y', 'a')]);
    expect(once.pairs[0]).toMatchObject({ items: 1, agreement: 1, low: null, high: null, kappa: null });
  });
});

describe('a judge that says how sure it is', () => {
  const people = (['a', 'a', 'b', 'b'] as const).map(
    (outcome, i): Comparison => ({
      modelA: 'm',
      modelB: 'n',
      outcome,
      source: 'people',
      rater: 'expert',
      promptKey: `p${i}`,
    }),
  );
  const judge = (shares: readonly number[]): Comparison[] =>
    shares.map((shareA, i) => ({
      modelA: 'm',
      modelB: 'n',
      outcome: shareA > 0.5 ? 'a' : 'b',
      shareA,
      source: 'judges',
      rater: 'judge',
      promptKey: `p${i}`,
    }));

  it('is measured by the area under the curve, by hand, whatever the slots', () => {
    const options = { by: 'source', ties: 'keep', seed: 1 } as const;
    // pairs of (a, b): .9 > .8, .9 > .1, .4 < .8, .4 > .1
    const verdicts = judge([0.9, 0.4, 0.8, 0.1]);
    const [pair] = measureAgreement([...people, ...verdicts], options).pairs;
    expect(pair!.auc).toBeCloseTo(3 / 4, 12);
    const turned = verdicts.map(
      (row): Comparison => ({
        ...row,
        modelA: row.modelB,
        modelB: row.modelA,
        outcome: row.outcome === 'a' ? 'b' : 'a',
        shareA: 1 - row.shareA!,
      }),
    );
    expect(measureAgreement([...people, ...turned], options).pairs[0]!.auc).toBeCloseTo(3 / 4, 12);
    expect(
      measureAgreement([...people, ...verdicts.map(({ shareA: _, ...row }) => row)], options).pairs[0]!.auc,
    ).toBeNull();
  });

  it('alpha and the ceiling come with intervals', () => {
    const second = people.map(
      (row, i): Comparison => ({ ...row, rater: 'other', outcome: i === 0 ? 'b' : row.outcome }),
    );
    const found = measureAgreement([...people, ...second], { by: 'rater', ties: 'keep', seed: 1 });
    expect(found.ceiling).toMatchObject({ items: 4, agreement: 3 / 4 });
    expect(found.ceiling.low!).toBeLessThan(3 / 4);
    expect(found.ceiling.high!).toBe(1);
    expect(found.alphaLow!).toBeLessThan(found.alpha!);
    expect(found.alphaHigh!).toBeGreaterThan(found.alpha!);
  });
});
