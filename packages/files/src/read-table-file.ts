import { createWriteStream, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArenaError } from '@agon/domain';
import { ColumnSink, type ReadOptions, type RowSink, StreamedFile } from '@agon/formats';
import { ByteStream } from './byte-stream.ts';
import { attempt, bytesOnDisk, STDIN, type Watch } from './disk-file.ts';
import { fileKind, HEAD_BYTES } from './file-kind.ts';
import { unpack } from './unpack.ts';

export type TableOptions = ReadOptions & {
  /** Name of the file, for messages and for formats that look at it; absent: the end of its path. */
  readonly name?: string;
};

export type TableRead = ReturnType<StreamedFile['end']>;

/** Containers within each other, as a gzip file in a zip archive. */
const MAX_LAYERS = 3;

/** What is read at a time: bytes, and the file where they lie as they are, for kinds that are read from their end. */
type Layer = { readonly name: string; readonly bytes: ByteStream; readonly path: string | null };

/**
 * Reads one table into `sink`, whatever it comes in: text, gzip, zstd, a zip archive of one table, Parquet, Arrow, or
 * one in another. What it is, is told by its first bytes. `-` is stdin.
 * @throws ArenaError invalid_file, unknown_format, unknown_option; the reason of `watch.signal`
 */
export async function readTableFile(
  path: string,
  options: TableOptions,
  sink: RowSink,
  watch: Watch = {},
): Promise<TableRead> {
  const { name = path === STDIN ? 'stdin' : basename(path), ...reading } = options;
  const layer = { name, bytes: new ByteStream(bytesOnDisk(path, watch)), path: isFile(path) ? path : null };
  return new TableReading(reading, sink, watch).read(layer, 0);
}

function isFile(path: string): boolean {
  try {
    return path !== STDIN && statSync(path).isFile();
  } catch {
    // whatever is wrong with it is said when it is opened
    return false;
  }
}

class TableReading {
  readonly #options: ReadOptions;
  readonly #sink: RowSink;
  readonly #watch: Watch;

  constructor(options: ReadOptions, sink: RowSink, watch: Watch) {
    this.#options = options;
    this.#sink = sink;
    this.#watch = watch;
  }

  async read(layer: Layer, depth: number): Promise<TableRead> {
    try {
      return await this.#readLayer(layer, depth);
    } finally {
      await layer.bytes.close();
    }
  }

  async #readLayer(layer: Layer, depth: number): Promise<TableRead> {
    const { name, bytes } = layer;
    const kind = fileKind(name, await bytes.peek(HEAD_BYTES));
    if (kind === 'text') return this.#readText(layer);
    if (depth === MAX_LAYERS) {
      throw new ArenaError('unknown_format', `${name} holds a file in a file in a file, and more.`, {
        hint: 'Unpack it, and name the table that is in it.',
        at: { file: name },
      });
    }
    if (kind === 'gzip' || kind === 'zstd') {
      const inner = { name: withoutEnding(name), bytes: unpack(bytes, kind, name), path: null };
      return this.read(inner, depth + 1);
    }
    return onDisk(layer, async (path) => {
      if (kind === 'parquet') return this.#readParquet(path, name);
      if (kind === 'arrow') return this.#readArrow(path, name);
      const { withZippedTable } = await import('./open-zip.ts');
      return withZippedTable(path, name, this.#watch, (inner, unpacked) =>
        this.read({ name: basename(inner), bytes: unpacked, path: null }, depth + 1),
      );
    });
  }

  async #readText({ name, bytes }: Layer): Promise<TableRead> {
    const file = new StreamedFile(name, this.#options, this.#sink);
    for await (const chunk of bytes) {
      file.push(chunk);
      await this.#watch.afterRows?.();
    }
    return file.end();
  }

  async #readParquet(path: string, name: string): Promise<TableRead> {
    const { readParquet } = await import('./parquet/read-parquet.ts');
    const file = new StreamedFile(name, this.#options, this.#sink);
    const { onBytes, signal } = this.#watch;
    const { size } = statSync(path);
    let rows = 0;
    const columns = await readParquet(
      path,
      name,
      this.#unneeded(),
      (batch) => {
        rows += batch.length;
        file.takeRows(batch);
        return this.#watch.afterRows?.();
      },
      { onRows: (done, total) => onBytes?.(Math.round((size * done) / total), size), signal },
    );
    if (rows === 0) throw noRows(name, columns);
    return file.end();
  }

  async #readArrow(path: string, name: string): Promise<TableRead> {
    const file = new StreamedFile(name, this.#options, this.#sink);
    const { onBytes, signal } = this.#watch;
    const { size } = statSync(path);
    let rows = 0;
    const { readArrowFile } = await import('./arrow-file.ts');
    const columns = await readArrowFile(path, name, this.#codedColumns(), (batch, total) => {
      signal?.throwIfAborted();
      rows += batch.length;
      file.takeRows(batch);
      onBytes?.(Math.round((size * rows) / total), size);
      return this.#watch.afterRows?.();
    });
    if (rows === 0) throw noRows(name, columns);
    return file.end();
  }

  /** The column that is `winner`, unless the caller says what its labels mean. */
  #codedColumns(): ReadonlySet<string> {
    if (Object.keys(this.#options.labels ?? {}).length > 0) return new Set();
    const mapped = Object.entries(this.#options.map ?? {}).filter(([, field]) => field === 'winner');
    return new Set(['winner', ...mapped.map(([column]) => column)]);
  }

  /** Conversations are nearly all of the files that have them, and ratings without style, by votes, do not look at them. */
  #unneeded(): readonly string[] {
    const sink = this.#sink;
    const isRead = !(sink instanceof ColumnSink) || sink.wantsStyle || sink.options.prompt;
    return isRead ? [] : ['conversation_a', 'conversation_b', 'full_conversation'];
  }
}

/** `votes.csv.gz` is `votes.csv`: formats look at the name as if the file had never been packed. */
function withoutEnding(name: string): string {
  return name.replace(/(?<=.)\.(?:gz|gzip|zst|zstd)$/i, '');
}

/** Hands the layer's path to `work`; a layer that lies in another, or comes through a pipe, is written down for it. */
async function onDisk<Result>(
  { name, bytes, path }: Layer,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  if (path !== null) {
    await bytes.close();
    return work(path);
  }
  const folder = await mkdtemp(join(tmpdir(), 'agon-unpacked-'));
  try {
    const spooled = join(folder, 'table');
    await attemptSpooling(name, async () => {
      const copies = async function* () {
        for await (const chunk of bytes) yield Buffer.from(chunk);
      };
      await pipeline(Readable.from(copies()), createWriteStream(spooled));
    });
    return await work(spooled);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function attemptSpooling(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof ArenaError || (error as NodeJS.ErrnoException).syscall === undefined) throw error;
    await attempt(name, () => Promise.reject(error));
  }
}

function noRows(name: string, columns: readonly string[]): ArenaError {
  return new ArenaError('invalid_file', `${name} has ${columns.length} columns and no rows.`, {
    hint: 'Check the file.',
    at: { file: name },
  });
}
