import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { ArenaError } from '@agon/domain';
import busboy from 'busboy';
import { parseJson } from './read-body.ts';
import { unavailableFault } from './unavailable.ts';

/** A file that was sent, on disk until the request is done. */
type UploadedFile = {
  readonly name: string;
  readonly path: string;
  /** Hexadecimal digits. */
  readonly sha256: string;
};

export type Upload = {
  /** The part `options`, as JSON; {} where there is none. */
  readonly options: unknown;
  readonly files: readonly UploadedFile[];
  /** Takes the files off the disk. */
  remove(): Promise<void>;
};

/** Most bytes of all files of a request, and most files. */
const UPLOAD_LIMIT = 16 * 1024 ** 3;
const MAX_FILES = 200;
const OPTIONS_LIMIT = 256 * 1024;
/** Folders of uploads, with the number of the process that made them. */
const FOLDER = 'agon-upload-';

export function isMultipart(request: Request): boolean {
  return /^multipart\/form-data\s*;/i.test(request.headers.get('content-type') ?? '');
}

/**
 * Files of a multipart/form-data request, written to disk as they come: no file is held in memory.
 * @throws ArenaError too_large, invalid_request
 */
export async function readUpload(request: Request): Promise<Upload> {
  const spool = await openSpool();
  const arriving: Promise<void>[] = [];
  try {
    let options: unknown = {};
    let seen = false;
    const parts = busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      defParamCharset: 'utf8',
      limits: { files: MAX_FILES, fields: 2, fieldSize: OPTIONS_LIMIT },
    });
    parts.on('field', (name, value, { valueTruncated }) => {
      try {
        if (name !== 'options' || seen) throw unknownPart(name, seen);
        seen = true;
        if (valueTruncated) throw optionsTooLarge();
        options = parseJson(value, 'The part "options"', 'options');
      } catch (error) {
        parts.destroy(error as ArenaError);
      }
    });
    parts.on('file', (name, stream, { filename }) => {
      if (name !== 'file') {
        stream.resume();
        parts.destroy(unknownPart(name, false));
        return;
      }
      const taken = spool.take(filename, stream);
      // what fails here ends the whole form, which waits for its files below
      taken.catch((error: Error) => parts.destroy(error));
      arriving.push(taken);
    });
    parts.on('filesLimit', () => parts.destroy(tooMany()));
    const body = request.body === null ? Readable.from([]) : Readable.fromWeb(request.body as WebStream);
    await pipeline(body, parts);
    await Promise.all(arriving);
    return { options, files: spool.files, remove: spool.remove };
  } catch (cause) {
    await Promise.allSettled(arriving);
    await spool.remove();
    if (cause instanceof ArenaError) throw cause;
    const unavailable = unavailableFault(cause);
    // a connection that breaks off is the sender's, a full disk is ours
    if (unavailable?.code === 'storage_full') throw unavailable;
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new ArenaError('invalid_request', `The form cannot be read: ${said}.`, {
      hint: 'Send multipart/form-data: a part "options" with JSON, then a part "file" for each file.',
      cause,
    });
  }
}

/** Texts that came in a JSON body, as files on disk. */
export async function spoolTexts(
  texts: readonly { readonly name: string; readonly text: string }[],
): Promise<Upload> {
  const spool = await openSpool();
  try {
    for (const { name, text } of texts) await spool.write(name, text);
    return { options: {}, files: spool.files, remove: spool.remove };
  } catch (error) {
    await spool.remove();
    throw error;
  }
}

/** Takes uploads off the disk whose process was killed. */
export async function removeLeftUploads(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names) {
    const pid = name.startsWith(FOLDER) ? Number.parseInt(name.slice(FOLDER.length), 10) : Number.NaN;
    if (Number.isNaN(pid) || pid === process.pid || isAlive(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function openSpool() {
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER}${process.pid}-`));
  const files: UploadedFile[] = [];
  let room = UPLOAD_LIMIT;
  const place = (name: string): { at: number; path: string; shown: string } => {
    const at = files.length;
    const shown = basename(name.replaceAll('\\', '/')).slice(0, 300) || `file ${at + 1}`;
    const path = join(folder, String(at));
    files.push({ name: shown, path, sha256: '' });
    return { at, path, shown };
  };
  return {
    files: files as readonly UploadedFile[],
    remove: () => rm(folder, { recursive: true, force: true }),
    async take(name: string, stream: Readable): Promise<void> {
      const { at, path, shown } = place(name);
      const hash = createHash('sha256');
      const counted = new Transform({
        transform(chunk: Buffer, _, done) {
          room -= chunk.length;
          hash.update(chunk);
          if (room < 0) done(tooLarge());
          else done(null, chunk);
        },
      });
      await pipeline(stream, counted, createWriteStream(path, { mode: 0o600 }));
      files[at] = { name: shown, path, sha256: hash.digest('hex') };
    },
    async write(name: string, text: string): Promise<void> {
      const { at, path, shown } = place(name);
      await writeFile(path, text, { mode: 0o600 });
      files[at] = { name: shown, path, sha256: createHash('sha256').update(text).digest('hex') };
    },
  };
}

/** A part that nobody reads would be a wish that is passed over in silence. */
function unknownPart(name: string | undefined, isSecond: boolean): ArenaError {
  // a part may come without any name
  const shown = (name ?? '').slice(0, 100);
  const what = isSecond && name === 'options' ? 'comes twice' : 'is none that a call takes';
  return new ArenaError('invalid_request', `The part "${shown}" of the form ${what}.`, {
    hint: 'Send one part "options" with JSON, then a part "file" for each file.',
    at: { column: shown },
  });
}

function optionsTooLarge(): ArenaError {
  return new ArenaError('too_large', `The part "options" is larger than ${OPTIONS_LIMIT / 1024} kB.`, {
    hint: 'Send files as parts "file".',
    at: { column: 'options' },
  });
}

function tooLarge(): ArenaError {
  return new ArenaError('too_large', `The files are larger than ${UPLOAD_LIMIT / 1024 ** 3} GB together.`, {
    hint: 'Send them in several imports.',
  });
}

function tooMany(): ArenaError {
  return new ArenaError('too_large', `There are more than ${MAX_FILES} files.`, {
    hint: 'Send them in several imports.',
  });
}
