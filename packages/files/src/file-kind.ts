import { ArenaError } from '@agon/domain';

/** What a file is by its first bytes; its name says nothing here. */
export type FileKind = 'text' | 'gzip' | 'zstd' | 'zip' | 'parquet' | 'arrow';

/** Bytes that `fileKind` wants to see: a tar archive says so behind its first 257. */
export const HEAD_BYTES = 512;

const latin1 = (text: string): readonly number[] => [...text].map((letter) => letter.charCodeAt(0));

const READABLE: readonly { readonly bytes: readonly number[]; readonly kind: FileKind }[] = [
  { bytes: [0x1f, 0x8b], kind: 'gzip' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], kind: 'zstd' },
  { bytes: latin1('PK\x03\x04'), kind: 'zip' },
  { bytes: latin1('PK\x05\x06'), kind: 'zip' },
  { bytes: latin1('PAR1'), kind: 'parquet' },
  { bytes: latin1('PARE'), kind: 'parquet' },
  { bytes: latin1('ARROW1'), kind: 'arrow' },
];

type Unreadable = { readonly what: string; readonly hint: string };

const ARCHIVE = 'Unpack it, and name the table that is in it.';
const AS_TEXT = 'Write it as CSV, JSONL or Parquet.';

/** Files that are often given, and cannot be read; what to do instead. */
const UNREADABLE: readonly (Unreadable & { readonly bytes: readonly number[]; readonly at?: number })[] = [
  {
    bytes: latin1('version https://git-lfs.github.com/spec/'),
    what: 'a git-LFS pointer, which stands for the file and is not it',
    hint: 'Fetch the file itself: git lfs pull.',
  },
  {
    bytes: [0xff, 0xff, 0xff, 0xff],
    what: 'an Arrow stream',
    hint: 'Write the file form: pyarrow.ipc.new_file instead of new_stream.',
  },
  {
    bytes: latin1('FEA1'),
    what: 'a Feather file of version 1',
    hint: "Write version 2: pyarrow's write_feather with compression='uncompressed'.",
  },
  { bytes: latin1('ustar'), at: 257, what: 'a tar archive', hint: ARCHIVE },
  { bytes: latin1('7z\xbc\xaf\x27\x1c'), what: 'a 7z archive', hint: ARCHIVE },
  { bytes: latin1('Rar!\x1a\x07'), what: 'a RAR archive', hint: ARCHIVE },
  { bytes: latin1('BZh'), what: 'compressed (bzip2)', hint: 'Unpack it: bunzip2 FILE, or use gzip or zstd.' },
  {
    bytes: latin1('\xfd7zXZ\x00'),
    what: 'compressed (xz)',
    hint: 'Unpack it: unxz FILE, or use gzip or zstd.',
  },
  {
    bytes: [0x04, 0x22, 0x4d, 0x18],
    what: 'compressed (lz4)',
    hint: 'Unpack it: unlz4 FILE, or use gzip or zstd.',
  },
  { bytes: latin1('%PDF-'), what: 'a PDF document', hint: 'Ask for the table that it was made from.' },
  {
    bytes: latin1('SQLite format 3\x00'),
    what: 'an SQLite database',
    hint: 'Write one table as CSV: sqlite3 -csv -header FILE "select * from votes" > votes.csv',
  },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1],
    what: 'an old Excel or Word file',
    hint: 'Save the sheet as CSV (UTF-8).',
  },
  { bytes: latin1('\x93NUMPY'), what: 'a NumPy array', hint: AS_TEXT },
  { bytes: latin1('\x89HDF'), what: 'an HDF5 file', hint: AS_TEXT },
  { bytes: latin1('Obj\x01'), what: 'an Avro file', hint: AS_TEXT },
  { bytes: latin1('ORC'), what: 'an ORC file', hint: AS_TEXT },
  { bytes: [0x80, 0x02], what: 'a Python pickle', hint: pickleHint() },
  { bytes: [0x80, 0x03], what: 'a Python pickle', hint: pickleHint() },
  { bytes: [0x80, 0x04], what: 'a Python pickle', hint: pickleHint() },
  { bytes: [0x80, 0x05], what: 'a Python pickle', hint: pickleHint() },
  { bytes: latin1('\x89PNG'), what: 'a picture', hint: AS_TEXT },
  { bytes: [0xff, 0xd8, 0xff], what: 'a picture', hint: AS_TEXT },
];

function pickleHint(): string {
  return 'Opening one runs what is in it. Write the table as Parquet or JSONL: in pandas, to_parquet or to_json(orient="records", lines=True).';
}

const UNMARKED_UTF16: Unreadable = {
  what: 'UTF-16 without a byte-order mark',
  hint: 'Save it as UTF-8: iconv -f UTF-16LE -t UTF-8, or -f UTF-16BE.',
};
const WEB_PAGE: Unreadable = {
  what: 'a web page',
  hint: 'A page to sign in, or of an error, may have come in place of the file: open it, and fetch the file again.',
};
const XML: Unreadable = { what: 'an XML document', hint: AS_TEXT };

/**
 * @param file name for messages @param start first `HEAD_BYTES` bytes of the file, or all of it
 * @throws ArenaError('unknown_format') for a kind that is known and cannot be read
 */
export function fileKind(file: string, start: Uint8Array): FileKind {
  const readable = READABLE.find(({ bytes }) => bytes.every((byte, at) => start[at] === byte));
  if (readable !== undefined) return readable.kind;
  // a frame of zstd that is to be skipped; 16 of these signatures there are
  if (start[0]! >> 4 === 5 && start[1] === 0x2a && start[2] === 0x4d && start[3] === 0x18) return 'zstd';
  const unreadable =
    UNREADABLE.find(({ bytes, at = 0 }) => bytes.every((byte, offset) => start[at + offset] === byte)) ??
    (isUnmarkedUtf16(start) ? UNMARKED_UTF16 : undefined) ??
    markup(start);
  if (unreadable === undefined) return 'text';
  throw new ArenaError('unknown_format', `${file} is ${unreadable.what}: it cannot be read.`, {
    hint: unreadable.hint,
    at: { file },
  });
}

/** Plain letters have every other byte 0, on the same side. */
function isUnmarkedUtf16(start: Uint8Array): boolean {
  const zeros = [0, 1, 2, 3].map((at) => start[at] === 0);
  return start.length >= 4 && zeros[0] === zeros[2] && zeros[1] === zeros[3] && zeros[0] !== zeros[1];
}

function markup(start: Uint8Array): Unreadable | undefined {
  const text = new TextDecoder('utf-8').decode(start.subarray(0, 64)).trimStart().toLowerCase();
  if (/^<(?:!doctype html|html|head|body|script)\b/.test(text)) return WEB_PAGE;
  return text.startsWith('<?xml') ? XML : undefined;
}
