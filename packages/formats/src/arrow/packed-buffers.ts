import { unpackLz4Frame } from './lz4-frame.ts';

export type ArrowCodec = 'lz4' | 'zstd';

/** Unpacks zstd to exactly `size` bytes, or throws a RangeError; whoever opens a file brings it. */
export type Unzstd = (bytes: Uint8Array, size: number) => Uint8Array;

/** A buffer holds a column of one batch: some ten thousand rows as pandas writes them. */
const LARGEST_BUFFER = 512 * 1024 * 1024;
const SIZE_BYTES = 8;

/** A buffer of a compressed batch: its size, then its bytes packed; or -1, then its bytes. @throws RangeError */
export function unpackBuffer(bytes: Uint8Array, codec: ArrowCodec, unzstd: Unzstd): Uint8Array {
  if (bytes.length === 0) return bytes;
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigInt64(0, true));
  const packed = bytes.subarray(SIZE_BYTES);
  if (size === -1) return packed;
  if (!(size >= 0 && size <= LARGEST_BUFFER)) throw new RangeError('a buffer claims more than 512 MiB');
  return codec === 'lz4' ? unpackLz4Frame(packed, size) : unzstd(packed, size);
}
