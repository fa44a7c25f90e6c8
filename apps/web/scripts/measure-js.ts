/**
 * `npm run measure -w apps/web -- URL [LIMIT]`: how much JavaScript a page of a running server loads at first.
 * Sums, for every module that the page's HTML names, its size after gzip. LIMIT in bytes: more ends with exit code 1.
 */
import { gzipSync } from 'node:zlib';

const [address, limit] = process.argv.slice(2);
if (address === undefined) throw new Error('Which page? Give its URL.');

const html = await (await fetch(address)).text();
const named = html.matchAll(/href="([^"]+\.js)" rel="modulepreload"|import\("([^"]+\.js)"\)/g);
const modules = new Set(
  [...named].map(([, preload, entry]) => new URL(preload ?? entry ?? '', address).href),
);

let total = 0;
for (const url of modules) {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const size = gzipSync(bytes, { level: 9 }).length;
  total += size;
  process.stdout.write(
    `${String(size).padStart(7)}  ${new URL(url).pathname.split('/').slice(-2).join('/')}\n`,
  );
}
process.stdout.write(
  `${String(total).padStart(7)}  bytes of JavaScript after gzip, in ${modules.size} modules\n`,
);
if (modules.size === 0 || (limit !== undefined && total > Number(limit))) process.exitCode = 1;
