/**
 * `npm run check`: format, lint, types, unit tests, architecture; all at once, each step's output only where it failed.
 */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runStep, type Step } from './run-step.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

const STEPS: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  {
    name: 'types of the web pages',
    command: 'npm',
    args: ['run', 'check', '--workspace', 'apps/web', '--silent'],
  },
  {
    name: 'unit tests and architecture',
    command: 'vitest',
    args: ['run', '--project', 'unit', '--reporter=dot'],
  },
  { name: 'dead code', command: 'knip', args: [] },
];

/** Past this, ask which second idea moved in; past the second, the first comment must say why. */
const LONG = 250;
const TOO_LONG = 400;

function listLongFiles(): number {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.svelte'], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
  let faults = 0;
  for (const file of files) {
    const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
    const lines = text.split('\n').length;
    if (lines > LONG) process.stdout.write(`${String(lines).padStart(5)} lines: ${file}\n`);
    const explained = /^\s*(<!--|\/\*\*?|\/\/)[\s\S]{0,400}\b(long|one file|in one place|table)\b/i.test(
      text,
    );
    if (lines > TOO_LONG && !explained) {
      process.stdout.write(`      over ${TOO_LONG} lines without its reason in the first comment\n`);
      faults += 1;
    }
  }
  return faults;
}

const results = await Promise.all(STEPS.map((step) => runStep(step, ROOT)));
let failed = listLongFiles();
for (const result of results) {
  process.stdout.write(
    `${result.ok ? 'ok  ' : 'FAIL'}  ${result.name} (${(result.ms / 1000).toFixed(1)} s)\n`,
  );
  if (!result.ok) {
    failed += 1;
    process.stdout.write(`${result.output}\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
