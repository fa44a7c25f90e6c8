import { ArenaError } from '@agon/domain';
import { ColumnSink } from './columns/column-sink.ts';
import { RegularComparisons } from './columns/regular-comparisons.ts';
import type { FileHead, Format, ReadOptions } from './format.ts';
import { LabelTally, type SeenLabel } from './labels/label-tally.ts';
import { mayBeSheet } from './readers/answer-sheet.ts';
import {
  fittingFormat,
  isOfPrompts,
  type Recognised,
  readsColumn,
  recogniseFormat,
} from './recognise-format.ts';
import { RowFault, RowReader, type RowTerms, SkippedRow } from './row-reader.ts';
import { type RowSink, SKIPPED } from './row-sink.ts';
import { firstTwice } from './rows/first-twice.ts';
import { type Opened, RowStream, type Shape } from './rows/row-stream.ts';
import { isBroken, type SourceRow } from './rows/source-row.ts';

/** Rows that are looked at before the format of a file without a header line is chosen. */
const HEAD_ROWS = 100;

/** What is known of a file once all of it is read. */
export type StreamedRead = {
  readonly format: string;
  /** Rows of the file, refused and passed-over ones among them. */
  readonly rowsRead: number;
  /** Columns that the format does not use, as the file has them. */
  readonly unused: readonly string[];
  /** Labels of outcomes that were found, frequent ones first; none where only columns are wanted. */
  readonly labels: readonly SeenLabel[];
  /** Rows with labels beyond the first 100 distinct ones. */
  readonly moreLabels: number;
  /** Columns that were taken as models; absent where the file is no sheet. */
  readonly models?: readonly string[];
};

/**
 * One file, read as its bytes come: each row goes to the sink as soon as it is whole, or is refused with line, column,
 * value and reason. Memory does not grow with the file.
 */
export class StreamedFile {
  readonly #name: string;
  readonly #options: ReadOptions;
  readonly #sink: RowSink;
  readonly #stream: RowStream;
  readonly #terms: RowTerms;
  #shape: Shape = 'json';
  #recognised: Recognised | null = null;
  #head: SourceRow[] = [];
  #rename: ReadonlyMap<string, string> | null = null;
  #regular: RegularComparisons | null = null;
  #rowsRead = 0;
  #isText = true;
  /** Columns of the header line, renamed; null where there is none. */
  #columns: readonly string[] | null = null;
  readonly #unused = new Set<string>();
  /** Columns of the last row, so that rows of one shape are looked at once. */
  #lastColumns: readonly string[] = [];

  constructor(name: string, options: ReadOptions, sink: RowSink) {
    this.#name = name;
    this.#options = options;
    this.#sink = sink;
    this.#terms = {
      labels: options.labels ?? {},
      preference: options.preference ?? null,
      tally: sink instanceof ColumnSink ? null : new LabelTally(),
    };
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
  end(): StreamedRead {
    if (this.#isText) this.#stream.end();
    if (this.#recognised === null) this.#chooseByRows();
    const { labels, more } = this.#terms.tally?.list() ?? { labels: [], more: 0 };
    const models = this.#recognised?.models;
    return {
      format: this.#recognised?.format.id ?? '',
      rowsRead: this.#rowsRead + (this.#regular?.rowsRead ?? 0),
      unused: [...this.#unused],
      labels,
      moreLabels: more,
      ...(models === undefined ? {} : { models }),
    };
  }

  #opened({ shape, columns, csv }: Opened): void {
    this.#shape = shape;
    if (columns === null) return;
    const renamed = this.#renamed(columns);
    this.#columns = renamed;
    const head = { name: this.#name, shape, columns: new Set(renamed), rows: [] };
    if (this.#needsRows(head)) return;
    const { plan } = this.#choose(head);
    // rows then come without being made objects
    if (csv === null || plan === undefined || !(this.#sink instanceof ColumnSink)) return;
    const { labels = {} } = this.#options;
    this.#regular = RegularComparisons.of(plan, { ...csv, columns: renamed }, this.#sink, labels);
    csv.rows.regular = this.#regular;
  }

  /** Columns alone do not tell a sheet, and a hint about an unknown file is better for having seen its values. */
  #needsRows(head: FileHead): boolean {
    const { format, models } = this.#options;
    if (models !== undefined || format === 'answer-sheet') return true;
    if (format !== undefined) return false;
    const fitting = fittingFormat(head, this.#options);
    return fitting === null || (isOfPrompts(fitting) && mayBeSheet(head.columns));
  }

  #row(row: SourceRow): void {
    this.#rowsRead += 1;
    if (this.#recognised !== null) {
      this.#read(this.#recognised.format, row);
      return;
    }
    this.#head.push(row);
    if (this.#head.length === HEAD_ROWS) this.#chooseByRows();
  }

  #chooseByRows(): void {
    const columns = new Set<string>(this.#columns ?? []);
    const rows: Readonly<Record<string, unknown>>[] = [];
    for (const row of this.#head) {
      if (isBroken(row)) continue;
      rows.push(this.#renamedValues(row.values));
      if (this.#columns === null) for (const column of Object.keys(row.values)) columns.add(column);
    }
    if (rows.length === 0 && this.#columns === null) {
      const broken = this.#head.find(isBroken);
      const what = broken === undefined ? 'JSON object' : `row that can be read: ${broken.reason}`;
      throw new ArenaError('invalid_file', `${this.#name} holds no ${what}.`, {
        hint: 'Write one object a line, or a list of objects.',
        at: { file: this.#name, line: broken?.line ?? 1 },
      });
    }
    const named = this.#columns ?? this.#renamed([...columns]);
    const format = this.#choose({ name: this.#name, shape: this.#shape, columns: new Set(named), rows });
    for (const row of this.#head) this.#read(format, row);
    this.#head = [];
  }

  #choose(head: FileHead): Format {
    this.#recognised = recogniseFormat(head, this.#options);
    const { format } = this.#recognised;
    this.#noteUnused(format, [...head.columns]);
    return format;
  }

  #read(format: Format, row: SourceRow): void {
    const place = { file: this.#name, line: row.line };
    this.#sink.startRow?.(isBroken(row) ? null : row.values);
    if (isBroken(row)) {
      this.#sink.refuse(place, row.reason, null, row.value);
      return;
    }
    const values = this.#renamedValues(row.values);
    if (this.#columns === null) this.#noteUnused(format, Object.keys(values));
    try {
      format.read(new RowReader(this.#name, row.line, values, this.#terms), this.#sink);
    } catch (fault) {
      if (fault instanceof SkippedRow) this.#sink.passOver(place, SKIPPED);
      else if (fault instanceof RowFault) this.#sink.refuse(place, fault.message, fault.column, fault.value);
      else throw fault;
    }
  }

  #noteUnused(format: Format, columns: readonly string[]): void {
    const last = this.#lastColumns;
    if (columns.length === last.length && columns.every((column, at) => column === last[at])) return;
    this.#lastColumns = columns;
    for (const column of columns) if (column !== '' && !readsColumn(format, column)) this.#unused.add(column);
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
