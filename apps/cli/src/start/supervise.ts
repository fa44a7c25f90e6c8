import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ArenaError, ERROR_CODES, type ErrorCode, isArenaError } from '@agon/domain';
import { answerService, type SupervisorAsk } from '@agon/inference/supervisor';

export type ServiceEvent = Readonly<Record<string, unknown>> & { readonly message?: string };

export type Service = {
  readonly name: string;
  /** The ready line of its first start, parsed. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Lets it end and start again, as with a changed environment. */
  restart(): void;
  stop(): Promise<void>;
};

export type ServiceOptions = {
  readonly name: string;
  /** File that Node runs. */
  readonly script: string;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** All that it gets; read at each start. */
  readonly env: () => Readonly<Record<string, string | undefined>>;
  /** What it may ask this process for. */
  readonly answer?: (ask: SupervisorAsk) => unknown;
  /** Milliseconds until the ready line, and after SIGTERM until SIGKILL. */
  readonly readyMs: number;
  readonly drainMs: number;
  readonly onEvent: (event: ServiceEvent) => void;
  /** At each start. */
  readonly onProcess: (pid: number) => void;
  /** It failed again and again and is not started any more. */
  readonly onGivenUp: (error: ArenaError) => void;
};

/** Between two starts of a service that keeps failing, milliseconds; doubles up to the last. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 10_000;
/** A service that lives for this long is well again. */
const WELL_MS = 30_000;
/** Failures in a row without being well: about ten seconds and as many starts. */
const MAX_FAILURES = 6;
/** Somebody ended it from outside: no fault of its own, however often. */
const FROM_OUTSIDE: readonly (NodeJS.Signals | null)[] = ['SIGKILL', 'SIGTERM'];

type Launched = { readonly child: ChildProcess; readonly ready: Readonly<Record<string, unknown>> };

/**
 * Starts a service and keeps it alive: one that ends by itself is started again, unless it keeps failing. The service
 * prints one JSON line when it is ready, and ends when its channel to this process closes: a killed parent leaves no
 * orphan.
 * @throws ArenaError with the service's own code where its first start fails
 */
export async function supervise(options: ServiceOptions): Promise<Service> {
  const { name, onEvent } = options;
  let stopping = false;
  let restarting = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let launching: Promise<void> = Promise.resolve();
  let current: Launched;

  const again = (what: ServiceEvent, why: string, isFault: boolean, lastError?: ArenaError) => {
    if (stopping) return;
    failures = isFault ? failures + 1 : failures;
    if (failures >= MAX_FAILURES) {
      options.onGivenUp(
        new ArenaError('internal', `The ${name} service failed ${failures} times in a row: ${why}.`, {
          hint: lastError?.hint ?? 'The lines above say why; AGON_DEBUG=1 says more.',
          cause: lastError,
        }),
      );
      return;
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1), LAST_PAUSE_MS);
    onEvent({
      ...what,
      service: name,
      restart_ms: pauseMs,
      message: `The ${name} service ended: ${why}; it is started again in ${pauseMs / 1000} s`,
    });
    timer = setTimeout(() => {
      launching = relaunch();
    }, pauseMs);
  };

  const watch = ({ child }: Launched) => {
    const readyAtMs = performance.now();
    const onEnd = (code: number | null, signal: NodeJS.Signals | null) => {
      if (performance.now() - readyAtMs > WELL_MS) failures = 0;
      const isFault = !restarting && !FROM_OUTSIDE.includes(signal);
      restarting = false;
      again({ event: 'service_ended', code, signal }, signal ?? `exit code ${code}`, isFault);
    };
    if (hasEnded(child)) onEnd(child.exitCode, child.signalCode);
    else child.once('exit', onEnd);
  };

  const relaunch = async () => {
    try {
      current = await launch(options);
      if (stopping) return;
      onEvent({ event: 'service_restarted', service: name, message: `The ${name} service is back` });
      watch(current);
    } catch (thrown) {
      const error = isArenaError(thrown) ? thrown : new ArenaError('internal', String(thrown));
      // a database that is away comes back
      const isFault = error.kind !== 'unavailable';
      again({ event: 'service_failed' }, error.message.replace(/\.$/, ''), isFault, error);
    }
  };

  current = await launch(options);
  watch(current);
  return {
    name,
    ready: current.ready,
    restart() {
      restarting = true;
      current.child.kill('SIGTERM');
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await launching;
      await end(current.child, options.drainMs);
    },
  };
}

async function end(child: ChildProcess, drainMs: number): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), drainMs);
  await ended;
  clearTimeout(force);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function launch(options: ServiceOptions): Promise<Launched> {
  const { name } = options;
  const child = spawn(process.execPath, [...(options.nodeArgs ?? []), options.script], {
    env: options.env(),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole group of the terminal; only the supervisor may decide when its services stop
    detached: true,
  });
  if (child.pid !== undefined) options.onProcess(child.pid);
  if (options.answer !== undefined) answerService(child, options.answer);
  const lines = createInterface({ input: child.stdout! });
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    const fail = (message: string, hint?: string) => reject(new ArenaError('internal', message, { hint }));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`The ${name} service did not get ready within ${options.readyMs / 1000} s.`);
    }, options.readyMs);
    child.once('error', (error) => fail(`The ${name} service cannot be run: ${error.message}.`));
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(
        `The ${name} service ended at its start (${signal ?? `exit code ${code}`}).`,
        'The lines above say why.',
      );
    });
    lines.on('line', (line) => {
      const event = parseLine(line);
      if (event === null) return;
      if (event.event === 'ready') {
        clearTimeout(timer);
        resolve(event);
      } else if (event.event === 'error') {
        clearTimeout(timer);
        reject(readError(event));
      } else options.onEvent(event);
    });
  });
  return { child, ready: await ready };
}

function readError(event: Readonly<Record<string, unknown>>): ArenaError {
  const { code, message, hint } = event;
  const known = typeof code === 'string' && code in ERROR_CODES ? (code as ErrorCode) : 'internal';
  return new ArenaError(known, String(message), { hint: typeof hint === 'string' ? hint : undefined });
}

function parseLine(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    process.stderr.write(`${line}\n`);
    return null;
  }
}
