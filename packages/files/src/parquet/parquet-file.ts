import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { MAX_NESTED } from '@agon/domain';
import {
  parquetMetadata,
  parquetSchema,
  type RowGroup,
  type SchemaElement,
  type SchemaTree,
} from 'hyparquet';
import { assembleNested } from 'hyparquet/src/assemble.js';
import { getTreePath } from 'hyparquet/src/schema.js';
import type { ReadAt } from './column-pages.ts';
import { LeafColumn } from './leaf-column.ts';
import { plainValue, VALUE_PARSERS } from './parquet-values.ts';

/** Rows of one batch, by column; every column has as many values. */
export type Batch = { readonly rows: number; readonly columns: readonly (readonly unknown[])[] };

/** Why a file cannot be read, in words for its owner. */
export class ParquetFault extends Error {}

/** What the footer says of columns and places; a claim of more is no table. */
const LARGEST_FOOTER = 64 * 1024 * 1024;
const TAIL = 8;
/** Rows that differ take a bit each at least; equal ones by the million are made to keep readers busy. */
const MAX_ROWS_A_BYTE = 1000;
const BATCH_ROWS = 8192;
/** Unpacked bytes of a batch, about: rows may hold whole conversations. */
const BATCH_BYTES = 8 * 1024 * 1024;

/** A Parquet file, read by row groups and in them by batches, without a promise: what fails throws here. */
export class ParquetFile {
  readonly #descriptor: number;
  readonly #size: number;
  readonly #groups: readonly RowGroup[];
  readonly #tree: SchemaTree;
  readonly columns: readonly string[];
  readonly rows: number;

  /** @throws ParquetFault, RangeError, TypeError, Error of the parser, for a damaged footer */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
    this.#size = fstatSync(this.#descriptor).size;
    const metadata = parquetMetadata(this.#footer(), { parsers: VALUE_PARSERS, geoparquet: false });
    this.#groups = metadata.row_groups;
    refuseNested(metadata.schema);
    this.#tree = parquetSchema(metadata);
    this.columns = this.#tree.children.map(({ element }) => element.name);
    this.rows = this.#groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
    if (this.rows > MAX_ROWS_A_BYTE * this.#size)
      throw new ParquetFault(`it claims ${this.rows} rows in ${this.#size} bytes`);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** @param wanted names of the columns to read; those of a batch are in this order */
  *batches(wanted: readonly string[]): Generator<Batch> {
    const trees = wanted.map((name) => this.#tree.children.find(({ element }) => element.name === name)!);
    for (const group of this.#groups) {
      const columns = trees.map((tree) => this.#open(tree, group));
      const rows = Number(group.num_rows);
      const rowBytes = Number(group.total_byte_size) / Math.max(1, rows);
      const batch = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_BYTES / Math.max(1, rowBytes))));
      for (let done = 0; done < rows; done += batch) {
        const count = Math.min(batch, rows - done);
        yield { rows: count, columns: columns.map((take) => take(count)) };
      }
    }
  }

  #open(tree: SchemaTree, group: RowGroup): (count: number) => unknown[] {
    const leaves = group.columns
      .map(({ meta_data }) => meta_data)
      .filter((meta) => meta?.path_in_schema[0] === tree.element.name)
      .map((meta) => {
        const pathInSchema = meta!.path_in_schema;
        const first = Number(meta!.data_page_offset);
        const dictionary = Number(meta!.dictionary_page_offset ?? 0);
        const start = dictionary > 0 && dictionary < first ? dictionary : first;
        const leaf = new LeafColumn(this.#read, {
          schemaPath: getTreePath(this.#tree, pathInSchema),
          pathInSchema,
          codec: meta!.codec,
          type: meta!.type,
          start,
          end: Math.min(this.#size, start + Number(meta!.total_compressed_size)),
        });
        return { path: pathInSchema.join('.'), leaf };
      });
    const [only] = leaves;
    if (only === undefined) throw new ParquetFault(`column ${tree.element.name} is not in every row group`);
    if (tree.children.length === 0) return (count) => only.leaf.take(count).map(plainValue);
    return (count) => {
      const parts = new Map(leaves.map(({ path, leaf }) => [path, leaf.take(count)]));
      assembleNested(parts, tree, VALUE_PARSERS);
      const whole = parts.get(tree.element.name);
      if (whole?.length !== count)
        throw new ParquetFault(`column ${tree.element.name} does not fit together`);
      return whole.map(plainValue);
    };
  }

  #footer(): Uint8Array<ArrayBuffer> {
    if (this.#size < 2 * TAIL) throw new ParquetFault('it is cut off');
    const tail = this.#read(this.#size - TAIL, TAIL);
    const magic = Buffer.from(tail.subarray(4)).toString('latin1');
    if (magic === 'PARE') throw new ParquetFault('it is encrypted');
    if (magic !== 'PAR1')
      throw new ParquetFault('it does not end with PAR1: it is cut off, or was not finished');
    const length = new DataView(tail.buffer).getUint32(0, true) + TAIL;
    if (length > this.#size) throw new ParquetFault('it is cut off');
    if (length > LARGEST_FOOTER) throw new ParquetFault('its footer claims more than 64 MiB');
    return this.#read(this.#size - length, length);
  }

  readonly #read: ReadAt = (offset, length) => {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#size))
      throw new ParquetFault('a part of it lies behind its end');
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const size = readSync(this.#descriptor, bytes, done, length - done, offset + done);
      if (size === 0) throw new ParquetFault('it became shorter while it was read');
      done += size;
    }
    return bytes;
  };
}

/** Each level of a column is a group that says how many parts follow. Seen in one pass, before a tree is made of it. */
export function refuseNested(schema: readonly Pick<SchemaElement, 'num_children'>[]): void {
  /** Of each group that is open: parts still to come. */
  const open: number[] = [];
  for (const { num_children: parts = 0 } of schema) {
    const last = open.length - 1;
    if (last >= 0) open[last]! -= 1;
    if (parts > 0) open.push(parts);
    // the table itself is no level
    if (open.length > MAX_NESTED + 1) throw new ParquetFault(`columns nested more than ${MAX_NESTED} deep`);
    while (open.at(-1) === 0) open.pop();
  }
}
