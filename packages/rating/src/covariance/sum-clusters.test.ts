import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { sumClustersFast } from '../kernels/sum-clusters-fast.ts';
import { sumClustersReference } from '../kernels/sum-clusters-reference.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { ClusteredRows } from './cluster-sums.ts';
import { sumClusters } from './sum-clusters.ts';

type Shape = {
  readonly seed: number;
  readonly models: number;
  readonly length: number;
  readonly clusters: number;
  readonly others: number | null;
  readonly ties: 'half' | 'drop';
  readonly bothBad: 'tie' | 'drop';
  readonly isWide: boolean;
  readonly isWeighted: boolean;
  readonly isShared: boolean;
};

const shape = (models: readonly number[], lengths: readonly number[]): fc.Arbitrary<Shape> =>
  fc.record({
    seed: fc.nat(),
    models: fc.constantFrom(...models),
    length: fc.constantFrom(...lengths),
    clusters: fc.constantFrom(1, 3, 40, 5000),
    others: fc.constantFrom(null, 1, 4, 900),
    ties: fc.constantFrom('half', 'drop'),
    bothBad: fc.constantFrom('tie', 'drop'),
    isWide: fc.boolean(),
    isWeighted: fc.boolean(),
    isShared: fc.boolean(),
  });

const ODD_WEIGHTS = [0, -1, Number.NaN, 1e-13, 1e13, Number.POSITIVE_INFINITY];

/** Mostly good rows; now and then a code out of range on either side, or a weight or share that is refused. */
function draw(of: Shape): ClusteredRows {
  const random = seededRandom(`clusters/${of.seed}`);
  const { length } = of;
  const code = (limit: number): number =>
    random.next() < 0.02 ? random.below(3) - 2 + limit * random.below(2) : random.below(limit);
  const fill = <T extends Int32Array | Uint16Array | Int8Array>(column: T, limit: number): T => {
    for (let row = 0; row < length; row += 1) column[row] = code(limit);
    return column;
  };
  const column = (): Int32Array | Uint16Array =>
    of.isWide ? new Int32Array(length) : new Uint16Array(length);
  const weights = (): number => (random.next() < 0.1 ? ODD_WEIGHTS[random.below(6)]! : 3 * random.next());
  const share = (): number => (random.next() < 0.4 ? Number.NaN : 1.2 * random.next() - 0.1);
  // one code of a model outside of the group, in the middle
  const place = Int32Array.from({ length: of.models + 1 }, (_, k) => (k === 1 ? -1 : k === 0 ? 0 : k - 1));
  return {
    columns: {
      length,
      models: Array.from(place, (_, k) => `m${k}`),
      a: fill(column(), of.models + 1),
      b: fill(column(), of.models + 1),
      outcome: fill(new Int8Array(length), 4),
      ...(of.isWeighted ? { weight: Float64Array.from({ length }, weights) } : {}),
      ...(of.isShared ? { shareA: Float64Array.from({ length }, share) } : {}),
    },
    settings: { ties: of.ties, bothBad: of.bothBad },
    place,
    theta: Float64Array.from({ length: of.models }, () => 4 * random.next() - 2),
    codes: fill(new Int32Array(length), of.clusters),
    others: of.others === null ? null : fill(new Int32Array(length), of.others),
  };
}

/** Straight from the definition: a dense vector of scores for each cluster, and the sum of their outer products. */
function sumFromDefinition(rows: ClusteredRows, keyOf: (row: number) => string | null) {
  const m = rows.theta.length;
  const clusters = new Map<string, { readonly u: Float64Array; size: number }>();
  const counts = { rows: 0, unknown: 0 };
  scanComparisons(rows.columns, rows.settings, (row, a, b, points, weight) => {
    const i = rows.place[a]!;
    const j = rows.place[b]!;
    if (i < 0 || j < 0) return;
    counts.rows += 1;
    let key = keyOf(row);
    if (key === null) {
      counts.unknown += 1;
      key = `row ${row}`;
    }
    const cluster = clusters.get(key) ?? { u: new Float64Array(m), size: 0 };
    clusters.set(key, cluster);
    cluster.size += 1;
    const score = weight * (points - logistic(rows.theta[i]! - rows.theta[j]!));
    cluster.u[i]! += score;
    cluster.u[j]! -= score;
  });
  const meat = new Float64Array(m * m);
  let largest = 0;
  for (const { u, size } of clusters.values()) {
    largest = Math.max(largest, size);
    for (let i = 0; i < m; i += 1) for (let j = 0; j < m; j += 1) meat[i * m + j]! += u[i]! * u[j]!;
  }
  const factor = clusters.size < 2 ? 0 : clusters.size / (clusters.size - 1);
  return {
    meat: meat.map((value) => factor * value),
    clusters: clusters.size,
    largestShare: counts.rows === 0 ? 0 : largest / counts.rows,
    unknown: counts.unknown,
  };
}

function expectClose(fast: Float64Array, slow: Float64Array): void {
  const size = slow.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-300);
  fast.forEach((value, k) => {
    expect(Math.abs(value - slow[k]!)).toBeLessThanOrEqual(1e-11 * size);
  });
}

describe('sums over clusters', () => {
  it('are those of the definition', () => {
    fc.assert(
      fc.property(shape([2, 5, 30], [0, 1, 2, 300]), (of) => {
        const rows = draw(of);
        const { first, both } = sumClusters(rows);
        const code = (row: number): string | null => (rows.codes[row]! < 0 ? null : `${rows.codes[row]}`);
        const slow = sumFromDefinition(rows, code);
        expect({ ...first, meat: null }).toEqual({ ...slow, meat: null });
        expectClose(first.meat, slow.meat);
        expect(both === null).toBe(of.others === null);
        if (both === null) return;
        const slowBoth = sumFromDefinition(rows, (row) =>
          code(row) === null || rows.others![row]! < 0 ? null : `${code(row)} ${rows.others![row]}`,
        );
        expect(both.clusters).toBe(slowBoth.clusters);
        expectClose(both.meat, slowBoth.meat);
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['few rows', shape([2, 5, 30], [0, 1, 2, 300]), 150],
    ['clusters that touch most models, more than a block of them', shape([24, 31], [20_000]), 12],
    ['more than one block of rows', shape([2, 70], [40_000]), 12],
  ] as const)('have the same bits in the kernel and in plain code: %s', (_name, shapes, numRuns) => {
    fc.assert(
      fc.property(shapes, (of) => {
        const rows = draw(of);
        const fast = sumClustersFast(rows);
        const plain = sumClustersReference(rows);
        expect(fast).toEqual(plain);
      }),
      { numRuns },
    );
  });

  it('leave strengths beyond e^300 to the plain code', () => {
    const theta = Float64Array.of(0, 400);
    const columns = {
      length: 3,
      models: ['m0', 'm1'],
      a: Int32Array.of(0, 1, 0),
      b: Int32Array.of(1, 0, 1),
      outcome: Int8Array.of(0, 1, 2),
    };
    const rows: ClusteredRows = {
      columns,
      settings: { ties: 'half', bothBad: 'tie' },
      place: Int32Array.of(0, 1),
      theta,
      codes: Int32Array.of(0, 0, 1),
      others: null,
    };
    expect(sumClustersFast(rows)).toBeNull();
    // scores 1, 1 (told from the first model) and 0.5; C / (C - 1) = 2
    expect([...sumClusters(rows).first.meat]).toEqual([8.5, -8.5, -8.5, 8.5]);
  });
});
