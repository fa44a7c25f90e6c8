import { Command } from 'commander';
import type { Check } from '../doctor/check.ts';
import { checkCuda } from '../doctor/check-cuda.ts';
import {
  checkBrowser,
  checkGpu,
  checkNode,
  checkPages,
  checkPort,
  checkProcessor,
} from '../doctor/check-machine.ts';
import { checkDatabase, checkDisk, checkEmbedded, checkFolder } from '../doctor/check-storage.ts';
import { wholeNumber } from '../parse-options.ts';
import { printJson } from '../print.ts';
import { dataFolder, readRunning } from '../start/data-folder.ts';

type Options = { gpu?: boolean; data?: string; port?: number; host?: string; json?: boolean };

/** `agon doctor`: what this machine has, and what to do about what it lacks. Changes nothing. */
export function command(): Command {
  return new Command('doctor')
    .description('Check this machine, the data folder and the database.')
    .option('--gpu', 'look for a GPU as well, and try it')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--port <n>', 'port to look at (default: PORT, or 3000)', wholeNumber('port', 0, 65_535))
    .option('--host <address>', 'address to look at (default: HOST, or 127.0.0.1)')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon doctor --data ./arena')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const folder = dataFolder(options.data);
  const running = readRunning(folder);
  const checks: readonly Check[] = [
    checkNode(),
    checkProcessor(),
    checkEmbedded(folder),
    checkFolder(folder),
    checkDisk(folder),
    running === null
      ? await checkPort(
          options.port ?? wholeNumber('port', 0, 65_535)(process.env.PORT || '3000'),
          options.host ?? (process.env.HOST || '127.0.0.1'),
        )
      : { name: 'server', ok: true, found: `running at ${running.url}`, advice: null },
    await checkDatabase(),
    checkPages(),
    checkBrowser(),
    ...(options.gpu ? [checkGpu(), checkCuda(folder)] : []),
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
