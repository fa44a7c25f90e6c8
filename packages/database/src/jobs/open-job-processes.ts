import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ArenaError } from '@agon/domain';
import { unpackError } from '../error-message.ts';
import type { FromJob } from './job-messages.ts';

/** Jobs that run at a time; the others wait. Each keeps a core busy, and so does its database session. */
const AT_ONCE = 2;
/** Of the operating system, 0 as usual to 19: votes go first. */
const NICENESS = 10;
/** Descriptor of a job's process under which it has the file of `Job.output`. */
export const OUTPUT_DESCRIPTOR = 4;

type Job<Progress> = {
  /** What its process runs: a module that calls `serveJob`. */
  readonly module: URL;
  readonly task: Serializable;
  /** How its process holds memory: options of V8. */
  readonly v8: readonly string[];
  /** Descriptor of a file that it writes. */
  readonly output?: number;
  /** It waits for a place, so many in all. */
  readonly onWait?: (waiting: number) => void;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Aborted: the process is killed, and `run` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** @param how its process ended before it answered: a signal, or an exit code */
  readonly died: (how: string) => ArenaError;
};

export type JobProcesses = {
  /** @param Result what the job's module answers. @throws what it throws; ArenaError shutting_down */
  run<Result, Progress = never>(job: Job<Progress>): Promise<Result>;
  close(): void;
};

/**
 * Long work, each job in a process of its own: the one that takes votes neither does it nor holds its rows. Ending such a
 * process ends its transaction.
 * @param niceness how far its processes stand back, 0 (as usual) to 19
 */
export function openJobProcesses(niceness = NICENESS): JobProcesses {
  const waiting: (() => void)[] = [];
  const running = new Set<ChildProcess>();
  let places = AT_ONCE;
  let closed = false;

  async function takePlace({ onWait, signal }: Pick<Job<never>, 'onWait' | 'signal'>): Promise<void> {
    if (closed) throw stopping();
    signal?.throwIfAborted();
    if (places > 0) {
      places -= 1;
      return;
    }
    onWait?.(waiting.length + 1);
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal?.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal?.reason);
      };
      waiting.push(enter);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  function inProcess<Result, Progress>(job: Job<Progress>): Promise<Result> {
    const { module, task, output, onProgress, signal } = job;
    return new Promise((resolve, reject) => {
      // no more of the environment than a process needs to run: keys and secrets stay here
      const { PATH = '', TMPDIR, TZ } = process.env;
      const env = { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...(TZ === undefined ? {} : { TZ }) };
      const child = fork(fileURLToPath(module), {
        env,
        execArgv: [...job.v8],
        stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...(output === undefined ? [] : [output])],
      });
      running.add(child);
      let ended: Extract<FromJob, { kind: 'done' }> | Error | null = null;
      const stop = () => child.kill('SIGKILL');
      signal?.addEventListener('abort', stop, { once: true });
      if (child.pid !== undefined) setNiceness(child.pid, niceness);
      child.on('message', (said: FromJob) => {
        if (said.kind === 'progress') onProgress?.(said.progress as Progress);
        else ended = said.kind === 'failed' ? unpackError(said.error) : said;
      });
      child.on('error', (error) => {
        ended ??= error;
      });
      child.on('close', () => {
        running.delete(child);
        signal?.removeEventListener('abort', stop);
        if (ended !== null && !(ended instanceof Error)) resolve(ended.result as Result);
        else if (signal?.aborted) reject(signal.reason);
        else if (closed) reject(stopping());
        else reject(ended ?? job.died(child.signalCode ?? `exit code ${child.exitCode}`));
      });
      child.send(task);
    });
  }

  return {
    async run(job) {
      await takePlace(job);
      try {
        // while it waited, or as it was called up
        if (closed) throw stopping();
        job.signal?.throwIfAborted();
        return await inProcess(job);
      } finally {
        const next = waiting.shift();
        // a place goes from hand to hand: nobody who comes in between can take it
        if (next === undefined) places += 1;
        else next();
      }
    },
    close() {
      closed = true;
      for (const child of running) child.kill('SIGKILL');
      for (const resume of waiting.splice(0)) resume();
    },
  };
}

function stopping(): ArenaError {
  return new ArenaError('shutting_down', 'The arena is stopping.', { retryAfterMs: 2000 });
}

function setNiceness(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // it ended already, or the system does not let us
  }
}
