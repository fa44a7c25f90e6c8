import { readFileSync, statSync } from 'node:fs';

type Agon = typeof import('./run-agon.ts');

/** Verbs that work on files, unless they are given a campaign. */
const FILE_VERBS: readonly string[] = ['rank', 'agreement', 'raters'];

/** Written by scripts/write-bundle.ts, which `npm ci` runs. */
const BUNDLE = new URL('../build/', import.meta.url);

/** Size in bytes and time of the last change in milliseconds of each source, by its path from the bundle's folder. */
export type BundleSources = Readonly<Record<string, readonly [size: number, mtimeMs: number]>>;

/**
 * The code of the verbs that work on files, from a few files instead of 200 modules: finding and linking those takes Node
 * longer than rating ten million votes. Verbs that meet a server load their packages from source, and with them the class
 * of errors, so they get no bundle.
 * @returns null: another verb, no bundle, or a source has changed since it was written
 */
export async function loadBundle([verb = '', ...rest]: readonly string[]): Promise<Agon | null> {
  if (!FILE_VERBS.includes(verb) || rest.some((arg) => arg.startsWith('--campaign'))) return null;
  return isCurrent(BUNDLE) ? ((await import(new URL('run-agon.mjs', BUNDLE).href)) as Agon) : null;
}

/** Whether the sources are those that the bundle in this folder was written from. */
export function isCurrent(folder: URL): boolean {
  try {
    const sources = JSON.parse(readFileSync(new URL('sources.json', folder), 'utf8')) as BundleSources;
    return Object.entries(sources).every(([path, [size, mtimeMs]]) => {
      const found = statSync(new URL(path, folder));
      return found.size === size && found.mtimeMs === mtimeMs;
    });
  } catch {
    return false;
  }
}
