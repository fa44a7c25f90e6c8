import {
  type ComparisonColumns,
  DEFAULT_RATING_SETTINGS,
  OUTCOME_CODES,
  type RatingSettings,
  STYLE_RULES,
  type StyleCount,
  type StyleDefinition,
  styleDifference,
} from '@agon/domain';
import { type SeededRandom, sandwichProduct, seededRandom, Z95 } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { climbAllRows, independentMeat, invertInformation, MANY_ROWS } from './maximise-contextual.ts';

const MODELS = 12;
const COUNTS = ['length', 'headers', 'lists', 'bold'] as const;
const LENGTH = Math.floor(1.1 * MANY_ROWS) + 1;

/** Few different counts, so that the rounding of features goes one way in many rows alike. */
function drawVotes(seed: string, unknown: boolean): ComparisonColumns {
  const random = seededRandom(`many-with-style/${seed}`);
  const a = new Uint16Array(LENGTH);
  const b = new Uint16Array(LENGTH);
  const outcome = new Uint8Array(LENGTH);
  const side = (models: Uint16Array) => ({
    length: Uint16Array.from(models, (model) => 90 * (1 + random.below(3)) + 40 * model),
    headers: Uint8Array.from(models, () => random.below(4)),
    lists: Uint8Array.from(models, (model) => random.below(3) + (model % 3)),
    bold: Float32Array.from(models, () => (unknown && random.below(40) === 0 ? Number.NaN : random.below(7))),
  });
  for (let row = 0; row < LENGTH; row += 1) {
    a[row] = random.below(MODELS);
    b[row] = (a[row]! + 1 + random.below(MODELS - 1)) % MODELS;
  }
  const style = { a: side(a), b: side(b) };
  for (let row = 0; row < LENGTH; row += 1)
    outcome[row] = vote(random, row, a, b, style.a.length, style.b.length);
  return { length: LENGTH, models: Array.from(new Array(MODELS).keys(), String), a, b, outcome, style };
}

function vote(
  random: SeededRandom,
  row: number,
  a: Uint16Array,
  b: Uint16Array,
  long: Uint16Array,
  other: Uint16Array,
): number {
  if (random.below(5) === 0) return OUTCOME_CODES.tie + random.below(2);
  const gap = 0.15 * (a[row]! - b[row]!) + (long[row]! - other[row]!) / (long[row]! + other[row]! + 1);
  return random.next() < logistic(gap) ? OUTCOME_CODES.a : OUTCOME_CODES.b;
}

/** Features in 64 bits of the rows that count, and the fit to 1e-10 logits that takes neither sample nor shortcut. */
function fitExactly(columns: ComparisonColumns, settings: RatingSettings) {
  const rule = STYLE_RULES[settings.styleDefinition];
  const column = (slot: 'a' | 'b', count: StyleCount) =>
    columns.style![slot][count === 'length' ? rule.lengthCount : count]!;
  const rows = Array.from(columns.a.keys()).filter(
    (row) =>
      !(settings.ties === 'drop' && columns.outcome[row]! >= OUTCOME_CODES.tie) &&
      COUNTS.every((count) => !Number.isNaN(column('a', count)[row]! + column('b', count)[row]!)),
  );
  const features = new Float64Array(rows.length * COUNTS.length);
  const scales = COUNTS.map((count, f) => {
    const x = rows.map((row) => styleDifference(rule, column('a', count)[row]!, column('b', count)[row]!));
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const sd = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
    x.forEach((value, k) => {
      features[k * COUNTS.length + f] = (value - mean) / sd;
    });
    return { mean, sd };
  });
  const fitted = {
    length: rows.length,
    a: Uint16Array.from(rows, (row) => columns.a[row]!),
    b: Uint16Array.from(rows, (row) => columns.b[row]!),
    outcome: Uint8Array.from(rows, (row) => columns.outcome[row]!),
    width: COUNTS.length,
    features,
  };
  const start = { theta: new Float64Array(MODELS), beta: new Float64Array(COUNTS.length) };
  const place = Int32Array.from({ length: MODELS }, (_, model) => model);
  const top = climbAllRows(fitted, settings, place, start, rule.ridge)!;
  const side = MODELS + COUNTS.length;
  const covariance = sandwichProduct(invertInformation(top), independentMeat(top, rule.ridge), side);
  const errors = Array.from({ length: side }, (_, k) => Math.sqrt(covariance[k * (side + 1)]!));
  return { ...top.point, errors, scales, used: rows.length };
}

describe('style control of many comparisons', () => {
  it.each<[StyleDefinition, RatingSettings['ties'], boolean]>([
    ['fastchat', 'half', false],
    ['arena-rank', 'drop', false],
    ['fastchat', 'drop', true],
  ])(
    'is within 1e-6 Elo points of features in 64 bits (%s, ties %s, some unknown: %s)',
    (styleDefinition, ties, unknown) => {
      const columns = drawVotes(`${styleDefinition}/${ties}/${unknown}`, unknown);
      const settings: RatingSettings = {
        ...DEFAULT_RATING_SETTINGS,
        method: 'contextual',
        styleDefinition,
        ties,
      };
      const exact = fitExactly(columns, settings);
      const result = fitRatings(columns, settings);
      expect(result.comparisons.used).toBe(exact.used);
      for (const { model, rating, low, high } of result.models) {
        const i = Number(model);
        expect(Math.abs(rating! - 1000 - ELO_PER_LOGIT * exact.theta[i]!)).toBeLessThan(1e-6);
        const error = (high! - low!) / (2 * Z95 * ELO_PER_LOGIT);
        expect(Math.abs(error / exact.errors[i]! - 1)).toBeLessThan(1e-4);
      }
      result.style!.forEach(({ coefficient, mean, sd, low, high }, f) => {
        expect(Math.abs(mean - exact.scales[f]!.mean)).toBeLessThan(1e-11);
        expect(Math.abs(sd - exact.scales[f]!.sd)).toBeLessThan(1e-11);
        expect(Math.abs(coefficient! - exact.beta[f]!)).toBeLessThan(1e-8);
        expect(Math.abs((high! - low!) / (2 * Z95 * exact.errors[MODELS + f]!) - 1)).toBeLessThan(1e-4);
      });
    },
  );
});
