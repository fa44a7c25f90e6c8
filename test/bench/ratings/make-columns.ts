/**
 * `node make-columns.ts FOLDER MODELS VOTES`: the seeded votes as columns in a folder. A process of its own, since the peak
 * memory that a system tells of a process is at least that of the one that started it.
 */
import { generateVotes } from './generate-votes.ts';
import { writeColumns } from './write-columns.ts';
import { writeCounts } from './write-counts.ts';

const [folder, models, length] = process.argv.slice(2) as [string, string, string];
const votes = generateVotes(Number(models), Number(length), 1);
writeColumns(folder, votes);
writeCounts(folder, votes);
