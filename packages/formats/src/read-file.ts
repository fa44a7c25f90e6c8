import { ArenaError } from '@agon/domain';
import type { FileHead, Format, ReadOptions } from './format.ts';
import { FORMATS } from './formats.ts';
import type { ReadFile } from './record.ts';
import { RowFault, RowReader } from './row-reader.ts';
import { RowSink } from './row-sink.ts';
import { readTable, type Table } from './table.ts';

export type SourceFile = { readonly name: string; readonly text: string };

/**
 * Reads a file of any known format. Every row is accounted for: taken, or refused with line, column, value and reason.
 * @throws ArenaError unknown_format, invalid_file
 */
export function readFile(file: SourceFile, options: ReadOptions = {}): ReadFile {
  const table = renameColumns(readTable(file), options.map ?? {});
  const format =
    options.format === undefined ? recognise(file, table) : formatById(options.format, file.name);
  const sink = new RowSink(file.name, options.scale ?? 1);
  for (const { line, reason, value } of table.broken) sink.refuse(line, reason, null, value);
  for (const { line, values } of table.rows) {
    try {
      format.read(new RowReader(file.name, line, values), sink);
    } catch (fault) {
      if (!(fault instanceof RowFault)) throw fault;
      sink.refuse(line, fault.message, fault.column, fault.value);
    }
  }
  format.finish?.(sink);
  return {
    format: format.id,
    prompts: [...sink.prompts.values()],
    answers: sink.answers,
    comparisons: sink.comparisons,
    scores: sink.scores,
    refused: sink.refused.sort((x, y) => x.line - y.line),
    rowsRead: table.rows.length + table.broken.length,
  };
}

/** Id of the format that a file has, or null where none is known. */
export function detectFormat(file: SourceFile): string | null {
  const head = headOf(file.name, readTable(file));
  return FORMATS.find((format) => format.matches(head))?.id ?? null;
}

function recognise(file: SourceFile, table: Table): Format {
  const head = headOf(file.name, table);
  const found = FORMATS.find((format) => format.matches(head));
  if (found !== undefined) return found;
  throw new ArenaError(
    'unknown_format',
    `${file.name} is in no format that is known here. Its columns: ${[...head.columns].slice(0, 20).join(', ')}.`,
    {
      hint: 'Name its format (--format), or say what its columns mean (--map left=model_a …).',
      at: { file: file.name, line: 1 },
    },
  );
}

function formatById(id: string, file: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  throw new ArenaError('unknown_format', `There is no format "${id}".`, {
    hint: `Known formats: ${FORMATS.map((format) => format.id).join(', ')}.`,
    at: { file, column: 'format', value: id },
  });
}

function headOf(name: string, table: Table): FileHead {
  return { name, shape: table.shape, columns: new Set(table.columns), first: table.rows[0]?.values ?? {} };
}

function renameColumns(table: Table, map: Readonly<Record<string, string>>): Table {
  const pairs = Object.entries(map);
  if (pairs.length === 0) return table;
  const missing = pairs.find(([column]) => !table.columns.includes(column));
  if (missing !== undefined) {
    throw new ArenaError('unknown_option', `There is no column "${missing[0]}".`, {
      hint: `Columns of the file: ${table.columns.join(', ')}.`,
      at: { column: 'map', value: missing[0] },
    });
  }
  const rename = (column: string) => (Object.hasOwn(map, column) ? map[column]! : column);
  return {
    ...table,
    columns: table.columns.map(rename),
    rows: table.rows.map(({ line, values }) => ({
      line,
      values: Object.fromEntries(Object.entries(values).map(([column, value]) => [rename(column), value])),
    })),
  };
}
