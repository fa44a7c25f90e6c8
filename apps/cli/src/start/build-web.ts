import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const HANDLER = join(WEB, 'build', 'handler.js');

/** Builds the web pages where they are not built, or older than their sources. @throws ArenaError('internal') with the build's output */
export async function buildWeb(onEvent: (event: Readonly<Record<string, unknown>>) => void): Promise<void> {
  if (existsSync(HANDLER) && newestSource() <= statSync(HANDLER).mtimeMs) return;
  onEvent({ event: 'building', message: 'Building the web pages (once, about half a minute)' });
  const vite = fileURLToPath(import.meta.resolve('vite/package.json'));
  const child = spawn(process.execPath, [join(dirname(vite), 'bin', 'vite.js'), 'build'], {
    cwd: WEB,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0 && existsSync(HANDLER)) return;
  throw new ArenaError('internal', `The web pages could not be built:\n${output.slice(-4000)}`, {
    hint: 'Run `npm ci` again, then `npm run build`.',
  });
}

function newestSource(): number {
  let newest = 0;
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === 'paraglide' || entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else newest = Math.max(newest, statSync(path).mtimeMs);
    }
  };
  for (const folder of ['src', 'messages', 'static'])
    if (existsSync(join(WEB, folder))) walk(join(WEB, folder));
  return newest;
}
