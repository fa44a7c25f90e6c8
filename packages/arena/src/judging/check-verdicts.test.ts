import { describe, expect, it } from 'vitest';
import type { ProbeCount } from '../ports/run-store.ts';
import { checkVerdicts, doubtsOf, type VerdictCounts } from './check-verdicts.ts';

const NOTHING: VerdictCounts = { results: {}, orders: [], probes: [], mayTie: true };
const probe = (
  name: VerdictCounts['probes'][number]['probe'],
  label: string,
  count: number,
  basis = 'b',
) => ({
  probe: name,
  slot: 'a' as const,
  label,
  basis,
  count,
});
const check = (counts: Partial<VerdictCounts>) => checkVerdicts({ ...NOTHING, ...counts });

describe('checks of verdicts', () => {
  it('says nothing where nothing was asked', () => {
    expect(check({})).toEqual([]);
  });

  it.each([
    // one of ten is unscored: at the limit
    ['unscored', { results: { a: 9, unparseable: 1 } }, { n: 10, hits: 1, passed: true }],
    ['unscored', { results: { a: 8, unparseable: 2 } }, { n: 10, hits: 2, passed: false }],
    [
      'consistency',
      {
        orders: [
          { ab: 'a', ba: 'a', count: 5 },
          { ab: 'a', ba: 'b', count: 5 },
        ],
      },
      { n: 10, hits: 5, passed: true },
    ],
    ['consistency', { orders: [{ ab: 'tie', ba: 'a', count: 1 }] }, { n: 1, hits: 0, passed: false }],
    // 26 of 40 alike come by chance in 4 % of runs of a coin, 25 in 8 %
    [
      'coin',
      {
        orders: [
          { ab: 'a', ba: 'a', count: 26 },
          { ab: 'a', ba: 'b', count: 14 },
        ],
      },
      { n: 40, hits: 26, passed: true },
    ],
    [
      'coin',
      {
        orders: [
          { ab: 'a', ba: 'a', count: 25 },
          { ab: 'a', ba: 'b', count: 15 },
        ],
      },
      { n: 40, hits: 25, passed: false },
    ],
    [
      'coin',
      {
        orders: [
          { ab: 'a', ba: 'a', count: 20 },
          { ab: 'a', ba: 'b', count: 19 },
        ],
      },
      { n: 39, hits: 20, passed: null },
    ],
    [
      'null_model',
      { probes: [probe('null_model', 'b', 19), probe('null_model', 'a', 1)] },
      { n: 20, hits: 1, passed: true },
    ],
    [
      'null_model',
      { probes: [probe('null_model', 'b', 18), probe('null_model', 'a', 1)] },
      { n: 19, hits: 1, passed: false },
    ],
    [
      'null_model',
      { probes: [probe('null_model', 'tie', 4), probe('null_model', 'refused', 2)] },
      { n: 4, hits: 0, passed: true },
    ],
    [
      'planted_verdict',
      { probes: [probe('planted_verdict', 'a', 1), probe('planted_verdict', 'b', 3)] },
      { n: 4, hits: 1, passed: false },
    ],
    // it had won before, or was never judged without the planted verdict
    [
      'planted_verdict',
      { probes: [probe('planted_verdict', 'a', 9, 'a'), probe('planted_verdict', 'b', 1)] },
      { n: 1, hits: 0, passed: true },
    ],
    [
      'identical',
      { probes: [probe('identical', 'a', 3), probe('identical', 'tie', 1)] },
      { n: 4, hits: 3, passed: false },
    ],
    ['identical', { probes: [probe('identical', 'a', 3)], mayTie: false }, { n: 3, hits: 3, passed: null }],
    [
      'repeat',
      { probes: [probe('repeat', 'b', 3), probe('repeat', 'a', 1)] },
      { n: 4, hits: 3, passed: null },
    ],
  ] as const)('%s', (name, counts, expected) => {
    expect(check(counts).find((each) => each.check === name)).toMatchObject(expected);
  });

  it('forgives as many turned verdicts as the judge turns by itself', () => {
    const probes = [
      probe('planted_verdict', 'a', 1),
      probe('planted_verdict', 'b', 3),
      probe('repeat', 'a', 1),
      probe('repeat', 'b', 3),
    ];
    expect(doubtsOf(check({ probes }))).toEqual([]);
    expect(doubtsOf(check({ probes: probes.slice(0, 2) }))).toEqual(['planted_verdict']);
  });

  it('doubts no run for what only tells', () => {
    expect(doubtsOf(check({ probes: [probe('identical', 'a', 3)] }))).toEqual([]);
    expect(doubtsOf(check({ results: { cut_off: 1 }, probes: [probe('null_model', 'a', 1)] }))).toEqual([
      'unscored',
      'null_model',
    ]);
  });
});

describe('checks of scores', () => {
  const scored = (
    probe: ProbeCount['probe'],
    label: string,
    basis: string | null,
    times = 1,
  ): ProbeCount => ({
    ...{ probe, slot: null, label, basis, count: times },
  });
  const checksOf = (probes: readonly ProbeCount[]) =>
    Object.fromEntries(
      check({ probes }).map(({ check: name, n, hits, passed }) => [name, [n, hits, passed]]),
    );

  it.each<readonly [string, readonly ProbeCount[], Readonly<Record<string, unknown>>]>([
    ['an empty text in the middle', [scored('null_model', '0.5000', null, 4)], { null_model: [4, 0, true] }],
    ['an empty text above it', [scored('null_model', '0.6250', '0.1', 4)], { null_model: [4, 4, false] }],
    [
      'a raised score, half a step of slack, and one that could not be raised',
      [
        scored('planted_verdict', '1.0000', '0.25', 2),
        scored('planted_verdict', '0.2900', '0.25', 5),
        scored('planted_verdict', '1.0000', '1', 9),
        scored('planted_verdict', '1.0000', null, 9),
      ],
      { planted_verdict: [7, 2, false] },
    ],
    [
      'scores that go up and down by themselves',
      [
        scored('planted_verdict', '1.0000', '0.5', 1),
        scored('planted_verdict', '0.5000', '0.5', 3),
        scored('repeat', '0.7500', '0.5', 1),
        scored('repeat', '0.5000', '0.5', 3),
      ],
      { planted_verdict: [4, 1, true], repeat: [4, 3, null] },
    ],
    ['replies that could not be read', [scored('null_model', 'unparseable', '0.5')], {}],
  ])('%s', (_, probes, found) => {
    expect(checksOf(probes)).toEqual(found);
  });
});
