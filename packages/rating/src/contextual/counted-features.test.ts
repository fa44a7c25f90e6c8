import { type CountColumn, STYLE_RULES, styleDifference } from '@agon/domain';
import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureSteps } from '../kernels/style-kernel.ts';
import {
  type CountedFeatures,
  FEATURES,
  fillFeatures,
  plainSteps,
  readCounted,
  STRETCH,
} from './counted-features.ts';

const KINDS = [Uint8Array, Uint16Array, Float32Array] as const;

/** Counts with many zeros; in 32 bits fractions and unknown ones too. */
function drawCounts(kind: number, length: number, seed: string): CountColumn {
  const random = seededRandom(seed);
  const column = new KINDS[kind]!(length);
  for (let row = 0; row < length; row += 1) {
    const size = random.below(3) === 0 ? 0 : random.below(kind === 0 ? 256 : 65_536);
    column[row] = kind === 2 ? (random.below(50) === 0 ? Number.NaN : size / 3) : size;
  }
  return column;
}

const shapes = fc.record({
  seed: fc.nat(1e6),
  length: fc.integer({ min: 1, max: 2 * STRETCH + 5 }),
  kinds: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: 1, maxLength: FEATURES }),
  added: fc.constantFrom(0 as const, 1 as const),
  from: fc.nat(9),
});

describe('features made of counts', () => {
  it('are to the last bit the same in the kernel, in plain code, and for rows anywhere', () => {
    fc.assert(
      fc.property(shapes, ({ seed, length, kinds, added, from }) => {
        const given: CountedFeatures = {
          counts: kinds.map(([a, b], f) => ({
            a: drawCounts(a, from + length, `a/${f}/${seed}`),
            b: drawCounts(b, from + length, `b/${f}/${seed}`),
          })),
          added,
          mean: kinds.map((_, f) => 0.1 * f - 0.07),
          unit: kinds.map((_, f) => 1 / (0.3 + f)),
        };
        const plain = new Float32Array(FEATURES * length).fill(7);
        const fast = new Float32Array(FEATURES * length).fill(8);
        fillFeatures(plainSteps(), given, from, plain);
        fillFeatures(featureSteps(), given, from, fast);
        expect(fast).toEqual(plain);
        const rows = Int32Array.from({ length }, (_, k) => from + length - 1 - k);
        const anywhere = new Float64Array(5 * length);
        readCounted(given)(rows, length, anywhere, 5);
        const rule = STYLE_RULES[added === 1 ? 'fastchat' : 'arena-rank'];
        for (let k = 0; k < length; k += 1) {
          given.counts.forEach(({ a, b }, f) => {
            expect(anywhere[5 * k + f]).toBe(plain[FEATURES * (length - 1 - k) + f]);
            const raw = styleDifference(rule, a[rows[k]!]!, b[rows[k]!]!);
            expect(anywhere[5 * k + f]).toBe(Math.fround((raw - given.mean[f]!) * given.unit[f]!));
          });
          for (let f = given.counts.length; f < FEATURES; f += 1) expect(fast[FEATURES * k + f]).toBe(0);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('have moments to the last bit the same, with and without rows that do not count', () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ seed, length, added }, all) => {
        const rows = Math.min(length, STRETCH);
        const counts = { a: drawCounts(0, rows, `a/${seed}`), b: drawCounts(1, rows, `b/${seed}`) };
        const random = seededRandom(`used/${seed}`);
        const isUsed = all ? null : Uint8Array.from({ length: rows }, () => random.below(2));
        const [plain, fast] = [plainSteps(), featureSteps()].map((steps) => {
          const sums = Float64Array.of(1, 2, 3, 4, 0, 0.1);
          steps.differences(counts, 0, rows, added);
          steps.addMoments(isUsed, rows, 0.25, sums);
          return sums;
        });
        expect(fast).toEqual(plain);
        const x = Array.from(counts.a, (a, row) => (a - counts.b[row]!) / (a + counts.b[row]! + added || 1));
        const used = x.filter((_, row) => isUsed?.[row] !== 0);
        const sum = used.reduce((total, value) => total + value - 0.25, 3);
        expect(fast![0]! + fast![1]!).toBeCloseTo(sum, 9);
        expect(Math.max(fast![4]!, fast![5]!)).toBe(Math.max(0.1, ...used.map(Math.abs)));
      }),
      { numRuns: 60 },
    );
  });
});
