import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, freemem } from 'node:os';
import { delimiter, join } from 'node:path';
import { webIsBuilt } from '../start/build-web.ts';
import type { Check } from './check.ts';

const OLDEST_NODE = 24;
const BROWSERS: readonly string[] = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];

export function checkNode(): Check {
  const ok = Number(process.versions.node.split('.')[0]) >= OLDEST_NODE;
  return {
    name: 'node',
    ok,
    found: process.version,
    advice: ok ? null : 'Run through npm (`npx agon`, `npm start`): the lock file brings Node 24.',
  };
}

export function checkProcessor(): Check {
  const found = `${availableParallelism()} cores, ${(freemem() / 2 ** 30).toFixed(1)} GiB of memory free`;
  return { name: 'machine', ok: true, found, advice: null };
}

export function checkPages(): Check {
  const built = webIsBuilt();
  return {
    name: 'web pages',
    ok: true,
    found: built ? 'built' : 'not built, or older than their sources',
    advice: built ? null : '`agon start` builds them.',
  };
}

export async function checkPort(port: number, host: string): Promise<Check> {
  const fault = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
  return {
    name: 'port',
    ok: fault === null,
    found: `${port} on ${host} ${fault === null ? 'is free' : `cannot be listened on (${fault})`}`,
    advice: fault === null ? null : 'Start on another one: agon start --port 0',
  };
}

/** For `npm test`; the arena itself needs none. */
export function checkBrowser(): Check {
  const name = 'browser for tests';
  const given = process.env.CHROMIUM_PATH;
  if (given) {
    return existsSync(given)
      ? { name, ok: true, found: given, advice: null }
      : { name, ok: false, found: `CHROMIUM_PATH names ${given}, which is not there`, advice: 'Correct it.' };
  }
  const installed = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => BROWSERS.map((program) => join(folder, program)))
    .find(isProgram);
  const found = installed ?? 'the one of @sparticuz/chromium';
  return { name, ok: true, found, advice: null };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Asked for with --gpu only: judges behind a URL need none. */
export function checkGpu(): Check {
  const asked = spawnSync(
    'nvidia-smi',
    ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'],
    { encoding: 'utf8' },
  );
  const cards = asked.status === 0 ? asked.stdout.trim().split('\n').filter(Boolean) : [];
  if (cards.length > 0)
    return { name: 'gpu', ok: true, found: cards.map((card) => card.trim()).join('; '), advice: null };
  const device = existsSync('/dev/nvidia0') ? 'an NVIDIA device without nvidia-smi' : 'none';
  return {
    name: 'gpu',
    ok: false,
    found: device,
    advice: 'Judges behind a URL need none here; a local one runs on the processor, or needs a driver.',
  };
}
