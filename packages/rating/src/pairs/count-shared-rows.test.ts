import { seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { helpWithWork } from '../threads/help-with-work.ts';
import { helpedParts } from '../threads/share-parts.ts';
import type { SharedWork } from '../threads/threads.ts';
import { type CountedRows, countRows } from './count-rows.ts';
import { countSharedRows } from './count-shared-rows.ts';

const MODELS = 7;

/** Rows of shared columns, some of them refused: unknown models, one model twice, unknown outcomes. */
function drawRows(length: number, seed: number): CountedRows {
  const random = seededRandom(`count-shared-rows/${seed}`);
  const column = (below: number): Uint8Array => {
    const values = new Uint8Array(new SharedArrayBuffer(length));
    for (let row = 0; row < length; row += 1) values[row] = random.below(below);
    return values;
  };
  const maps = { modelOfA: null, modelOfB: null, outcomeOf: null };
  return { a: column(MODELS + 1), b: column(MODELS), outcome: column(5), from: 0, to: length, ...maps };
}

function counted(rows: CountedRows, help: ((work: SharedWork) => void) | null) {
  const counts = new Uint32Array(2 * MODELS * (MODELS - 1)).fill(1);
  const refused = { outcome: 1, model: 2, same: 3 };
  const seen: SharedWork[] = [];
  const start = (work: SharedWork): void => {
    seen.push(work);
    help?.(work);
  };
  const threads = { paysFromMs: 0, patienceMs: 1, start };
  countSharedRows(rows, MODELS, counts, refused, help === null ? undefined : threads);
  return { counts, refused, seen };
}

describe('rows counted by several threads', () => {
  it('are those of one, whether helpers do all, none, or begin some and die', () => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(0, 1, 5, 999, 30_000), (seed, length) => {
        const rows = drawRows(length, seed);
        const counts = new Uint32Array(2 * MODELS * (MODELS - 1)).fill(1);
        const refused = { outcome: 1, model: 2, same: 3 };
        countRows(rows, MODELS, counts, refused);
        const ways = [
          counted(rows, null),
          counted(rows, helpWithWork),
          counted(rows, () => {}),
          counted(rows, (work) => {
            Atomics.add(new Int32Array(work.parts.progress), 0, 3);
            if (work.kind === 'counts') new Uint32Array(work.results).fill(5);
          }),
        ];
        for (const way of ways)
          expect({ counts: way.counts, refused: way.refused }).toEqual({ counts, refused });
        expect(helpedParts(ways[1]!.seen[0]!.parts)).toBe(8);
      }),
      { numRuns: 20 },
    );
  });

  it('are not shared where a column is no shared memory', () => {
    const rows = drawRows(100, 1);
    expect(counted({ ...rows, b: rows.b.slice() }, helpWithWork).seen).toEqual([]);
  });
});
