import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { cudaFolder } from '../doctor/check-cuda.ts';
import { megabytes } from '../downloads/report-progress.ts';
import { findIndex } from '../gpu/package-index.ts';
import { readWheels } from '../gpu/pinned-wheels.ts';
import { setUpGpu } from '../gpu/set-up-gpu.ts';
import { note, printJson } from '../print.ts';
import { dataFolder } from '../start/data-folder.ts';

type Options = {
  yes?: boolean;
  index?: string;
  dir?: string;
  data?: string;
  wheels?: string;
  json?: boolean;
};

/** `agon setup-gpu`: what models need to run on an NVIDIA card. */
export function command(): Command {
  return new Command('setup-gpu')
    .description(
      'Fetch the CUDA provider of onnxruntime and the libraries of CUDA that it needs (Linux, x64).',
    )
    .option('--yes', "accept NVIDIA's licence without being asked")
    .option('--index <url>', 'simple index of Python packages (default: the one that pip uses here)')
    .option('--dir <dir>', 'folder of the libraries (default: AGON_GPU_LIBRARIES, or gpu in the data folder)')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--wheels <file>', 'JSON with other wheels and checksums, for a mirror that builds its own')
    .option('--json', 'one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  agon setup-gpu --yes')
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ArenaError(
      'unknown_option',
      `There are no such libraries for ${process.platform}-${process.arch}, only for linux-x64.`,
      { hint: 'Serve the model on a Linux machine with a GPU: docs/gpu.md.' },
    );
  }
  const folder = options.dir === undefined ? cudaFolder(dataFolder(options.data)) : resolve(options.dir);
  const wheels = readWheels(options.wheels);
  const index = findIndex(options.index);
  for (const { file, licence, libraries } of wheels) {
    const bytes = libraries.reduce((sum, each) => sum + each.bytes, 0);
    note(`${file}: ${megabytes(bytes)} on disk, ${licence}`);
  }
  note(`From ${new URL(index).host} to ${join(folder, 'lib')}.`);
  if (options.yes !== true && !(await accepts())) {
    throw new ArenaError('consent_required', 'The licences were not accepted; nothing was fetched.', {
      hint: 'Read them at https://docs.nvidia.com/cuda/eula/, then: agon setup-gpu --yes',
    });
  }
  const abort = new AbortController();
  const stop = () => abort.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const result = await setUpGpu({ wheels, index, folder, signal: abort.signal });
    if (options.json) printJson({ ...result, complete: true });
    else process.stdout.write(`${folder}\n`);
    note('Try it: agon doctor --gpu');
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    if (options.json) printJson({ folder, complete: false });
    note('Stopped. The same command continues where this one was.');
    process.exitCode = 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

async function accepts(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const reply = await terminal.question(
      "NVIDIA's libraries are under NVIDIA's licence (https://docs.nvidia.com/cuda/eula/). Accept it? [y/N] ",
    );
    return /^y(es)?$/i.test(reply.trim());
  } finally {
    terminal.close();
  }
}
