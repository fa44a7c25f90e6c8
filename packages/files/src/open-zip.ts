import { crc32 } from 'node:zlib';
import { ArenaError } from '@agon/domain';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { ByteStream } from './byte-stream.ts';
import type { Watch } from './disk-file.ts';
import { unpack } from './unpack.ts';

const [STORED, DEFLATED, ZSTD] = [0, 8, 93];
/** Archives of so many files are no table. */
const MAX_ENTRIES = 10_000;
/** Names that are shown. */
const SHOWN = 10;
/** Beside other files, a table is known by its name; alone, by what it is. */
const TABLE_NAME = /\.(?:csv|tsv|txt|jsonl?|ndjson|parquet|arrow|feather)(?:\.(?:gz|zst))?$/i;
const DOCUMENTATION = /(?:^|\/)(?:readme|licen[sc]e|notice|changelog)[^/]*$/i;

/**
 * Hands the one table of a zip archive to `read`, unpacked and checked as it comes.
 * @throws ArenaError invalid_file, unknown_format where there is no table or more than one
 */
export async function withZippedTable<Result>(
  path: string,
  file: string,
  watch: Watch,
  read: (name: string, bytes: ByteStream) => Promise<Result>,
): Promise<Result> {
  const zip = await whole(file, () => openPromise(path, { autoClose: false }));
  zip.on('error', () => {});
  try {
    const entry = chooseTable(file, await whole(file, () => entriesOf(zip)));
    const stream = await whole(file, () => zip.openReadStreamPromise(entry, { decodeFileData: false }));
    const packed = new ByteStream(watched(stream, zip.fileSize, watch));
    const unpacked =
      entry.compressionMethod === STORED
        ? packed
        : unpack(packed, entry.compressionMethod === ZSTD ? 'zstd' : 'deflate', file);
    return await read(entry.fileName, new ByteStream(checked(unpacked, entry, file)));
  } finally {
    zip.close();
  }
}

async function entriesOf(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of zip.eachEntry()) {
    entries.push(entry);
    if (entries.length > MAX_ENTRIES) throw new RangeError(`it holds more than ${MAX_ENTRIES} files`);
  }
  return entries;
}

function chooseTable(file: string, entries: readonly Entry[]): Entry {
  const names = new Set<string>();
  for (const { fileName } of entries) {
    if (names.has(fileName)) throw damaged(file, `it holds two files "${fileName}"`);
    names.add(fileName);
  }
  if (names.has('[Content_Types].xml') || (names.has('mimetype') && names.has('content.xml'))) {
    throw new ArenaError(
      'unknown_format',
      `${file} is a spreadsheet or another document: it cannot be read.`,
      {
        hint: 'Save the sheet as CSV (UTF-8).',
        at: { file },
      },
    );
  }
  const files = entries.filter(({ fileName }) => !isIncidental(fileName));
  const tables = files.filter(({ fileName }) => TABLE_NAME.test(fileName) && !DOCUMENTATION.test(fileName));
  const found = tables.length > 0 ? tables : files;
  const [entry] = found;
  if (entry === undefined || found.length > 1) throw notOne(file, found);
  if (entry.isEncrypted()) {
    throw new ArenaError('unknown_format', `${file} is locked by a password: it cannot be read.`, {
      hint: 'Unpack it, and name the table that is in it.',
      at: { file },
    });
  }
  if (![STORED, DEFLATED, ZSTD].includes(entry.compressionMethod)) {
    throw new ArenaError(
      'unknown_format',
      `${file} is packed by method ${entry.compressionMethod} of zip: it cannot be read.`,
      { hint: 'Methods stored, deflate and zstd (93) are read. Unpack it.', at: { file } },
    );
  }
  return entry;
}

/** What archivers put in beside the files. */
function isIncidental(name: string): boolean {
  return name.endsWith('/') || name.startsWith('__MACOSX/') || /(?:^|\/)(?:\.[^/]*|Thumbs\.db)$/.test(name);
}

function notOne(file: string, found: readonly Entry[]): ArenaError {
  const names = found.slice(0, SHOWN).map(({ fileName }) => fileName);
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : '';
  return found.length === 0
    ? new ArenaError('invalid_file', `${file} is an archive without a file in it.`, {
        hint: 'Check the file.',
        at: { file },
      })
    : new ArenaError(
        'unknown_format',
        `${file} holds ${found.length} files, not one table: ${names.join(', ')}${more}.`,
        { hint: 'Unpack it, and name those that are meant.', at: { file } },
      );
}

async function* watched(
  stream: AsyncIterable<unknown>,
  total: number,
  { onBytes, signal }: Watch,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    signal?.throwIfAborted();
    done += chunk.length;
    onBytes?.(done, total);
    yield chunk;
  }
}

async function* checked(bytes: ByteStream, entry: Entry, file: string): AsyncGenerator<Uint8Array> {
  let sum = 0;
  let size = 0;
  for await (const chunk of bytes) {
    sum = crc32(chunk, sum);
    size += chunk.length;
    if (size > entry.uncompressedSize) break;
    yield chunk;
  }
  if (size !== entry.uncompressedSize)
    throw damaged(file, `"${entry.fileName}" is not as long as it should be`);
  if (sum >>> 0 !== entry.crc32) throw damaged(file, `the checksum of "${entry.fileName}" is another`);
}

async function whole<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof ArenaError) throw cause;
    throw damaged(file, (cause as Error).message, cause);
  }
}

function damaged(file: string, reason: string, cause?: unknown): ArenaError {
  return new ArenaError('invalid_file', `${file} is no zip archive that can be read: ${reason}.`, {
    hint: 'The file may be cut off or damaged: fetch it again.',
    at: { file },
    cause,
  });
}
