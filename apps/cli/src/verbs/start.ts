import type { ArenaError } from '@agon/domain';
import { Command } from 'commander';
import { wholeNumber } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { reportError } from '../report-error.ts';
import { type RunningArena, startArena } from '../start/start-arena.ts';
import type { ServiceEvent } from '../start/supervise.ts';

type Options = { port?: number; host?: string; data?: string; demo: boolean; json?: boolean };

/** Shorter than the start of a process: a second start must not meet an arena that does not know yet. */
const PARENT_LOOK_MS = 100;

/** `agon start`: one line when everything is ready; runs until SIGINT or SIGTERM. */
export function command(): Command {
  return new Command('start')
    .description('Run the arena: database, web pages, API and judge service, from one command.')
    .option(
      '--port <n>',
      'port to listen on; 0 takes any free one (default: PORT, or 3000)',
      wholeNumber('port', 0, 65_535),
    )
    .option('--host <address>', 'address to listen on (default: HOST, or 127.0.0.1)')
    .option('--data <dir>', 'data folder (default: AGON_DATA, or .agon)')
    .option('--no-demo', 'start without the demo campaign')
    .option('--json', 'events as JSON lines')
    .addHelpText('after', '\nExample:\n  agon start --port 8080 --data ./arena')
    .action(run);
}

async function run(options: Options): Promise<void> {
  const port =
    options.port ??
    (process.env.PORT === undefined ? 3000 : wholeNumber('port', 0, 65_535)(process.env.PORT));
  const say = (event: ServiceEvent) => {
    if (options.json) printJson(event);
    else if (event.message !== undefined) note(`agon: ${event.message}`);
  };
  const abort = new AbortController();
  const end = new Promise<ArenaError | null>((resolve) => {
    abort.signal.addEventListener('abort', () => resolve(abort.signal.reason as ArenaError | null));
  });
  // the listeners stay: a second Ctrl-C must not kill this process before its children have ended
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!abort.signal.aborted) say({ event: 'stopping', signal, message: 'Stopping' });
      abort.abort(null);
    });
  }
  onParentGone(() => abort.abort(null));
  let arena: RunningArena;
  try {
    arena = await startArena({
      host: options.host ?? (process.env.HOST || '127.0.0.1'),
      port,
      ...(options.data === undefined ? {} : { data: options.data }),
      ...(process.env.DATABASE_URL ? { databaseUrl: process.env.DATABASE_URL } : {}),
      demo: options.demo,
      withWeb: true,
      withJudge: true,
      isMain: true,
      signal: abort.signal,
      onEvent: say,
      onGivenUp: (error) => abort.abort(error),
    });
  } catch (error) {
    if (!abort.signal.aborted || abort.signal.reason !== null) throw error;
    if (options.json) printJson({ event: 'stopped' });
    return;
  }
  announce(arena, options.json === true);
  const failure = await end;
  await arena.stop();
  if (failure !== null) {
    reportError(failure, options.json === true);
    process.exit(1);
  }
  if (options.json) printJson({ event: 'stopped' });
  process.exit(0);
}

/** npm's shell dies of a signal without passing it on, and a killed npm passes nothing on. */
function onParentGone(work: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    work();
  }, PARENT_LOOK_MS);
  timer.unref();
}

function announce(arena: RunningArena, json: boolean): void {
  const { url, data, database, firstStart, setupUrl } = arena;
  const ms = Math.round(Date.now() - performance.timeOrigin);
  if (json) {
    printJson({ event: 'ready', url, data, database, first_start: firstStart, ms });
    if (setupUrl !== null) printJson({ event: 'setup', url: setupUrl });
    return;
  }
  process.stdout.write(
    `Agon is ready: open ${url} and vote (ready in ${(ms / 1000).toFixed(1)} s, stop with Ctrl-C)\n`,
  );
  if (setupUrl !== null) process.stdout.write(`Become its admin, once: ${setupUrl}\n`);
}
