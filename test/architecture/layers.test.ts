import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Who may import whom: only downwards. The picture is in docs/architecture.md. */
const RANKS: Readonly<Record<string, number>> = {
  domain: 0,
  stats: 0,
  rating: 1,
  judging: 1,
  formats: 1,
  rendering: 1,
  contract: 1,
  client: 2,
  files: 2,
  report: 2,
  arena: 3,
  database: 4,
  inference: 4,
  web: 5,
  api: 5,
  judge: 5,
  cli: 5,
};
/** Within a rank nobody imports anybody, except these, each for a reason. */
const SIDEWAYS: readonly string[] = [];
/** Only tests use it; it may use everything below the apps. */
const TESTKIT = 'testkit';
const PURE = ['domain', 'stats', 'rating', 'judging', 'formats', 'rendering', 'contract', 'arena'];
/** Words of effects: a pure package is handed time, chance, files and settings. */
const EFFECTS = [
  /\bfrom 'node:(?!test)/,
  /\bDate\.now\(/,
  /\bnew Date\(\)/,
  /\bMath\.random\(/,
  /\bprocess\.(env|argv|exit|cwd|hrtime|stdout|stderr)/,
  /\bperformance\.now\(/,
  /\bset(Timeout|Interval)\(/,
  /\bcrypto\.(getRandomValues|randomUUID)/,
  /\bfetch\(/,
];
const ATTIC_NAMES = /^(utils?|helpers?|common|shared|types|misc)\.ts$/;

type Source = {
  readonly path: string;
  readonly owner: string;
  readonly text: string;
  readonly isTest: boolean;
};

function sourcesOf(folder: string, owner: string): Source[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(paraglide|node_modules|build|\.svelte-kit)\//.test(path))
    .map((path) => ({
      path: relative(ROOT, path),
      owner,
      text: readFileSync(path, 'utf8'),
      isTest: /\.test\.ts$/.test(path),
    }));
}

function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found = code.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^']+)'/g);
  return [...found].map((match) => match[1]!);
}

/**
 * Files that reach each other through imports, imports of types too, as lists; packages cannot form cycles, since their
 * ranks differ. Tarjan's algorithm.
 */
function cyclesOf(files: readonly Pick<Source, 'path' | 'text'>[]): string[][] {
  const known = new Map(files.map((file) => [file.path, file]));
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const visit = (path: string): number => {
    const own = order.size;
    order.set(path, own);
    open.push(path);
    let low = own;
    for (const target of importsOf(known.get(path)!.text)) {
      const reached = join(dirname(path), target);
      if (!target.startsWith('.') || !known.has(reached)) continue;
      if (!order.has(reached)) low = Math.min(low, visit(reached));
      else if (open.includes(reached)) low = Math.min(low, lowest.get(reached) ?? order.get(reached)!);
    }
    lowest.set(path, low);
    if (low === own) {
      const cycle = open.splice(open.indexOf(path));
      if (cycle.length > 1) cycles.push(cycle.sort());
    }
    return low;
  };
  for (const path of known.keys()) if (!order.has(path)) visit(path);
  return cycles;
}

/** What is wrong with one file's imports; empty when nothing is. */
function faultsOf(source: Pick<Source, 'path' | 'owner' | 'text' | 'isTest'>): string[] {
  const rank = RANKS[source.owner];
  return importsOf(source.text).flatMap((target) => {
    if (target.startsWith('.')) {
      const home = resolve(ROOT, source.path.split('/').slice(0, 2).join('/'));
      const reached = resolve(ROOT, dirname(source.path), target);
      return reached.startsWith(`${home}/`) ? [] : [`${source.path}: ${target} leaves its package`];
    }
    const own = /^@agon\/([a-z]+)(\/.+)?$/.exec(target);
    if (own === null) return [];
    const [, name = '', sub] = own;
    if (name === TESTKIT) {
      return source.isTest || source.owner === TESTKIT ? [] : [`${source.path}: ${target} is for tests only`];
    }
    if (name === source.owner) return [`${source.path}: imports its own package through its face`];
    if (sub !== undefined && !declaredSubpaths(name).includes(`.${sub}`))
      return [`${source.path}: ${target} goes past the face`];
    if (source.isTest || source.owner === TESTKIT) return [];
    const other = RANKS[name];
    if (other === undefined) return [`${source.path}: ${target} is in no rank`];
    const sideways = other === rank && SIDEWAYS.includes(`${source.owner} -> ${name}`);
    return rank !== undefined && other < rank
      ? []
      : sideways
        ? []
        : [`${source.path}: ${target} is not below ${source.owner}`];
  });
}

function declaredSubpaths(name: string): string[] {
  for (const kind of ['packages', 'apps']) {
    const path = join(ROOT, kind, name, 'package.json');
    if (existsSync(path))
      return Object.keys((JSON.parse(readFileSync(path, 'utf8')) as { exports?: object }).exports ?? {});
  }
  return [];
}

const sources = ['packages', 'apps'].flatMap((kind) =>
  readdirSync(join(ROOT, kind)).flatMap((owner) => sourcesOf(join(ROOT, kind, owner, 'src'), owner)),
);

describe('layers', () => {
  it('sees the code', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('has a rank for every package and app', () => {
    const owners = new Set(sources.map((source) => source.owner));
    owners.delete(TESTKIT);
    expect([...owners].filter((owner) => RANKS[owner] === undefined)).toEqual([]);
  });

  it('imports only downwards, through faces', () => {
    expect(sources.flatMap(faultsOf)).toEqual([]);
  });

  it('has no cycle of imports, of types either', () => {
    expect(cyclesOf(sources)).toEqual([]);
  });

  it('keeps effects out of the pure packages', () => {
    const found = sources
      .filter((source) => PURE.includes(source.owner) && !source.isTest)
      .flatMap((source) => {
        const code = source.text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
        return EFFECTS.filter((effect) => effect.test(code)).map(
          (effect) => `${source.path}: ${effect.source}`,
        );
      });
    expect(found).toEqual([]);
  });

  it('has no attic', () => {
    expect(
      sources.map((source) => source.path).filter((path) => ATTIC_NAMES.test(path.split('/').at(-1)!)),
    ).toEqual([]);
  });

  it('catches what it is for', () => {
    const fault = (owner: string, text: string) =>
      faultsOf({ path: `packages/${owner}/src/x.ts`, owner, text, isTest: false });
    expect(fault('domain', "import { x } from '@agon/arena';")).toHaveLength(1);
    expect(fault('arena', "import { x } from '@agon/database';")).toHaveLength(1);
    expect(fault('arena', "import { x } from '@agon/domain/src/errors.ts';")).toHaveLength(1);
    expect(fault('arena', "import { x } from '../../domain/src/errors.ts';")).toHaveLength(1);
    expect(fault('rating', "const x = await import('@agon/formats');")).toHaveLength(1);
    expect(fault('arena', "import { x } from '@agon/domain';")).toEqual([]);
    const file = (name: string, target: string) => ({
      path: `packages/x/src/${name}.ts`,
      text: `import type { T } from './${target}.ts';`,
    });
    expect(cyclesOf([file('a', 'b'), file('b', 'c'), file('c', 'b')])).toEqual([
      ['packages/x/src/b.ts', 'packages/x/src/c.ts'],
    ]);
  });
});
