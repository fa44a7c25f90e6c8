import { pipeline, Readable, type Transform } from 'node:stream';
import { createGunzip, createInflateRaw, createZstdDecompress } from 'node:zlib';
import { ArenaError } from '@agon/domain';
import { ByteStream } from './byte-stream.ts';
import { ZstdFrames } from './zstd-frames.ts';

/** Rows are read as they come, so that memory does not grow with them; time would. */
const MAX_BYTES = 32 * 1024 ** 3;
/** Tables pack to a tenth, tables of one row over and over to a thousandth; gzip cannot pack more. */
const HIGHEST_RATIO = 2000;
/** From here on the ratio is looked at. */
const RATIO_FROM = 256 * 1024 ** 2;

export type Packing = 'gzip' | 'zstd' | 'deflate';

/**
 * What is packed in `bytes`: every member of a gzip file, every frame of a zstd file. Its chunks fail with
 * ArenaError('invalid_file') where it is damaged, cut off, or grows beyond all measure.
 * @param file for messages
 */
export function unpack(bytes: ByteStream, packing: Packing, file: string): ByteStream {
  const unpacked =
    packing === 'zstd'
      ? unzstd(bytes)
      : through(copies(bytes), packing === 'gzip' ? createGunzip() : createInflateRaw());
  return new ByteStream(bounded(unpacked, bytes, packing, file));
}

async function* bounded(
  unpacked: AsyncIterable<Uint8Array>,
  packed: ByteStream,
  packing: Packing,
  file: string,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of unpacked) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new RangeError('it unpacks to more than 32 GiB');
      if (size > RATIO_FROM && size > HIGHEST_RATIO * packed.taken)
        throw new RangeError(`it unpacks to more than ${HIGHEST_RATIO} times its size`);
      yield chunk;
    }
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (!(cause instanceof RangeError || /^(?:Z_|ZSTD_|ERR_)/.test(code))) throw cause;
    const cutOff = code === 'Z_BUF_ERROR' || (cause as Error).message === 'unexpected end of file';
    const reason = cutOff ? 'it is cut off' : (cause as Error).message;
    throw new ArenaError('invalid_file', `${file} cannot be unpacked (${packing}): ${reason}.`, {
      hint: 'The file may be cut off or damaged: fetch it again.',
      at: { file },
      cause,
    });
  }
}

async function* unzstd(bytes: ByteStream): AsyncGenerator<Uint8Array> {
  const frames = new ZstdFrames(bytes);
  try {
    while (await frames.hasFrame()) yield* through(frames.frame(), createZstdDecompress());
  } finally {
    await bytes.close();
  }
}

/** A decoder works on its input while the next chunk is read. */
async function* copies(bytes: ByteStream): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) yield Buffer.from(chunk);
}

async function* through(packed: AsyncIterable<Uint8Array>, decoder: Transform): AsyncGenerator<Uint8Array> {
  // what fails reaches the reader through the decoder, which the pipeline destroys with it
  pipeline(Readable.from(packed), decoder, () => {});
  yield* decoder as AsyncIterable<Uint8Array>;
}
