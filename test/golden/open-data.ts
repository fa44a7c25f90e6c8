import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Where the public data lies beside the repository; see its README. Null: not here, and the tests say so and skip. */
export const dataFolder: string | null = existsSync(DATA) ? DATA : null;

export const whyNoData = 'needs ../shared/data beside the repository';

export function readData(path: string): string {
  return readFileSync(`${DATA}${path}`, 'utf8');
}

export function readJsonLines<T>(path: string): T[] {
  return readData(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}

/** Rows of a CSV file by its header; for files without line breaks inside a field. */
export function readCsv(path: string): Record<string, string>[] {
  const [header, ...lines] = readData(path)
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map(fieldsOf);
  return lines.map((fields) => Object.fromEntries(header!.map((name, i) => [name, fields[i] ?? ''])));
}

function fieldsOf(line: string): string[] {
  return [...`,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    (found) => found[1]?.replaceAll('""', '"') ?? found[2] ?? '',
  );
}
