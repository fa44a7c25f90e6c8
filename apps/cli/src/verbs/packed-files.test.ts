import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { RatingResultJson } from '@agon/contract';
import { writeArrow } from '@agon/formats/arrow';
import { sampleParquet } from '@agon/testkit/parquet';
import { afterAll, describe, expect, it } from 'vitest';
import { runVerb } from './run-verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'agon-packed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OUTCOMES = ['model_a', 'model_b', 'tie', 'model_a', 'both_bad'];
const votes = Array.from({ length: 60 }, (_, at) => ({
  model_a: ['x', 'y', 'z'][at % 3]!,
  model_b: ['y', 'z', 'x'][at % 3]!,
  winner: OUTCOMES[(at * 7) % 5]!,
  rater: `r${at % 4}`,
  prompt_id: `p${at % 15}`,
  weight: 1 + (at % 2),
}));
const columns = Object.keys(votes[0]!) as (keyof (typeof votes)[number])[];
const csv = [columns, ...votes.map((vote) => columns.map((column) => vote[column]))]
  .map((cells) => `${cells.join(',')}\n`)
  .join('');

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const plain = write('votes.csv', csv);
const packed: readonly (readonly [string, string])[] = [
  ['gzip', write('votes.csv.gz', gzipSync(csv))],
  ['zstd', write('votes.csv.zst', zstdCompressSync(csv))],
  ['Parquet', write('votes.parquet', sampleParquet(votes))],
  ['Parquet in gzip', write('votes.parquet.gz', gzipSync(sampleParquet(votes)))],
  ['a list in an object', write('wrapped.json', JSON.stringify({ data: votes }))],
];

describe('votes are the same, whatever they come in', () => {
  const of = async (verb: 'rank' | 'agreement' | 'raters', path: string, ...options: string[]) => {
    const { out, code } = await runVerb(verb, [path, ...options, '--json']);
    return { code, result: JSON.parse(out) as unknown };
  };

  it.each(packed)('%s', async (_, path) => {
    expect(await of('rank', path, '--cluster', 'rater')).toEqual(
      await of('rank', plain, '--cluster', 'rater'),
    );
    expect(await of('agreement', path)).toEqual(await of('agreement', plain));
    expect(await of('raters', path)).toEqual(await of('raters', plain));
  });

  it('an Arrow file with a weight is read row by row', async () => {
    const names = ['x', 'y', 'z'];
    const codes = (column: 'model_a' | 'model_b') =>
      Int32Array.from(votes, (vote) => names.indexOf(vote[column]));
    const labels = ['model_a', 'model_b', 'tie', 'both_bad'];
    const path = write(
      'votes.arrow',
      writeArrow([
        { name: 'model_a', codes: codes('model_a'), values: names },
        { name: 'model_b', codes: codes('model_b'), values: names },
        { name: 'winner', codes: Int32Array.from(votes, (vote) => labels.indexOf(vote.winner)) },
        { name: 'weight', codes: Int32Array.from(votes, (vote) => vote.weight) },
      ]),
    );
    const expected = (await of('rank', plain)).result as RatingResultJson;
    expect((await of('rank', path)).result).toMatchObject({ models: expected.models });
  });
});
