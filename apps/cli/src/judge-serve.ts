import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ArenaError, ERROR_CODES, type ErrorCode } from '@agon/domain';
import { CUDA_FOLDER_VARIABLE } from '@agon/inference/cuda';
import { Command } from 'commander';
import { cudaFolder } from './doctor/check-cuda.ts';
import { oneOf, wholeNumber } from './parse-options.ts';
import { note } from './print.ts';
import { dataFolder } from './start/data-folder.ts';

type ServeOptions = {
  onnx: string;
  file?: string;
  host: string;
  port: number;
  ep: string;
  numeric: 'float32' | 'int8' | 'auto';
  threads?: number;
  memory?: number;
  queue: number;
  json?: boolean;
};

/** `agon judge serve`: a model of this machine behind OpenAI's paths, without an arena. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a model of this machine as an OpenAI-compatible server, until Ctrl-C')
    .requiredOption('--onnx <dir>', 'folder of a Hugging Face ONNX export')
    .option('--file <name>', 'ONNX file in it (default: model.onnx, or the most exact there is)')
    .option('--host <address>', 'address to listen at', '127.0.0.1')
    .option('--port <n>', '0: any free port', wholeNumber('port', 0, 65_535), 0)
    .option(
      '--ep <name>',
      'execution provider: cpu, cuda, webgpu …, or auto for the first that computes rightly',
      'cpu',
    )
    .option(
      '--numeric <float32|int8|auto>',
      'how activations are rounded; auto: the quickest kernels that are measured here',
      oneOf('numeric', ['float32', 'int8', 'auto']),
      'float32' as const,
    )
    .option('--threads <n>', 'of the processor (default: all)', wholeNumber('threads', 1, 1024))
    .option(
      '--memory <MiB>',
      'that the model may take (default: three quarters of the machine’s)',
      wholeNumber('memory', 1, 2 ** 24),
    )
    .option(
      '--queue <n>',
      'requests that may wait; more are refused with 429',
      wholeNumber('queue', 1, 100_000),
      256,
    )
    .option('--json', 'events as JSON lines on stdout')
    .addHelpText('after', '\nExample:\n  agon judge serve --onnx models/smollm2-135m-instruct --port 8000')
    .action(serve);
}

async function serve(options: ServeOptions): Promise<void> {
  const { host, port, file = null, ep, numeric, threads = null, memory = null, queue } = options;
  const handed = {
    folder: resolve(options.onnx),
    file,
    numeric,
    executionProvider: ep,
    threads,
    weightBytes: null,
    memoryBytes: memory === null ? null : memory * 2 ** 20,
    host,
    port,
    mostOpen: queue,
  };
  const script = fileURLToPath(new URL('../../judge/src/serve-model.ts', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(handed)], {
    // it ends when this process is gone
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      ORT_DISABLE_TELEMETRY: '1',
      [CUDA_FOLDER_VARIABLE]: cudaFolder(dataFolder(undefined)),
    },
  });
  const stop = () => child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
  let failure: ArenaError | null = null;
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout! })) {
    const event = JSON.parse(line) as Readonly<Record<string, unknown>>;
    if (event.event === 'error') failure = readError(event);
    else if (options.json) process.stdout.write(`${line}\n`);
    else if (event.event === 'ready') say(event);
  }
  const [code, signal] = await ended;
  for (const each of ['SIGINT', 'SIGTERM'] as const) process.off(each, stop);
  if (failure !== null) throw failure;
  if (code !== 0)
    throw new ArenaError('internal', `The model's server ended: ${signal ?? `exit code ${code}`}.`);
}

function say(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${event.url}\n`);
  const { prefill, decode } = event.kernels as { readonly prefill: string; readonly decode: string };
  note(
    `${event.model} by ${event.execution_provider}, ${event.numeric}; kernels: ${prefill} for prompts, ${decode} for replies; ${event.context_tokens} tokens of context.`,
  );
  for (const each of event.notes as readonly string[]) note(each);
}

function readError({ code, message, hint, at }: Readonly<Record<string, unknown>>): ArenaError {
  const known =
    typeof code === 'string' && Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'internal';
  return new ArenaError(known, String(message), {
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(typeof at === 'object' && at !== null ? { at } : {}),
  });
}
