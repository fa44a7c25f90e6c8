/**
 * `npm run check`: format, lint, types, architecture, and the unit tests that a change since `origin/main` (without it:
 * since the last commit) can reach; all at once, each step's output only where it failed. `npm test` runs everything.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep, type Step } from './run-step.ts';
import { readReport, slowestOf, type VitestReport, vitestRun } from './vitest-report.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'agon-check-'));
const changed = vitestRun(reports, ['unit']);

const STEPS: readonly Step[] = [
  { name: 'format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  {
    name: 'types of the web pages',
    command: 'npm',
    args: ['run', 'check', '--workspace', 'apps/web', '--silent'],
  },
  {
    name: 'architecture',
    command: 'vitest',
    args: ['run', '--project', 'unit', 'test/architecture', '--reporter=dot'],
  },
  {
    name: 'unit tests of what has changed',
    command: 'vitest',
    args: [...changed.args, '--changed', base(), '--passWithNoTests', '--reporter=dot'],
  },
];

/** What a change is counted from. */
function base(): string {
  try {
    return execFileSync('git', ['merge-base', 'HEAD', 'origin/main'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'HEAD';
  }
}

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
const report = readReport<VitestReport>(changed.file);
if (report !== null) process.stdout.write(slowestOf(report, ROOT));
rmSync(reports, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
