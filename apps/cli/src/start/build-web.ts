import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withFolderLock } from '@agon/database/processes';
import { ArenaError } from '@agon/domain';
import type { ServiceEvent } from './supervise.ts';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../../../../packages/', import.meta.url));
/** The build removes it first and writes it last: where it is, the build is whole. */
const HANDLER = join(WEB, 'build', 'handler.js');
const LOCK = join(WEB, '.svelte-kit', 'build.lock');
const LOG = join(WEB, '.svelte-kit', 'build.log');
/** What the pages are made of. */
const SOURCES: readonly string[] = [
  ...['src', 'messages', 'static', 'vite.config.ts', 'package.json'].map((name) => join(WEB, name)),
  ...['client', 'contract', 'domain'].map((name) => join(PACKAGES, name, 'src')),
];

/** Whether the web pages are built, and not older than their sources. */
export function webIsBuilt(): boolean {
  return existsSync(HANDLER) && Math.max(...SOURCES.map(newest)) <= statSync(HANDLER).mtimeMs;
}

/**
 * Builds the web pages where they are not built. One build at a time; who comes later waits for it.
 * @throws ArenaError('internal') with the build's own reason
 */
export async function buildWeb(onEvent: (event: ServiceEvent) => void, signal: AbortSignal): Promise<void> {
  if (webIsBuilt()) return;
  onEvent({ event: 'building', message: 'Building the web pages (once, about half a minute)' });
  try {
    mkdirSync(dirname(LOCK), { recursive: true });
    await withFolderLock(LOCK, async () => {
      if (!webIsBuilt() && !signal.aborted) await build(signal);
    });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code !== 'EACCES' && code !== 'EROFS' && code !== 'EPERM') throw cause;
    throw new ArenaError('internal', `The web pages are not built, and ${WEB} cannot be written.`, {
      hint: 'Run `npm run build` once as the owner of the checkout.',
      cause,
    });
  }
}

async function build(signal: AbortSignal): Promise<void> {
  const vite = fileURLToPath(import.meta.resolve('vite/package.json'));
  const child = spawn(process.execPath, [join(dirname(vite), 'bin', 'vite.js'), 'build'], {
    cwd: WEB,
    // whoever starts it, a test included: pages for development are twice as large, and report inline
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0 && existsSync(HANDLER)) return;
  writeFileSync(LOG, output);
  const why = /^Error: (.*)$/m.exec(output)?.[1] ?? `the build ended with ${code ?? 'a signal'}`;
  throw new ArenaError('internal', `The web pages could not be built: ${why}`, {
    hint: `Run \`npm ci\` again. The output of the build is in ${LOG}.`,
  });
}

/** @returns when a file, or the youngest one in a folder, was changed; milliseconds since 1970 */
function newest(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.mtimeMs;
  // compiled messages are written by the build itself
  const names = readdirSync(path).filter((name) => name !== 'paraglide' && !name.startsWith('.'));
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}
