#!/usr/bin/env -S NODE_COMPILE_CACHE=${HOME}/.cache/agon node
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadBundle } from './load-bundle.ts';

// what is loaded from here on is compiled once and kept; the first line of this file says so for this file too
enableCompileCache(join(homedir(), '.cache', 'agon'));
// a reader that has seen enough (`agon … | head`, `npm start | tee log` at Ctrl-C) is no fault, and no reason to leave
// a database running that this process started
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout)
      process.stderr.write(`agon: The output cannot be written: ${error.message}.\n`);
    process.exit(2);
  });
}
const argv = process.argv.slice(2);
const { runAgon } = (await loadBundle(argv)) ?? (await import('./run-agon.ts'));
process.exitCode = await runAgon(argv);
