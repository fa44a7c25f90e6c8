/** What Vitest writes of a run as JSON, for the scripts beside this file. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

type VitestTest = {
  readonly status: string;
  readonly fullName: string;
  /** Milliseconds; null where it did not run. */
  readonly duration?: number | null;
  readonly failureMessages: readonly string[] | null;
};

export type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numFailedTestSuites: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly VitestTest[];
  }[];
};

const SLOWEST = 10;
const LINES = 8;

/** The arguments of a run of these projects that writes its report to `file`. */
export function vitestRun(
  folder: string,
  projects: readonly string[],
): { readonly file: string; readonly args: readonly string[] } {
  const file = join(folder, `${projects[0]}.json`);
  const named = projects.flatMap((project) => ['--project', project]);
  return { file, args: ['run', ...named, '--reporter=json', `--outputFile.json=${file}`] };
}

/** Null: the run ended before it wrote one. */
export function readReport<Report>(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  } catch {
    return null;
  }
}

/** Each test or file that failed, with the first lines of the reason. */
export function failuresOf(report: VitestReport, root: string): readonly string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0 && status === 'failed') return [`${file}${firstLines(message)}`];
    return failed.map((test) => `${file}: ${test.fullName}${firstLines(test.failureMessages?.[0] ?? '')}`);
  });
}

/** The slowest tests with their seconds, a line each. */
export function slowestOf(report: VitestReport, root: string): string {
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, duration }) => ({ name, fullName, ms: duration ?? 0 })),
  );
  const lines = tests
    .sort((x, y) => y.ms - x.ms)
    .slice(0, SLOWEST)
    .map(
      ({ name, fullName, ms }) =>
        `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${relative(root, name)}: ${fullName}\n`,
    );
  return lines.length === 0 ? '' : `Slowest tests:\n${lines.join('')}`;
}

export const firstLines = (text: string): string => indent(text, (lines) => lines.slice(0, LINES));
export const lastLines = (text: string): string => indent(text, (lines) => lines.slice(-LINES));

function indent(text: string, select: (lines: readonly string[]) => readonly string[]): string {
  const lines = stripVTControlCharacters(text).trimEnd().split('\n');
  return select(lines)
    .map((line) => `\n    ${line.slice(0, 200)}`)
    .join('');
}
