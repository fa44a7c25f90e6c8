import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_RATING_SETTINGS, toColumns } from '@agon/domain';
import { withArrowFile } from '@agon/files/arrow';
import { writeArrow } from '@agon/formats/arrow';
import { fitRatings } from '@agon/rating';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { rankArrowFile } from './rank-arrow-file.ts';
import { readComparisonFiles } from './read-comparison-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-arrow-'));
const path = join(folder, 'votes.arrow');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const vote = fc.record({ a: fc.constantFrom(0, 1, 3), b: fc.constantFrom(0, 1, 2, 3), outcome: fc.nat(3) });
const MODELS = ['one', 'two', 'three', 'four', 'nobody'];

function write(votes: readonly { a: number; b: number; outcome: number }[], batchRows: number): void {
  writeFileSync(
    path,
    writeArrow(
      [
        { name: 'model_a', codes: Int8Array.from(votes.map((row) => row.a)), values: MODELS },
        { name: 'model_b', codes: Int32Array.from(votes.map((row) => row.b)), values: MODELS },
        { name: 'winner', codes: Int8Array.from(votes.map((row) => row.outcome)) },
      ],
      { batchRows },
    ),
  );
}

describe('ratings of an Arrow file', () => {
  it('by counts are those of its rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(vote, { minLength: 5, maxLength: 80 }).filter((votes) => votes.some(({ a, b }) => a !== b)),
        fc.constantFrom(8, 24, 1000),
        fc.constantFrom('half', 'drop'),
        async (votes, batchRows, ties) => {
          write(votes, batchRows);
          const settings = { ...DEFAULT_RATING_SETTINGS, ties };
          const { comparisons } = await readComparisonFiles([path], {});
          // the order of the dictionary: where two groups are equally large, the first is rated
          const met = new Set(comparisons.flatMap((row) => [row.modelA, row.modelB]));
          const columns = toColumns(
            comparisons,
            MODELS.filter((model) => met.has(model)),
          );
          const attempt = (work: () => unknown) => {
            try {
              return work();
            } catch (error) {
              return error instanceof Error ? error.message : error;
            }
          };
          const byRows = attempt(() => fitRatings(columns, settings));
          const byCounts = attempt(() =>
            withArrowFile(path, { rater: false, prompt: false }, [], (file) => rankArrowFile(file, settings)),
          );
          if (typeof byRows === 'string') expect(byCounts).toBe(byRows);
          else {
            const rated = (result: unknown) => (result as ReturnType<typeof fitRatings>).models;
            const sorted = (result: unknown) =>
              [...rated(result)].sort((x, y) => (x.model < y.model ? -1 : 1));
            expect(sorted(byCounts).map(({ model }) => model)).toEqual(
              sorted(byRows).map(({ model }) => model),
            );
            for (const [i, model] of sorted(byCounts).entries()) {
              const other = sorted(byRows)[i]!;
              expect(model.comparisons).toBe(other.comparisons);
              if (other.rating === null) expect(model.rating).toBeNull();
              else expect(model.rating).toBeCloseTo(other.rating, 6);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are not counted where a method needs the rows', () => {
    write([{ a: 0, b: 1, outcome: 0 }], 8);
    const wants = { rater: false, prompt: false };
    expect(
      withArrowFile(path, wants, [], (file) =>
        rankArrowFile(file, { ...DEFAULT_RATING_SETTINGS, method: 'elo' }),
      ),
    ).toBeNull();
  });
});
