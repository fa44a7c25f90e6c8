import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
function toNpy(column: Column): Uint8Array {
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

function readNpy(folder: string, name: string): ArrayBuffer {
  const bytes = readFileSync(join(folder, `${name}.npy`));
  const start = 10 + bytes.readUInt16LE(8);
  return bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

export function readColumns(folder: string): Omit<GeneratedVotes, 'truth'> {
  const a = new Uint16Array(readNpy(folder, 'a'));
  return {
    models: JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')) as string[],
    length: a.length,
    a,
    b: new Uint16Array(readNpy(folder, 'b')),
    outcome: new Uint8Array(readNpy(folder, 'outcome')),
    rater: new Int32Array(readNpy(folder, 'rater')),
    prompt: new Int32Array(readNpy(folder, 'prompt')),
    features: new Float32Array(readNpy(folder, 'features')),
  };
}
