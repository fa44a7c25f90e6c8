import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GeneratedVotes } from './generate-votes.ts';

type Column = Uint8Array | Uint16Array | Int32Array | Float32Array;
const DTYPES = { Uint8Array: '|u1', Uint16Array: '<u2', Int32Array: '<i4', Float32Array: '<f4' } as const;
const COLUMNS = ['a', 'b', 'outcome', 'rater', 'prompt', 'features'] as const;

/** The columns as numpy files of one dimension, and the names beside them. */
export function writeColumns(folder: string, votes: GeneratedVotes): void {
  mkdirSync(folder, { recursive: true });
  for (const name of COLUMNS) writeFileSync(join(folder, `${name}.npy`), toNpy(votes[name]));
  writeFileSync(join(folder, 'models.json'), JSON.stringify(votes.models));
}

/** Header as version 1.0 of the format has it: padded so that the data starts at a multiple of 64. */
export function toNpy(column: Column): Uint8Array {
  const dtype = DTYPES[column.constructor.name as keyof typeof DTYPES];
  const dict = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${column.length},), }`;
  const size = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const header = Buffer.alloc(size, ' ');
  header.set([0x93, ...Buffer.from('NUMPY'), 1, 0]);
  header.writeUInt16LE(size - 10, 8);
  header.write(dict, 10, 'latin1');
  header[size - 1] = 10;
  return Buffer.concat([header, Buffer.from(column.buffer, column.byteOffset, column.byteLength)]);
}

type FurtherColumns = Pick<GeneratedVotes, 'rater' | 'prompt' | 'features'>;
type VoteColumns = Pick<GeneratedVotes, 'models' | 'length' | 'a' | 'b' | 'outcome'> &
  Partial<FurtherColumns>;

/** Models and outcomes, and of the further columns those named: a process then holds only what its task needs. */
export function readColumns(folder: string, further: readonly (keyof FurtherColumns)[] = []): VoteColumns {
  const read = (name: string): Column => readNpy(join(folder, `${name}.npy`));
  const a = read('a') as Uint16Array;
  return {
    models: JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')) as string[],
    length: a.length,
    a,
    b: read('b') as Uint16Array,
    outcome: read('outcome') as Uint8Array,
    ...(Object.fromEntries(further.map((name) => [name, read(name)])) as Partial<FurtherColumns>),
  };
}

/** A file as a column in memory that threads share. */
export function readNpy(path: string): Column {
  const descriptor = openSync(path, 'r');
  const { size } = fstatSync(descriptor);
  const bytes = Buffer.from(new SharedArrayBuffer(size));
  for (let done = 0; done < size; ) done += readSync(descriptor, bytes, done, size - done, done);
  closeSync(descriptor);
  const start = 10 + bytes.readUInt16LE(8);
  const descr = bytes.toString('latin1', 10, start);
  const type = [Uint8Array, Uint16Array, Int32Array, Float32Array].find(({ name }) =>
    descr.includes(`'${DTYPES[name as keyof typeof DTYPES]}'`),
  )!;
  const length = (bytes.byteLength - start) / type.BYTES_PER_ELEMENT;
  return new type(bytes.buffer as unknown as ArrayBuffer, bytes.byteOffset + start, length);
}
