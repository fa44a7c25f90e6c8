/**
 * `npm run measure -w apps/web -- URL [LIMIT]`: how much JavaScript a page of a running server loads at first.
 * LIMIT in bytes: more ends with exit code 1.
 */
import { firstLoad } from './first-load.ts';

const [address, limit] = process.argv.slice(2);
if (address === undefined) throw new Error('Which page? Give its URL.');

const modules = await firstLoad(address);
const total = modules.reduce((sum, module) => sum + module.bytes, 0);
for (const { path, bytes } of modules) process.stdout.write(`${String(bytes).padStart(7)}  ${path}\n`);
process.stdout.write(
  `${String(total).padStart(7)}  bytes of JavaScript after gzip, in ${modules.length} modules\n`,
);
if (modules.length === 0 || (limit !== undefined && total > Number(limit))) process.exitCode = 1;
