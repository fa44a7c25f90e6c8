import { ArenaError } from '@agon/domain';

/** First bytes of files that are often given, and cannot be read; what to do instead. */
const SIGNATURES: readonly {
  readonly bytes: readonly number[];
  readonly what: string;
  readonly hint: string;
}[] = [
  {
    bytes: [0x50, 0x41, 0x52, 0x31],
    what: 'a Parquet file',
    hint: 'Write it as CSV, or as Arrow: in pandas, read_parquet and to_feather(compression="uncompressed").',
  },
  {
    bytes: [0xff, 0xff, 0xff, 0xff],
    what: 'an Arrow stream',
    hint: 'Write the file form: pyarrow.ipc.new_file instead of new_stream.',
  },
  {
    bytes: [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31],
    what: 'an Arrow file on a pipe',
    hint: 'Its end is read first: give the path of the file.',
  },
  { bytes: [0x1f, 0x8b], what: 'compressed (gzip)', hint: 'Unpack it: gunzip -c FILE | agon rank -' },
  {
    bytes: [0x28, 0xb5, 0x2f, 0xfd],
    what: 'compressed (zstd)',
    hint: 'Unpack it: zstd -dc FILE | agon rank -',
  },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    what: 'a zip archive or a spreadsheet',
    hint: 'Unpack it, or save the sheet as CSV.',
  },
];

/** @param start first bytes of the file @throws ArenaError('unknown_format') for a kind that is known and cannot be read */
export function refuseBinaryFile(file: string, start: Uint8Array): void {
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte));
  if (found === undefined) return;
  throw new ArenaError('unknown_format', `${file} is ${found.what}: it cannot be read.`, {
    hint: found.hint,
    at: { file },
  });
}
