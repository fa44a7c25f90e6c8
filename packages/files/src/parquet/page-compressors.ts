import zlib from 'node:zlib';
import type { Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/** A page may unpack to so much: writers make pages of 1 MB, and a header may claim anything. */
const LARGEST_PAGE = 256 * 1024 * 1024;

const bounded = (unpack: (input: Uint8Array, size: number) => Uint8Array) => {
  return (input: Uint8Array, size: number): Uint8Array => {
    requirePageSize(size);
    // a page of nothing but nulls holds no bytes, whatever its codec makes of them
    return size === 0 ? new Uint8Array(0) : unpack(input, size);
  };
};

/** Of every codec that is in use; those of Node where it has them, since they are quicker and hold to their limit. */
export const PAGE_COMPRESSORS: Compressors = {
  SNAPPY: bounded(compressors.SNAPPY!),
  LZ4: bounded(compressors.LZ4!),
  LZ4_RAW: bounded(compressors.LZ4_RAW!),
  // several members are one page
  GZIP: bounded((input, size) => zlib.gunzipSync(input, { maxOutputLength: size })),
  BROTLI: bounded((input, size) => zlib.brotliDecompressSync(input, { maxOutputLength: size })),
  ZSTD: bounded((input, size) => zlib.zstdDecompressSync(input, { maxOutputLength: size })),
};

/** @throws RangeError */
export function requirePageSize(size: number): void {
  if (!(size >= 0 && size <= LARGEST_PAGE)) throw new RangeError('a page claims more than 256 MiB');
}
