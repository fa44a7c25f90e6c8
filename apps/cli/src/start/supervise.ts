import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { ArenaError, ERROR_CODES, type ErrorCode } from '@agon/domain';

export type Service = {
  readonly name: string;
  /** The ready line of its first start, parsed. */
  readonly ready: Readonly<Record<string, unknown>>;
  stop(): Promise<void>;
};

export type ServiceOptions = {
  readonly name: string;
  /** File that Node runs. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds until the ready line, and after SIGTERM until SIGKILL. */
  readonly readyMs: number;
  readonly drainMs: number;
  readonly onEvent: (event: Readonly<Record<string, unknown>>) => void;
};

/** Between two starts of a service that keeps failing, milliseconds; doubles up to the last. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 10_000;

/**
 * Starts a service and keeps it alive: one that ends by itself is started again. The service prints one JSON line
 * when it is ready, and ends when its channel to this process closes: a killed parent leaves no orphan.
 * @throws ArenaError with the service's own code where its first start fails
 */
export async function supervise(options: ServiceOptions): Promise<Service> {
  let stopping = false;
  let pauseMs = FIRST_PAUSE_MS;
  let timer: NodeJS.Timeout | undefined;
  let started = await launch(options);
  const watch = (child: ChildProcess) => {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      options.onEvent({ event: 'service_ended', service: options.name, code, signal, restart_ms: pauseMs });
      timer = setTimeout(restart, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    });
  };
  const restart = async () => {
    try {
      started = await launch(options);
      pauseMs = FIRST_PAUSE_MS;
      options.onEvent({ event: 'service_restarted', service: options.name });
      watch(started.child);
      if (stopping) started.child.kill('SIGTERM');
    } catch (error) {
      options.onEvent({
        event: 'service_failed',
        service: options.name,
        message: error instanceof Error ? error.message : String(error),
      });
      if (!stopping) timer = setTimeout(restart, pauseMs);
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    }
  };
  watch(started.child);
  return {
    name: options.name,
    ready: started.ready,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      const { child } = started;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), options.drainMs);
      await ended;
      clearTimeout(force);
    },
  };
}

async function launch(
  options: ServiceOptions,
): Promise<{ child: ChildProcess; ready: Record<string, unknown> }> {
  const child = spawn(process.execPath, [options.script], {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole group of the terminal; only the supervisor may decide when its services stop
    detached: true,
  });
  const lines = createInterface({ input: child.stdout! });
  const first = new Promise<Record<string, unknown>>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new ArenaError(
          'internal',
          `The ${options.name} service did not get ready within ${options.readyMs / 1000} s.`,
        ),
      );
    }, options.readyMs);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      reject(
        new ArenaError(
          'internal',
          `The ${options.name} service ended at its start (${signal ?? `exit code ${code}`}).`,
          { hint: 'The lines above say why.' },
        ),
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
        const code =
          typeof event.code === 'string' && event.code in ERROR_CODES
            ? (event.code as ErrorCode)
            : 'internal';
        reject(
          new ArenaError(code, String(event.message), {
            hint: typeof event.hint === 'string' ? event.hint : undefined,
          }),
        );
      } else options.onEvent(event);
    });
  });
  return { child, ready: await first };
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
