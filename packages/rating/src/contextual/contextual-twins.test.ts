import type { RatingSettings } from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinClusters } from '../covariance/cluster-codes.ts';
import { sumJointClusters } from '../covariance/sum-joint-clusters.ts';
import { logistic } from '../elo-scale.ts';
import { sizeOfKernelSums } from '../kernels/contextual-sums-fast.ts';
import { logSigmoid } from '../ties/tie-models.ts';
import { contextualScores, listRows } from './contextual-scores.ts';
import { ContextualSums } from './contextual-sums.ts';
import { fitWhole } from './fit-whole.testing.ts';
import { maximiseContextual } from './maximise-contextual.ts';
import { type ContextualColumns, plainBlock, scanContextualRows } from './scan-contextual-rows.ts';
import { sumContextual } from './sum-contextual.ts';

const SETTINGS = { ties: 'half', bothBad: 'tie' } as const;
const MODELS = 5;
const places = Int32Array.from({ length: MODELS }, (_, i) => i);
const point = (width: number, seed: number) => ({
  theta: normalDraws(`theta/${seed}`, MODELS),
  beta: normalDraws(`beta/${seed}`, width).map((value) => 0.5 * value),
});

/** Votes of every kind, with `width` features; all models meet, and tie, at least once. */
function drawColumns(length: number, width: number, seed: number, kind: 'plain' | 'weighted') {
  const random = seededRandom(`twins/${seed}`);
  const draw = (below: number) => Array.from({ length }, () => random.below(below));
  const a = draw(MODELS).map((code, row) => (row < MODELS ? row : code));
  const columns = {
    length,
    a: Uint16Array.from(a),
    b: Uint16Array.from(draw(MODELS - 1), (gap, row) => (a[row]! + 1 + (row < MODELS ? 0 : gap)) % MODELS),
    outcome: Uint8Array.from(draw(4), (code, row) => (row < MODELS ? 2 : code)),
    width,
    features: Float32Array.from({ length: length * width }, () => random.next() * 2 - 1),
  };
  if (kind === 'plain') return columns;
  return {
    ...columns,
    weight: Float64Array.from({ length }, () => 0.5 + random.next()),
    shareA: Float64Array.from({ length }, (_, row) => (row % 3 === 0 ? random.next() : Number.NaN)),
  };
}

type Row = { y: number; w: number; z: number[] };

/** One comparison after the other, as a dense row z = (e_i − e_j, x). */
function denseRows(columns: ContextualColumns, settings: Pick<RatingSettings, 'ties' | 'bothBad'>): Row[] {
  const rows: Row[] = [];
  for (let row = 0; row < columns.length; row += 1) {
    const code = columns.outcome[row]!;
    const drops = (code >= 2 && settings.ties === 'drop') || (code === 3 && settings.bothBad === 'drop');
    const features = columns.features as Float32Array;
    const x = Array.from({ length: columns.width }, (_, f) => features[row * columns.width + f]!);
    if (drops || x.some((value) => !Number.isFinite(value))) continue;
    const z = new Array<number>(MODELS).fill(0);
    z[columns.a[row]!]! += 1;
    z[columns.b[row]!]! -= 1;
    const share = columns.shareA?.[row] ?? Number.NaN;
    const y = Number.isNaN(share) ? [1, 0, 0.5, 0.5][code]! : share;
    rows.push({ y, w: columns.weight?.[row] ?? 1, z: [...z, ...x] });
  }
  return rows;
}

const gapOf = ({ z }: Row, at: readonly number[]): number => z.reduce((sum, v, k) => sum + v * at[k]!, 0);

/** Σ h(row) z zᵀ, plainly. */
function denseOuter(rows: readonly Row[], size: number, h: (row: Row) => number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (const row of rows) {
    const value = h(row);
    for (let k = 0; k < size; k += 1) {
      for (let l = 0; l < size; l += 1) matrix[k * size + l]! += value * row.z[k]! * row.z[l]!;
    }
  }
  return matrix;
}

function expectNear(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  let largest = 1;
  for (let k = 0; k < expected.length; k += 1) largest = Math.max(largest, Math.abs(expected[k]!));
  for (let k = 0; k < expected.length; k += 1) {
    expect(Math.abs(found[k]! - expected[k]!)).toBeLessThan(tolerance * largest);
  }
}

const shapes = fc.record({
  seed: fc.nat(1e6),
  length: fc.integer({ min: MODELS, max: 1300 }),
  width: fc.integer({ min: 0, max: 6 }),
  kind: fc.constantFrom('plain' as const, 'weighted' as const),
  settings: fc.constantFrom(
    SETTINGS,
    { ties: 'half', bothBad: 'drop' } as const,
    { ties: 'drop', bothBad: 'tie' } as const,
  ),
  unknown: fc.boolean(),
});

describe('sums at a point', () => {
  it('are those of dense rows, in the kernel and in plain code', () => {
    fc.assert(
      fc.property(shapes, ({ seed, length, width, kind, settings, unknown }) => {
        const columns = drawColumns(length, width, seed, kind);
        if (unknown && width > 0) columns.features[(length >> 1) * width] = Number.NaN;
        const { theta, beta } = point(width, seed);
        const at = [...theta, ...beta];
        const rows = denseRows(columns, settings);
        const size = MODELS + width;
        const score = (row: Row): number => row.w * (row.y - logistic(gapOf(row, at)));
        const gradient = at.map((_, k) => rows.reduce((sum, row) => sum + score(row) * row.z[k]!, 0));
        const spread = (row: Row): number => row.w * logistic(gapOf(row, at)) * logistic(-gapOf(row, at));
        const plain = new ContextualSums(theta, beta);
        scanContextualRows(columns, settings, places, plainBlock(width), (block) => plain.add(block));
        const pass = { columns, settings, place: places, theta, beta, isRough: false };
        const fast = sizeOfKernelSums(pass) === 0 ? null : sumContextual(pass);
        expect(fast === null).toBe(width > 4);
        for (const sums of fast === null ? [plain] : [plain, fast]) {
          expect(sums.rows).toBe(rows.length);
          expectNear(sums.gradient, gradient, 1e-12);
          expectNear(sums.information(), denseOuter(rows, size, spread), 1e-12);
          expectNear(
            sums.meat(),
            denseOuter(rows, size, (row) => score(row) ** 2),
            1e-12,
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are nearly so where they are rough, and then have no meat', () => {
    fc.assert(
      fc.property(shapes, ({ seed, length, width, kind, settings }) => {
        fc.pre(width <= 4);
        const columns = drawColumns(length, width, seed, kind);
        const { theta, beta } = point(width, seed);
        const pass = { columns, settings, place: places, theta, beta };
        const exact = sumContextual({ ...pass, isRough: false });
        const rough = sumContextual({ ...pass, isRough: true });
        expect(rough.rows).toBe(exact.rows);
        const scale = Math.max(1, exact.rows);
        expectNear(
          rough.gradient.map((value) => value / scale),
          exact.gradient.map((value) => value / scale),
          1e-6,
        );
        expectNear(rough.information(), exact.information(), 1e-5);
        expect(() => rough.meat()).toThrow();
        // and yet not the same: the rough way was taken
        if (width === 4 && exact.rows > 20) expect([...rough.gradient]).not.toEqual([...exact.gradient]);
      }),
      { numRuns: 25 },
    );
  });

  it('are slope and curvature of the likelihood, by differences', () => {
    const columns = drawColumns(60, 2, 1, 'weighted');
    const rows = denseRows(columns, SETTINGS);
    const { theta, beta } = point(2, 1);
    const sums = sumContextual({ columns, settings: SETTINGS, place: places, theta, beta, isRough: false });
    const value = (k: number, by: number, l = 0, byL = 0): number => {
      const at = [...theta, ...beta];
      at[k]! += by;
      at[l]! += byL;
      return rows.reduce((sum, row) => {
        const gap = gapOf(row, at);
        return sum + row.w * (row.y * logSigmoid(gap) + (1 - row.y) * logSigmoid(-gap));
      }, 0);
    };
    const information = sums.information();
    const h = 1e-4;
    for (let k = 0; k < 7; k += 1) {
      expect((value(k, h) - value(k, -h)) / (2 * h)).toBeCloseTo(sums.gradient[k]!, 6);
      for (let l = 0; l < 7; l += 1) {
        const second =
          (value(k, h, l, h) - value(k, h, l, -h) - value(k, -h, l, h) + value(k, -h, l, -h)) / (4 * h * h);
        expect(second).toBeCloseTo(-information[k * 7 + l]!, 5);
      }
    }
  });

  it('stay finite for features of any size', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e30, max: 1e30, noNaN: true }), fc.boolean(), (size, isPlain) => {
        const columns = drawColumns(40, 1, 2, isPlain ? 'plain' : 'weighted');
        columns.features.fill(size);
        const origin = { theta: new Float64Array(5), beta: Float64Array.of(1) };
        const sums = sumContextual({
          columns,
          settings: SETTINGS,
          place: places,
          ...origin,
          isRough: false,
        });
        for (const value of [...sums.gradient, ...sums.information(), ...sums.meat()]) {
          expect(Number.isFinite(value)).toBe(true);
        }
      }),
    );
  });
});

describe('sums over clusters', () => {
  it('are those of dense scores, added cluster by cluster, however little they may take', () => {
    const memory = fc.constantFrom(1, 4000, 2 ** 27);
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 40 }), memory, (shape, clusters, mostBytes) => {
        const { seed, length, width, kind, settings } = shape;
        const columns = drawColumns(length, width, seed, kind);
        const at = point(width, seed);
        const dense = denseRows(columns, settings);
        const rows = listRows(columns, settings, places);
        expect(rows).toHaveLength(dense.length);
        const codes = Int32Array.from(rows, (_, k) => (k * 7 + (seed % 5)) % clusters);
        const others = Int32Array.from(rows, (_, k) => (k * k + seed) % 11);
        const penalty = 0.7;
        const scores = contextualScores({
          ...{ columns, settings, place: places, used: rows.length, point: at, penalty },
        });
        const found = sumJointClusters(
          scores,
          { codes, clusters },
          { codes: others, clusters: 11 },
          mostBytes,
        );
        const size = MODELS + width;
        const back = at.beta.map((value) => (penalty * value) / dense.length);
        const sumBy = (keyOf: (k: number) => number) => {
          const sums = new Map<number, Float64Array>();
          dense.forEach((row, k) => {
            const sum = sums.get(keyOf(k)) ?? new Float64Array(size);
            sums.set(keyOf(k), sum);
            const score = row.w * (row.y - logistic(gapOf(row, [...at.theta, ...at.beta])));
            row.z.forEach((value, p) => {
              sum[p]! += score * value - (p < MODELS ? 0 : back[p - MODELS]!);
            });
          });
          const meat = new Float64Array(size * size);
          for (const sum of sums.values())
            for (let p = 0; p < size; p += 1)
              for (let q = 0; q < size; q += 1) meat[p * size + q]! += sum[p]! * sum[q]!;
          return { meat, clusters: sums.size };
        };
        expectNear(found.meat, sumBy((k) => codes[k]!).meat, 1e-12);
        const both = sumBy((k) => codes[k]! * 11 + others[k]!);
        expectNear(found.both!.meat, both.meat, 1e-12);
        expect(found.both!.clusters).toBe(both.clusters);
        const alone = sumJointClusters(scores, { codes, clusters }, null, mostBytes);
        expect(alone).toEqual({ meat: found.meat, both: null });
      }),
      { numRuns: 40 },
    );
  });

  it('two numberings joined tell two comparisons apart where either does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 })), { minLength: 1 }),
        (pairs) => {
          const coding = (which: 0 | 1) => ({
            codes: Int32Array.from(pairs, (pair) => pair[which]),
            clusters: 6,
          });
          const joined = joinClusters(coding(0), coding(1));
          const names = pairs.map(([one, other]) => `${one}/${other}`);
          expect(joined.clusters).toBe(new Set(names).size);
          const seen = new Map(names.map((name, k) => [name, joined.codes[k]!]));
          expect(names.map((name) => seen.get(name))).toEqual([...joined.codes]);
          expect(new Set(seen.values()).size).toBe(joined.clusters);
        },
      ),
    );
  });
});

describe('odd features', () => {
  const columns = drawColumns(400, 1, 5, 'plain');

  it('of another unit change nothing but the unit of their effect', () => {
    const one = fitWhole(columns, SETTINGS, places, new Float64Array(5));
    for (const unit of [1e-9, 1e-3, 1e4, 1e9]) {
      const features = Float64Array.from(columns.features, (value) => value * unit);
      const other = fitWhole({ ...columns, features }, SETTINGS, places, new Float64Array(5));
      expectNear(other.theta, one.theta, 1e-9);
      expectNear(
        other.beta.map((value) => value * unit),
        one.beta,
        1e-9,
      );
      expectNear(
        other.covariance.map((value, k) => value * (k % 6 === 5 ? unit : 1) * (k >= 30 ? unit : 1)),
        one.covariance,
        1e-8,
      );
    }
  });

  it('that models tell, or that are always the same, are found out unless a penalty holds them', () => {
    const start = { theta: new Float64Array(5), beta: new Float64Array(1) };
    const told = Float64Array.from(columns.a, (a, row) => Number(a === 2) - Number(columns.b[row] === 2));
    const none = new Float64Array(columns.length);
    for (const features of [told, none]) {
      expect(maximiseContextual({ ...columns, features }, SETTINGS, places, start, 0)).toBeNull();
      expect(maximiseContextual({ ...columns, features }, SETTINGS, places, start, 0.5)).not.toBeNull();
    }
    // always 1 is being shown first, which models do not tell
    const first = maximiseContextual({ ...columns, features: none.fill(1) }, SETTINGS, places, start, 0);
    expect(first).not.toBeNull();
  });

  it('that are not known take their comparison out', () => {
    const features = columns.features.slice();
    features[7] = Number.NaN;
    features[8] = Number.POSITIVE_INFINITY;
    const fit = fitWhole({ ...columns, features }, SETTINGS, places, new Float64Array(5));
    expect(fit.used).toBe(398);
  });
});
