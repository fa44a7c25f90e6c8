/**
 * `node online-elo-peer.ts FOLDER REPEATS PACKAGE_FOLDER`: the quickest npm package found that turns votes into ratings.
 * It is an online filter: no maximum likelihood, no intervals, and its ratings depend on the order of the votes.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readColumns } from './write-columns.ts';

type EloRank = {
  getExpected(own: number, other: number): number;
  updateRating(expected: number, actual: number, current: number): number;
};

const [folder, repeatsText, packages] = process.argv.slice(2) as [string, string, string];
const require = createRequire(import.meta.url);
const Elo = require(join(packages, 'node_modules/elo-rank')) as new (k: number) => EloRank;
const votes = readColumns(folder);
const times: number[] = [];
for (let repeat = 0; repeat < Number(repeatsText); repeat += 1) {
  const start = performance.now();
  const elo = new Elo(4);
  const ratings = new Array<number>(votes.models.length).fill(1000);
  for (let row = 0; row < votes.length; row += 1) {
    const a = votes.a[row]!;
    const b = votes.b[row]!;
    const code = votes.outcome[row]!;
    const share = code === 0 ? 1 : code === 1 ? 0 : 0.5;
    const before = ratings[a]!;
    const other = ratings[b]!;
    ratings[a] = elo.updateRating(elo.getExpected(before, other), share, before);
    ratings[b] = elo.updateRating(elo.getExpected(other, before), 1 - share, other);
  }
  times.push(performance.now() - start);
}
process.stdout.write(
  `${JSON.stringify({ task: 'fit', version: 'elo-rank 1.0.4', times, ratings: null, errors: null })}\n`,
);
