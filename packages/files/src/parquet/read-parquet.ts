import { Worker } from 'node:worker_threads';
import { ArenaError } from '@agon/domain';
import type { SourceRow } from '@agon/formats';
import type { FromThread, SentColumn, ThreadTask } from './parquet-messages.ts';

/** Memory of the thread, MiB: pages and a few batches of rows. */
const THREAD_MEMORY = 640;
/** A thread that says nothing for so long computes what a damaged file told it to. */
const PATIENCE_MS = 60_000;

export type ParquetWatch = {
  readonly onRows?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
};

/**
 * Hands the rows of a Parquet file to `take`, some thousand at a time, each with its number in the file as its line.
 * @param name for messages
 * @param skip columns that need not be read: they are null
 * @returns the file's columns
 * @throws ArenaError('invalid_file'); what `take` throws; the signal's reason
 */
export function readParquet(
  path: string,
  name: string,
  skip: readonly string[],
  take: (rows: readonly SourceRow[]) => Promise<void> | undefined,
  { onRows, signal }: ParquetWatch = {},
): Promise<readonly string[]> {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const task: ThreadTask = { path, skip, taken: taken.buffer };
  const worker = new Worker(new URL('./parquet-thread.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: THREAD_MEMORY },
  });
  return new Promise<readonly string[]>((resolve, reject) => {
    let columns: readonly string[] = [];
    let total = 0;
    let done = 0;
    /** Batches that whoever takes them has not finished with. */
    let open = 0;
    let isRead = false;
    const stop = (reason: unknown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      void worker.terminate();
      reject(reason);
    };
    const fault = (reason: string): void => stop(damaged(name, reason));
    const abort = (): void => stop(signal?.reason);
    // a thread that waits until its rows are taken says nothing, too
    const timer = setTimeout(
      () => (open > 0 ? timer.refresh() : fault('reading it does not end')),
      PATIENCE_MS,
    );
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    const finish = (): void => {
      if (!isRead || open > 0) return;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      resolve(columns);
    };
    const goOn = (): void => {
      open -= 1;
      Atomics.add(taken, 0, 1);
      Atomics.notify(taken, 0);
      finish();
    };
    const receive = (message: FromThread): void => {
      timer.refresh();
      if (message.kind === 'fault') fault(message.reason);
      else if (message.kind === 'opened') {
        ({ columns, rows: total } = message);
        requireDifferent(name, columns);
      } else if (message.kind === 'rows') {
        const unread = columns.filter((column) => skip.includes(column));
        open += 1;
        const waits = take(rowsOf(message, unread, done));
        done += message.count;
        onRows?.(done, total);
        if (waits === undefined) goOn();
        else waits.then(goOn, stop);
      } else {
        isRead = true;
        finish();
      }
    };
    worker.on('message', (message: FromThread) => {
      try {
        receive(message);
      } catch (error) {
        stop(error);
      }
    });
    worker.on('error', (error: NodeJS.ErrnoException) =>
      fault(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it takes too much memory' : error.message),
    );
    worker.on('exit', () => {
      if (!isRead) fault('the thread that read it ended');
    });
  });
}

function rowsOf(
  { count, names, columns }: Extract<FromThread, { kind: 'rows' }>,
  unread: readonly string[],
  before: number,
): readonly SourceRow[] {
  const rows: SourceRow[] = new Array(count);
  for (let row = 0; row < count; row += 1) {
    const values = Object.create(null) as Record<string, unknown>;
    for (let at = 0; at < names.length; at += 1) values[names[at]!] = valueAt(columns[at]!, row);
    for (const name of unread) values[name] = null;
    rows[row] = { line: before + row + 1, values };
  }
  return rows;
}

function valueAt(column: SentColumn, row: number): unknown {
  return 'codes' in column ? column.texts[column.codes[row]!] : column.values[row];
}

function requireDifferent(name: string, columns: readonly string[]): void {
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice === undefined) return;
  throw new ArenaError('invalid_file', `${name} has two columns "${twice}".`, {
    hint: 'Rename one of them: which of the two is meant cannot be known.',
    at: { file: name, column: twice },
  });
}

function damaged(name: string, reason: string): ArenaError {
  return new ArenaError('invalid_file', `${name} is no Parquet file that can be read: ${reason}.`, {
    hint: 'The file may be cut off or damaged: fetch it again, or write it again.',
    at: { file: name },
  });
}
