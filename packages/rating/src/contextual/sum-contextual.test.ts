import { normalDraws, seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { helpWithWork } from '../threads/help-with-work.ts';
import { helpedParts } from '../threads/share-parts.ts';
import type { SharedWork, Threads } from '../threads/threads.ts';
import type { SumsAtPoint } from './contextual-sums.ts';
import type { ContextualColumns } from './scan-contextual-rows.ts';
import { sumContextual } from './sum-contextual.ts';

const MODELS = 6;
const WIDTH = 4;

function shared<T extends Uint8Array | Uint16Array | Float32Array | Float64Array>(values: T): T {
  const copy = new (values.constructor as new (buffer: SharedArrayBuffer) => T)(
    new SharedArrayBuffer(values.byteLength),
  );
  copy.set(values);
  return copy;
}

/** Columns of every kind that the kernel takes, all of them shared memory. */
function drawColumns(length: number): Record<'matrix' | 'counted' | 'weighted', ContextualColumns> {
  const random = seededRandom('sum-contextual');
  const a = shared(Uint16Array.from({ length }, () => random.below(MODELS)));
  const b = shared(a.map((model) => (model + 1 + random.below(MODELS - 1)) % MODELS));
  const outcome = shared(Uint8Array.from({ length }, () => random.below(4)));
  const counts = (): Uint8Array => shared(Uint8Array.from({ length }, () => random.below(200)));
  const features = shared(Float32Array.from({ length: length * WIDTH }, () => random.next() - 0.5));
  if (length > 2) features[9] = Number.NaN;
  const votes = { length, a, b, outcome };
  const matrix = { ...votes, width: WIDTH, features };
  const weight = shared(Float64Array.from({ length }, () => 0.5 + random.next()));
  return {
    matrix,
    counted: {
      ...votes,
      width: 2,
      features: {
        counts: [
          { a: counts(), b: counts() },
          { a: counts(), b: counts() },
        ],
        added: 1,
        mean: [0.1, -0.1],
        unit: [1.5, 2],
      },
    },
    weighted: { ...matrix, weight },
  };
}

function passOver(columns: ContextualColumns, isRough: boolean) {
  return {
    columns,
    settings: { ties: 'half', bothBad: 'tie' } as const,
    place: Int32Array.from({ length: MODELS }, (_, i) => i),
    theta: normalDraws('theta', MODELS),
    beta: normalDraws('beta', columns.width),
    isRough,
  };
}

function valuesOf(sums: SumsAtPoint, isRough: boolean) {
  const { rows, gradient } = sums;
  return { rows, gradient, information: sums.information(), meat: isRough ? null : sums.meat() };
}

function threadsThat(help: (work: SharedWork) => void): { threads: Threads; seen: SharedWork[] } {
  const seen: SharedWork[] = [];
  const start = (work: SharedWork): void => {
    seen.push(work);
    help(work);
  };
  return { threads: { paysFromMs: 0, patienceMs: 1, start }, seen };
}

/** Begins two blocks, and dies when half of the first is written. */
function beginAndDie(work: SharedWork): void {
  Atomics.add(new Int32Array(work.parts.progress), 0, 2);
  if (work.kind === 'contextual') new Float64Array(work.results).fill(7, 0, 20);
}

describe('sums of a pass in several threads', () => {
  // three blocks, the last of them short
  const long = drawColumns(3 * 65_536 + 777);

  it.each(['matrix', 'counted', 'weighted'] as const)('have the bits of one thread (%s)', (kind) => {
    for (const isRough of [false, true]) {
      const pass = passOver(long[kind], isRough);
      const alone = valuesOf(sumContextual(pass), isRough);
      for (const [help, helped] of [
        [helpWithWork, 3],
        [() => {}, 0],
        [beginAndDie, 0],
      ] as const) {
        const { threads, seen } = threadsThat(help);
        expect(valuesOf(sumContextual(pass, threads), isRough)).toEqual(alone);
        expect(helpedParts(seen[0]!.parts)).toBe(helped);
      }
    }
  });

  it('are not shared where there is one block, or none, or a column is no shared memory', () => {
    const { threads, seen } = threadsThat(helpWithWork);
    for (const length of [0, 1, 65_536]) {
      const pass = passOver(drawColumns(length).matrix, false);
      expect(valuesOf(sumContextual(pass, threads), false)).toEqual(valuesOf(sumContextual(pass), false));
    }
    const { matrix } = long;
    sumContextual(passOver({ ...matrix, outcome: matrix.outcome.slice() }, true), threads);
    expect(seen).toEqual([]);
  });
});
