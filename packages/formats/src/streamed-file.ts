import { ArenaError } from '@agon/domain';
import { RegularComparisons } from './columns/regular-comparisons.ts';
import type { FileHead, Format, ReadOptions } from './format.ts';
import { FORMATS } from './formats.ts';
import { RowFault, RowReader } from './row-reader.ts';
import type { RowSink } from './row-sink.ts';
import { firstTwice } from './rows/first-twice.ts';
import { type Opened, RowStream, type Shape } from './rows/row-stream.ts';
import { isBroken, type SourceRow } from './rows/source-row.ts';

/** Rows that are looked at before the format of a file without a header line is chosen. */
const HEAD_ROWS = 100;

/**
 * One file, read as its bytes come: each row goes to the sink as soon as it is whole, or is refused with line, column,
 * value and reason. Memory does not grow with the file.
 */
export class StreamedFile {
  readonly #name: string;
  readonly #options: ReadOptions;
  readonly #sink: RowSink;
  readonly #stream: RowStream;
  #shape: Shape = 'json';
  #format: Format | null = null;
  #head: SourceRow[] = [];
  #rename: ReadonlyMap<string, string> | null = null;
  #regular: RegularComparisons | null = null;
  #rowsRead = 0;
  #isText = true;

  constructor(name: string, options: ReadOptions, sink: RowSink) {
    this.#name = name;
    this.#options = options;
    this.#sink = sink;
    const map = Object.entries(options.map ?? {});
    if (map.length > 0) this.#rename = new Map(map);
    this.#stream = new RowStream(
      name,
      (opened) => this.#opened(opened),
      (row) => this.#row(row),
    );
  }

  /** The next bytes, in chunks of any size; the caller may use the chunk again. @throws ArenaError unknown_format, invalid_file */
  push(chunk: Uint8Array): void {
    this.#stream.push(chunk);
  }

  /** Rows that are ready, in place of `push`: of a file that is no text. @throws ArenaError unknown_format, invalid_file */
  takeRows(rows: Iterable<SourceRow>): void {
    this.#isText = false;
    for (const row of rows) this.#row(row);
  }

  /** @throws ArenaError unknown_format, invalid_file where the file is cut off or holds nothing */
  end(): { readonly format: string; readonly rowsRead: number } {
    if (this.#isText) this.#stream.end();
    if (this.#format === null) this.#chooseByRows();
    return {
      format: this.#format?.id ?? '',
      rowsRead: this.#rowsRead + (this.#regular?.rowsRead ?? 0),
    };
  }

  #opened({ shape, columns, csv }: Opened): void {
    this.#shape = shape;
    if (columns === null) return;
    const renamed = this.#renamed(columns);
    this.#format = this.#choose({ name: this.#name, shape, columns: new Set(renamed), first: {} });
    const { plan } = this.#format;
    const columnSink = this.#sink.columns;
    if (csv === null || plan === undefined || columnSink === undefined) return;
    this.#regular = RegularComparisons.of(plan, { ...csv, columns: renamed }, columnSink);
    csv.rows.regular = this.#regular;
  }

  #row(row: SourceRow): void {
    this.#rowsRead += 1;
    if (this.#format !== null) {
      this.#read(this.#format, row);
      return;
    }
    this.#head.push(row);
    if (this.#head.length === HEAD_ROWS) this.#chooseByRows();
  }

  #chooseByRows(): void {
    const columns = new Set<string>();
    let first: Readonly<Record<string, unknown>> | null = null;
    for (const row of this.#head) {
      if (isBroken(row)) continue;
      first ??= row.values;
      for (const column of Object.keys(row.values)) columns.add(column);
    }
    if (first === null) {
      throw new ArenaError('invalid_file', `${this.#name} holds no JSON object.`, {
        hint: 'Write one object a line, or a list.',
        at: { file: this.#name, line: 1 },
      });
    }
    const renamed = new Set(this.#renamed([...columns]));
    const format = this.#choose({ name: this.#name, shape: this.#shape, columns: renamed, first });
    this.#format = format;
    for (const row of this.#head) this.#read(format, row);
    this.#head = [];
  }

  #choose(head: FileHead): Format {
    const { format } = this.#options;
    return format === undefined ? recognise(head) : formatById(format, this.#name);
  }

  #read(format: Format, row: SourceRow): void {
    const place = { file: this.#name, line: row.line };
    this.#sink.startRow?.(isBroken(row) ? null : row.values);
    if (isBroken(row)) {
      this.#sink.refuse(place, row.reason, null, row.value);
      return;
    }
    try {
      format.read(new RowReader(this.#name, row.line, this.#renamedValues(row.values)), this.#sink);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      this.#sink.refuse(place, fault.message, fault.column, fault.value);
    }
  }

  #renamed(columns: readonly string[]): readonly string[] {
    const map = this.#rename;
    if (map === null) return columns;
    const missing = [...map.keys()].find((column) => !columns.includes(column));
    if (missing !== undefined) {
      throw mapFault(
        missing,
        `There is no column "${missing}".`,
        `Columns of the file: ${columns.slice(0, 50).join(', ')}.`,
      );
    }
    const renamed = columns.map((column) => map.get(column) ?? column);
    const twice = firstTwice(renamed.filter((column) => column !== ''));
    if (twice === undefined) return renamed;
    const hint = `Map the file's own column "${twice}" to another name, too.`;
    throw mapFault(twice, `Two columns would be "${twice}".`, hint);
  }

  #renamedValues(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
    const map = this.#rename;
    if (map === null) return values;
    return Object.fromEntries(
      Object.entries(values).map(([column, value]) => [map.get(column) ?? column, value]),
    );
  }
}

function mapFault(column: string, message: string, hint: string): ArenaError {
  return new ArenaError('unknown_option', message, { hint, at: { column: 'map', value: column } });
}

function recognise(head: FileHead): Format {
  const found = FORMATS.find((format) => format.matches(head));
  if (found !== undefined) return found;
  throw new ArenaError(
    'unknown_format',
    `${head.name} is in no format that is known here. Its columns: ${[...head.columns].slice(0, 20).join(', ')}.`,
    {
      hint: 'Name its format (--format), or say what its columns mean (--map left=model_a …).',
      at: { file: head.name, line: 1 },
    },
  );
}

/** @throws ArenaError('unknown_format') */
export function formatById(id: string, file: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  throw new ArenaError('unknown_format', `There is no format "${id}".`, {
    hint: `Known formats: ${FORMATS.map((format) => format.id).join(', ')}.`,
    at: { file, column: 'format', value: id },
  });
}
