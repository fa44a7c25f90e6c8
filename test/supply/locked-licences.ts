import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One package of package-lock.json, at one of its places. */
export type LockedPackage = {
  readonly name: string;
  readonly version: string;
  /** As SPDX writes it; null: neither the lock file nor the package says one. */
  readonly licence: string | null;
  /** Needed to build and to test, and by nobody who runs the arena. */
  readonly isDevelopment: boolean;
};

type Entry = {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
};
type Manifest = { readonly license?: string; readonly licenses?: readonly { readonly type: string }[] };

/** Packages that say no licence in their manifests, and have a file of it. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  '@inlang/plugin-message-format': 'MIT',
  'sqlite-wasm-kysely': 'MIT',
};

/** Everything that package-lock.json installs from a registry, by name. */
export function lockedPackages(root: string): readonly LockedPackage[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Entry>>;
  };
  return Object.entries(lock.packages)
    .filter(([place, { link }]) => place.includes('node_modules/') && !link)
    .map(([place, { version = '', license, dev = false }]) => {
      const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const licence = license ?? licenceOf(join(root, place, 'package.json')) ?? READ_BY_HAND[name] ?? null;
      return { name, version, licence, isDevelopment: dev };
    })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Old manifests have a list; a package that is not installed here says nothing. */
function licenceOf(manifest: string): string | null {
  if (!existsSync(manifest)) return null;
  const { license, licenses } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
  return license ?? licenses?.map(({ type }) => type).join(' OR ') ?? null;
}

/**
 * What may be used with a work under Apache 2.0: licences that ask for their notice, and MPL 2.0, which asks for the
 * sources of its own files alone.
 */
const ACCEPTED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'OFL-1.1',
  'PSF-2.0',
  'Unlicense',
]);

/** Of `A OR B` one is enough, of `A AND B` all count. */
export function isAccepted(licence: string | null): boolean {
  if (licence === null) return false;
  return licence
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => ACCEPTED.has(part.trim())));
}
