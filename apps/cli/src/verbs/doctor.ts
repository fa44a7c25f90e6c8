import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism, freemem } from 'node:os';
import { dirname } from 'node:path';
import { checkServer, connect } from '@agon/database';
import { postgresBinaries } from '@agon/database/embedded';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { printJson } from '../print.ts';
import { webIsBuilt } from '../start/build-web.ts';
import { dataFolder, readRunning } from '../start/data-folder.ts';

type Options = { gpu?: boolean; data?: string; json?: boolean };
type Check = {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice: string | null;
};

/** `agon doctor`: what this machine has, and what to do about what it lacks. */
export function command(): Command {
  return new Command('doctor')
    .description('Check this machine, the data folder and the database.')
    .option('--gpu', 'look for a GPU as well')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon doctor --data ./arena')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const folder = dataFolder(options.data);
  const checks: Check[] = [
    checkNode(),
    checkBinaries(),
    checkFolder(folder),
    checkDisk(folder),
    {
      name: 'machine',
      ok: true,
      found: `${availableParallelism()} cores, ${gib(freemem())} GiB of memory free`,
      advice: null,
    },
    {
      name: 'web pages',
      ok: true,
      found: webIsBuilt() ? 'built' : 'not built yet',
      advice: webIsBuilt() ? null : '`agon start` builds them at its first start.',
    },
    await checkPort(folder),
    await checkDatabase(),
    ...(options.gpu ? [checkGpu()] : []),
  ];
  if (options.json) printJson({ checks });
  else {
    for (const { name, ok, found, advice } of checks) {
      process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${name}: ${found}\n`);
      if (advice !== null) process.stdout.write(`      ${advice}\n`);
    }
  }
  if (checks.some((check) => !check.ok)) process.exitCode = 1;
}

function checkNode(): Check {
  const [major = 0] = process.versions.node.split('.').map(Number);
  const ok = major >= 24;
  return {
    name: 'node',
    ok,
    found: process.version,
    advice: ok ? null : 'Run through npm (`npx agon`, `npm start`): the lock file brings Node 24.',
  };
}

function checkBinaries(): Check {
  const name = 'embedded PostgreSQL';
  const external = process.env.DATABASE_URL;
  if (external !== undefined && external !== '')
    return { name, ok: true, found: 'not needed: DATABASE_URL is set', advice: null };
  try {
    return {
      name,
      ok: true,
      found: `PostgreSQL ${postgresBinaries().major} for ${process.platform}-${process.arch}`,
      advice: null,
    };
  } catch (error) {
    const hint = error instanceof ArenaError ? error.hint : undefined;
    return {
      name,
      ok: false,
      found: error instanceof Error ? error.message : String(error),
      advice: hint ?? null,
    };
  }
}

function checkFolder(folder: string): Check {
  const there = existsSync(folder);
  try {
    accessSync(there ? folder : dirname(folder), constants.W_OK);
    return {
      name: 'data folder',
      ok: true,
      found: `${folder}${there ? '' : ' (will be made)'}`,
      advice: null,
    };
  } catch {
    return {
      name: 'data folder',
      ok: false,
      found: `${folder} cannot be written`,
      advice: 'Make it writable for this user, or name another one with --data.',
    };
  }
}

function checkDisk(folder: string): Check {
  const stats = statfsSync(existsSync(folder) ? folder : dirname(folder));
  const free = stats.bavail * stats.bsize;
  const ok = free > 2 ** 30;
  return {
    name: 'disk',
    ok,
    found: `${gib(free)} GiB free`,
    advice: ok ? null : 'Leave at least 1 GiB for the database.',
  };
}

async function checkPort(folder: string): Promise<Check> {
  const running = readRunning(folder);
  if (running !== null) return { name: 'server', ok: true, found: `running at ${running.url}`, advice: null };
  const port = Number(process.env.PORT ?? 3000);
  const free = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return {
    name: 'port',
    ok: free,
    found: `${port} is ${free ? 'free' : 'taken'}`,
    advice: free ? null : 'Start on another one: agon start --port 0',
  };
}

async function checkDatabase(): Promise<Check> {
  const url = process.env.DATABASE_URL;
  if (url === undefined || url === '') return { name: 'database', ok: true, found: 'embedded', advice: null };
  const database = connect(url, { connections: 1 });
  try {
    const { version } = await checkServer(database);
    return { name: 'database', ok: true, found: `PostgreSQL ${version} at DATABASE_URL`, advice: null };
  } catch (error) {
    return {
      name: 'database',
      ok: false,
      found: error instanceof Error ? error.message : String(error),
      advice: 'Check DATABASE_URL.',
    };
  } finally {
    await database.close();
  }
}

function checkGpu(): Check {
  const found = existsSync('/dev/nvidia0')
    ? 'an NVIDIA device'
    : existsSync('/dev/dri')
      ? 'a graphics device'
      : 'none';
  return {
    name: 'gpu',
    ok: true,
    found,
    advice: found === 'none' ? 'Judges through a server URL need none here.' : null,
  };
}

function gib(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
