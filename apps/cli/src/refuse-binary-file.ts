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
  {
    bytes: [0x46, 0x45, 0x41, 0x31],
    what: 'a Feather file of version 1',
    hint: "Write version 2: pyarrow's write_feather with compression='uncompressed'.",
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

const UNMARKED = {
  what: 'UTF-16 without a byte-order mark',
  hint: 'Save it as UTF-8: iconv -f UTF-16LE -t UTF-8, or -f UTF-16BE.',
};

/** @param start first bytes of the file @throws ArenaError('unknown_format') for a kind that is known and cannot be read */
export function refuseBinaryFile(file: string, start: Uint8Array): void {
  const found =
    SIGNATURES.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte)) ??
    (isUnmarkedUtf16(start) ? UNMARKED : undefined);
  if (found === undefined) return;
  throw new ArenaError('unknown_format', `${file} is ${found.what}: it cannot be read.`, {
    hint: found.hint,
    at: { file },
  });
}

/** Plain letters have every other byte 0, on the same side. */
function isUnmarkedUtf16(start: Uint8Array): boolean {
  const zeros = [0, 1, 2, 3].map((at) => start[at] === 0);
  return start.length >= 4 && zeros[0] === zeros[2] && zeros[1] === zeros[3] && zeros[0] !== zeros[1];
}
