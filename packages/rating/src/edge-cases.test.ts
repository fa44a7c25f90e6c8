import {
  type Comparison,
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  isArenaError,
  RATING_METHODS,
  type RatingMethod,
  type RatingResult,
  type RatingSettings,
  STYLE_COUNTS,
  toColumns,
} from '@agon/domain';
import { describe, expect, it } from 'vitest';
import { fitRatings } from './fit-ratings.ts';
import { explainRatings } from './insights/explain-ratings.ts';

const counts = (length: number) => ({
  length,
  lengthWithoutCode: length,
  headers: length % 3,
  lists: 0,
  bold: 0,
});
const vote = (a: string, b: string, outcome: Comparison['outcome'], weight?: number): Comparison => ({
  modelA: a,
  modelB: b,
  outcome,
  source: 'people',
  rater: 'r',
  promptKey: 'p',
  style: { a: counts(100 + 7 * a.length), b: counts(90 + 11 * b.length) },
  ...(weight === undefined ? {} : { weight }),
});
const many = (n: number, row: Comparison): Comparison[] => new Array<Comparison>(n).fill(row);
const level = (a: string, b: string): Comparison[] => [
  ...many(20, vote(a, b, 'a')),
  ...many(20, vote(b, a, 'a')),
  ...many(10, vote(a, b, 'tie')),
];

const CASES: readonly (readonly [name: string, rows: readonly Comparison[]])[] = [
  ['no vote', []],
  ['one model against itself', many(5, vote('base', 'base', 'tie'))],
  ['all ties', many(40, vote('base', 'm', 'tie'))],
  ['perfect separation', [...many(40, vote('base', 'm', 'a')), ...many(40, vote('m', 'n', 'a'))]],
  ['two islands', [...level('base', 'm'), ...level('x', 'y')]],
  ['a model with one vote', [...level('base', 'm'), ...level('m', 'n'), vote('base', 'late', 'a')]],
  ['weights of 0', [...many(10, vote('base', 'm', 'a', 0)), ...many(10, vote('m', 'base', 'a', 0))]],
  ['half of the weights 0', [...level('base', 'm'), ...many(50, vote('base', 'm', 'a', 0))]],
  ['a hundred thousand votes alike', many(100_000, vote('base', 'm', 'a'))],
  ['a hundred thousand votes and one', [...many(100_000, vote('base', 'm', 'a')), vote('base', 'm', 'b')]],
];

function attempt(rows: readonly Comparison[], over: Partial<RatingSettings>): RatingResult | string {
  try {
    return fitRatings(toColumns(rows, ['base', 'm']), { ...DEFAULT_RATING_SETTINGS, ...over });
  } catch (error) {
    if (!isArenaError(error)) throw error;
    expect(error.message).not.toBe('');
    return error.code;
  }
}

function numbersOf(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

describe('data at the edge, method by method', () => {
  for (const [name, rows] of CASES) {
    const large = rows.length > 1000;
    it.each(RATING_METHODS)(`${name}: %s explains what it cannot tell`, (method: RatingMethod) => {
      // a judge who says the same as people of every vote
      const said =
        method === 'prediction-powered'
          ? [...rows, ...rows.map((row): Comparison => ({ ...row, source: 'judges' }))]
          : rows;
      for (const interval of large
        ? (['sandwich'] as const)
        : (['sandwich', 'bootstrap', 'fisher'] as const)) {
        const result = attempt(said, { method, interval, baseline: 'base', rounds: 20 });
        if (typeof result === 'string') {
          expect(['no_comparisons', 'no_overlap']).toContain(result);
          continue;
        }
        expect(numbersOf(result).every(Number.isFinite)).toBe(true);
        const silent = result.models.filter(
          ({ rating, winRate, lcWinRate }) => rating === null && winRate == null && lcWinRate == null,
        );
        // nothing is left out without a sentence about it
        if (silent.length > 0) expect(result.warnings.length).toBeGreaterThan(0);
        const left = result.comparisons.excluded.reduce((sum, { count: n }) => sum + n, 0);
        expect(result.comparisons.used + left).toBe(said.length);
      }
    });
  }

  // these two fits are row by row: they have the hundred thousand above
  it.each(
    RATING_METHODS.filter((method) => method !== 'length-controlled' && method !== 'prediction-powered'),
  )('a million votes alike: %s', (method) => {
    const length = 1_000_000;
    const style = () =>
      Object.fromEntries(
        STYLE_COUNTS.map((count, k) => [
          count,
          new Float32Array(length).map((_, row) => ((5 * row + k) % 35) + 1),
        ]),
      );
    const columns: ComparisonColumns = {
      length,
      models: ['base', 'm'],
      a: new Int32Array(length),
      b: new Int32Array(length).fill(1),
      outcome: new Uint8Array(length),
      style: { a: style(), b: style() },
    };
    const result = fitRatings(columns, { ...DEFAULT_RATING_SETTINGS, method, baseline: 'base' });
    expect(numbersOf(result).every(Number.isFinite)).toBe(true);
    expect(result.comparisons.read).toBe(length);
    if (method === 'bradley-terry') {
      expect(result.warnings.map(({ code }) => code)).toContain('separated');
    }
  });

  it('the covariance, too, is silent where it has nothing to say', () => {
    for (const [, rows] of CASES) {
      if (rows.length > 1000) continue;
      try {
        const insights = explainRatings(toColumns(rows), DEFAULT_RATING_SETTINGS);
        expect(numbersOf(insights).every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(isArenaError(error) && error.code).toBe('no_comparisons');
      }
    }
  });
});
