import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Importer, ImportJob, ImportOutcome, ImportSource, ImportWatch } from '@agon/arena';
import type { FileInspection } from '@agon/contract';
import { ArenaError } from '@agon/domain';
import { unpackError } from '../error-message.ts';
import type { FromImport, ToImport } from './import-messages.ts';

const PROCESS = fileURLToPath(new URL('./import-process.ts', import.meta.url));
/** Imports that run at a time; the others wait. Each keeps a core busy, and so does its database session. */
const AT_ONCE = 2;
/** Of the operating system, 0 as usual to 19: votes go first. */
const NICENESS = 10;

type Ended = Extract<FromImport, { kind: 'done' | 'inspected' }>;

/**
 * Imports, each in a process of its own: the one that takes votes neither reads files nor holds them. Ending that process
 * ends its transaction, and nothing stays.
 * @param url of the database, postgres://…
 */
export function openImporter(url: string): Importer & { close(): Promise<void> } {
  const waiting: (() => void)[] = [];
  const running = new Set<ChildProcess>();
  let places = AT_ONCE;
  let closed = false;

  async function run(message: ToImport, { onProgress, signal }: ImportWatch): Promise<Ended> {
    await takePlace(onProgress, signal);
    try {
      // while it waited, or as it was called up
      if (closed) throw stopping();
      signal?.throwIfAborted();
      return await inProcess(message, onProgress, signal);
    } finally {
      const next = waiting.shift();
      // a place goes from hand to hand: nobody who comes in between can take it
      if (next === undefined) places += 1;
      else next();
    }
  }

  async function takePlace(
    onProgress: ImportWatch['onProgress'],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (closed) throw stopping();
    signal?.throwIfAborted();
    if (places > 0) {
      places -= 1;
      return;
    }
    onProgress?.({ stage: 'waiting', done: 0, total: waiting.length + 1 });
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

  function inProcess(
    message: ToImport,
    onProgress: ImportWatch['onProgress'],
    signal: AbortSignal | undefined,
  ): Promise<Ended> {
    return new Promise((resolve, reject) => {
      // no more of the environment than a process needs to run: keys and secrets stay here
      const { PATH = '', TMPDIR, TZ } = process.env;
      const env = { PATH, ...(TMPDIR === undefined ? {} : { TMPDIR }), ...(TZ === undefined ? {} : { TZ }) };
      const child = fork(PROCESS, { env, execArgv: ['--max-old-space-size=8192'] });
      running.add(child);
      let ended: Ended | Error | null = null;
      const stop = () => child.kill('SIGKILL');
      signal?.addEventListener('abort', stop, { once: true });
      if (child.pid !== undefined) lower(child.pid);
      child.on('message', (said: FromImport) => {
        if (said.kind === 'progress') onProgress?.(said.progress);
        else ended = said.kind === 'failed' ? unpackError(said.error) : said;
      });
      child.on('error', (error) => {
        ended ??= error;
      });
      child.on('close', () => {
        running.delete(child);
        signal?.removeEventListener('abort', stop);
        if (ended !== null && !(ended instanceof Error)) resolve(ended);
        else if (signal?.aborted) reject(signal.reason);
        else if (closed) reject(stopping());
        else reject(ended ?? died(child));
      });
      child.send(message);
    });
  }

  return {
    async run(job: ImportJob, watch: ImportWatch = {}): Promise<ImportOutcome> {
      const ended = await run({ kind: 'import', url, job }, watch);
      if (ended.kind !== 'done') throw new ArenaError('internal', 'An import answered something else.');
      return ended.outcome;
    },
    async inspect(file: Pick<ImportSource, 'name' | 'path'>): Promise<FileInspection> {
      const ended = await run({ kind: 'inspect', file }, {});
      if (ended.kind !== 'inspected') throw new ArenaError('internal', 'An import answered something else.');
      return ended.inspection;
    },
    async close() {
      closed = true;
      for (const child of running) child.kill('SIGKILL');
      for (const resume of waiting.splice(0)) resume();
    },
  };
}

function stopping(): ArenaError {
  return new ArenaError('shutting_down', 'The arena is stopping.', { retryAfterMs: 2000 });
}

function lower(pid: number): void {
  try {
    setPriority(pid, NICENESS);
  } catch {
    // it ended already, or the system does not let us
  }
}

/** Nothing of the import stays: its transaction ended with it. */
function died({ exitCode, signalCode }: ChildProcess): ArenaError {
  return new ArenaError(
    'invalid_file',
    `The import ended before its time (${signalCode ?? `exit code ${exitCode}`}); nothing of it was kept.`,
    { hint: 'The files may need more memory than there is: import them one by one, or in parts.' },
  );
}
