/**
 * `npm test`: everything, in this order: format, lint, types and dead code side by side; unit and golden tests; the web
 * build; medium tests; the browser; the crash test. Counts every test and ends with the plain line "N passed, N failed,
 * N skipped".
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runStep, type Step } from './run-step.ts';
import {
  failuresOf,
  firstLines,
  lastLines,
  readReport,
  slowestOf,
  type VitestReport,
  vitestRun,
} from './vitest-report.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const reports = mkdtempSync(join(tmpdir(), 'agon-tests-'));
const counts = { passed: 0, failed: 0, skipped: 0 };
/** What failed, said again above the last line: the log before it is long, and often cut. */
const failures: string[] = [];

type PlaywrightSuite = {
  suites?: PlaywrightSuite[];
  specs?: {
    ok: boolean;
    title: string;
    file: string;
    tests: { results: { error?: { message?: string } }[] }[];
  }[];
};
type PlaywrightReport = {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  suites: PlaywrightSuite[];
};

/** A step without a report of its own counts as one test. */
async function step(
  given: Step,
  count: (ok: boolean) => void = (ok) => add(ok ? 1 : 0, ok ? 0 : 1, 0),
): Promise<void> {
  if (given.loud) process.stdout.write(`\n== ${given.name}\n`);
  const result = await runStep(given, ROOT);
  const known = failures.length;
  count(result.ok);
  if (!result.ok && failures.length === known) failures.push(`${given.name}:${lastLines(result.output)}`);
  if (!result.ok && !given.loud) process.stdout.write(result.output);
  process.stdout.write(
    `${given.name}: ${result.ok ? 'ok' : 'FAILED'} in ${(result.ms / 1000).toFixed(1)} s\n`,
  );
}

function add(passed: number, failed: number, skipped: number): void {
  counts.passed += passed;
  counts.failed += failed;
  counts.skipped += skipped;
}

async function vitest(name: string, projects: readonly string[]): Promise<void> {
  const { file, args } = vitestRun(reports, projects);
  await step({ name, command: 'vitest', args: [...args, '--reporter=default'], loud: true }, (ok) => {
    const report = readReport<VitestReport>(file);
    if (report === null) return add(0, 1, 0);
    add(report.numPassedTests, report.numFailedTests, report.numPendingTests + report.numTodoTests);
    failures.push(...failuresOf(report, ROOT));
    // a file that could not be loaded fails the run without failing a test
    if (!ok && report.numFailedTests === 0) add(0, Math.max(1, report.numFailedTestSuites), 0);
    process.stdout.write(slowestOf(report, ROOT));
  });
}

function listBrowserFailures(suite: PlaywrightSuite): void {
  for (const inner of suite.suites ?? []) listBrowserFailures(inner);
  for (const spec of suite.specs ?? []) {
    if (spec.ok) continue;
    const message = spec.tests.flatMap((test) => test.results).find((result) => result.error)?.error?.message;
    failures.push(`test/e2e/${spec.file}: ${spec.title}${firstLines(message ?? '')}`);
  }
}

// none of these times anything, and each leaves a processor idle for a while
await Promise.all([
  step({ name: 'Format and lint', command: 'biome', args: ['check', '--error-on-warnings', '.'] }),
  step({ name: 'Types', command: 'tsc', args: ['-p', '.'] }),
  step({
    name: 'Types of the web pages',
    command: 'npm',
    args: ['run', 'check', '--workspace', 'apps/web', '--silent'],
  }),
  step({ name: 'Dead code', command: 'knip', args: [] }),
]);
await vitest('Unit tests and architecture', ['unit']);
await vitest('Golden numbers, from real data', ['golden']);
// some medium tests start the whole arena, pages and all
await step({ name: 'Web build', command: 'npm', args: ['run', 'build', '--silent'] });
await vitest('Medium and API tests, on a real PostgreSQL', ['medium']);
const browser = join(reports, 'browser.json');
await step(
  {
    name: 'Browser tests',
    command: 'playwright',
    args: ['test', '--config', 'test/e2e/playwright.config.ts'],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: browser },
    loud: true,
  },
  (ok) => {
    const report = readReport<PlaywrightReport>(browser);
    if (report === null) return add(0, 1, 0);
    add(report.stats.expected + report.stats.flaky, report.stats.unexpected, report.stats.skipped);
    for (const suite of report.suites) listBrowserFailures(suite);
    if (!ok && report.stats.unexpected === 0) add(0, 1, 0);
  },
);
await step({ name: 'Crash test', command: 'node', args: ['test/crash/main.ts'], loud: true });

rmSync(reports, { recursive: true, force: true });
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((one) => `  ${one}\n`).join('')}`);
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 ? 0 : 1;
