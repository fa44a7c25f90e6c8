import { Command } from 'commander';
import { wholeNumber } from '../parse-options.ts';
import { note, printJson } from '../print.ts';
import { startArena } from '../start/start-arena.ts';

type Options = { port?: number; host?: string; data?: string; demo: boolean; json?: boolean };

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
  const launchedMs = performance.timeOrigin;
  const port =
    options.port ??
    (process.env.PORT === undefined ? 3000 : wholeNumber('port', 0, 65_535)(process.env.PORT));
  const stopAsked = new Promise<string>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal));
  });
  const starting = startArena({
    host: options.host ?? process.env.HOST ?? '127.0.0.1',
    port,
    ...(options.data === undefined ? {} : { data: options.data }),
    ...(process.env.DATABASE_URL === undefined || process.env.DATABASE_URL === ''
      ? {}
      : { databaseUrl: process.env.DATABASE_URL }),
    demo: options.demo,
    withWeb: true,
    withJudge: true,
    onEvent: (event) => {
      if (options.json) printJson(event);
      else if (event.event !== 'database') note(`agon: ${String(event.message ?? describe(event))}`);
    },
  });
  const arena = await starting;
  const ms = Math.round(Date.now() - launchedMs);
  if (options.json) {
    printJson({
      event: 'ready',
      url: arena.url,
      data: arena.data,
      database: arena.database,
      first_start: arena.firstStart,
      ms,
    });
    if (arena.setupUrl !== null) printJson({ event: 'setup', url: arena.setupUrl });
  } else {
    process.stdout.write(
      `Agon is ready: open ${arena.url} and vote (ready in ${(ms / 1000).toFixed(1)} s, stop with Ctrl-C)\n`,
    );
    if (arena.setupUrl !== null) process.stdout.write(`First admin, once: ${arena.setupUrl}\n`);
  }
  await stopAsked;
  if (options.json) printJson({ event: 'stopping' });
  await arena.stop();
  if (options.json) printJson({ event: 'stopped' });
  process.exit(0);
}

function describe(event: Readonly<Record<string, unknown>>): string {
  const { event: name, service, ...rest } = event;
  return [service, name, JSON.stringify(rest)].filter((part) => part !== undefined).join(' ');
}
