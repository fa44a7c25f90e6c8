import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** An api process that is killed without warning, and started again on the same port. */
export type ApiProcess = {
  kill(): Promise<void>;
  start(): Promise<void>;
  readonly pid: number | undefined;
};

export function apiProcess(
  script: string,
  env: Readonly<Record<string, string>>,
  options: { readonly logFile: string; readonly onOwnEnd: () => void },
): ApiProcess {
  let child: ChildProcess | undefined;
  const log = openSync(options.logFile, 'a');
  return {
    get pid() {
      return child?.pid;
    },
    async start() {
      for (;;) {
        child = spawn(process.execPath, [script], {
          env: { ...process.env, ...env },
          stdio: ['ignore', 'pipe', log],
        });
        const lines = createInterface({ input: child.stdout! });
        const ready = new Promise<boolean>((resolve) => {
          lines.on('line', (line) => {
            if (line.includes('"event":"ready"')) resolve(true);
            else if (line.includes('"event":"error"')) resolve(false);
          });
          child!.once('exit', () => resolve(false));
        });
        if (await ready) {
          const running = child;
          running.once('exit', () => {
            // nobody killed it: it ended by itself, and a supervisor would start it again
            if (running === child) {
              options.onOwnEnd();
              void this.start();
            }
          });
          return;
        }
        // the database is down at this moment: as a supervisor would, try again
        child.kill('SIGKILL');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    async kill() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const killed = child;
      child = undefined;
      const ended = once(killed, 'exit');
      killed.kill('SIGKILL');
      await ended;
    },
  };
}
