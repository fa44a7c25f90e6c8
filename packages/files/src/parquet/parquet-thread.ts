import { parentPort, workerData } from 'node:worker_threads';
import { ParquetFault, ParquetFile } from './parquet-file.ts';
import { AHEAD, type FromThread, type SentColumn, type ThreadTask } from './parquet-messages.ts';

/**
 * Reads one Parquet file and sends its rows. A thread of its own, since a damaged file may use all the memory that it is
 * allowed, or compute for ever: it can be ended, and nothing else suffers.
 */
const { path, skip, taken } = workerData as ThreadTask;
const batchesTaken = new Int32Array(taken);
/** More different texts than this in a batch are sent as they are. */
const MAX_TEXTS = 1024;

const send = (message: FromThread, transfer: ArrayBuffer[] = []): void =>
  parentPort!.postMessage(message, transfer);

function sendAll(): void {
  const file = new ParquetFile(path);
  try {
    const { columns, rows } = file;
    const names = columns.filter((name) => !skip.includes(name));
    send({ kind: 'opened', columns, rows });
    let sent = 0;
    for (const batch of file.batches(names)) {
      waitFor(sent - AHEAD);
      const coded = batch.columns.map(codedColumn);
      const transfer = coded.flatMap((column) =>
        'codes' in column ? [column.codes.buffer as ArrayBuffer] : [],
      );
      send({ kind: 'rows', count: batch.rows, names, columns: coded }, transfer);
      sent += 1;
    }
    send({ kind: 'end' });
  } finally {
    file.close();
  }
}

/** Sleeps until more than so many batches are taken. */
function waitFor(count: number): void {
  for (let now = Atomics.load(batchesTaken, 0); now <= count; now = Atomics.load(batchesTaken, 0))
    Atomics.wait(batchesTaken, 0, now);
}

function codedColumn(values: readonly unknown[]): SentColumn {
  const codes = new Uint16Array(values.length);
  const known = new Map<unknown, number>();
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    if (typeof value !== 'string') return { values };
    let code = known.get(value);
    if (code === undefined) {
      if (known.size === MAX_TEXTS || known.size > 64 + row / 2) return { values };
      code = known.size;
      known.set(value, code);
    }
    codes[row] = code;
  }
  return { codes, texts: [...known.keys()] };
}

try {
  sendAll();
} catch (error) {
  const reason =
    error instanceof ParquetFault ? error.message : `it is damaged (${(error as Error).message})`;
  send({ kind: 'fault', reason });
}
