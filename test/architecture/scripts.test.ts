import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Manifest = { readonly bin?: object | string; readonly scripts?: object; readonly exports?: object };

/** Files of ours that a package.json names: what its scripts run, its programs and its faces. */
function filesNamedBy({ bin, scripts, exports }: Manifest): string[] {
  const words = [scripts, exports, typeof bin === 'string' ? { bin } : bin]
    .flatMap((part) => stringsOf(part ?? {}))
    .flatMap((text) => text.split(/\s+/));
  const files = words.filter((word) => /^(?:\.{0,2}\/)?[\w./-]+\.(?:ts|js|mjs|json|sh)$/.test(word));
  return [...new Set(files.filter((file) => !file.includes('node_modules/')))];
}

function stringsOf(value: object): string[] {
  return Object.values(value).flatMap((inner: unknown) =>
    typeof inner === 'string' ? [inner] : typeof inner === 'object' && inner !== null ? stringsOf(inner) : [],
  );
}

/** Those that git would leave out of a commit. Without git (a copy of the sources) none can be told. */
function ignoredByGit(files: readonly string[]): string[] {
  try {
    const options = { cwd: ROOT, encoding: 'utf8', input: files.join('\n') } as const;
    return execFileSync('git', ['check-ignore', '--stdin', '--no-index'], options)
      .split('\n')
      .filter(Boolean);
  } catch {
    // exit 1: none is ignored
    return [];
  }
}

const manifests = ['package.json', ...globSync('{packages,apps}/*/package.json', { cwd: ROOT })];
const named = manifests.flatMap((manifest) =>
  filesNamedBy(JSON.parse(readFileSync(join(ROOT, manifest), 'utf8')) as Manifest).map((file) =>
    join(dirname(manifest), file),
  ),
);

describe('files named by package.json', () => {
  it('sees them', () => {
    expect(named).toContain('test/bench/coverage/main.ts');
    expect(named.length).toBeGreaterThan(20);
  });

  it('exist', () => {
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('are not ignored by git', () => {
    expect(ignoredByGit(named)).toEqual([]);
  });

  it('catches what it is for', () => {
    const scripts = {
      'bench:x': 'node test/bench/x/main.ts --quick',
      e2e: 'playwright test --config a/b.ts',
    };
    expect(filesNamedBy({ scripts })).toEqual(['test/bench/x/main.ts', 'a/b.ts']);
    expect(ignoredByGit(['coverage/main.ts', 'apps/web/build/x.js', 'test/run-all.ts'])).toEqual([
      'coverage/main.ts',
      'apps/web/build/x.js',
    ]);
  });
});
