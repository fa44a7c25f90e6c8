import { writeXlsx as writeWorkbook } from 'hucre/xlsx';
import { isNumeric, type ReportDocument, type Table } from '../document.ts';

const FONT = { name: 'Calibri', size: 11 };
/** Excel takes no longer names of sheets. */
const NAME_LENGTH = 31;

/** A workbook: what it is on the first sheet, then a sheet a table. Numbers are numbers, texts are texts: no formula. */
export function writeXlsx(document: ReportDocument): Promise<Uint8Array> {
  const tables = document.blocks.filter((block): block is Table => block.kind === 'table');
  const lines = document.blocks.flatMap((block) => {
    if (block.kind === 'lead' || block.kind === 'paragraph')
      return [block.runs.map(({ text }) => text).join('')];
    if (block.kind === 'list') return block.items;
    return [];
  });
  return writeWorkbook({
    defaultFont: FONT,
    // the snapshot's time, so that the same report has the same bytes
    properties: { title: document.title, created: new Date(document.at), modified: new Date(document.at) },
    sheets: [
      {
        name: 'README',
        columns: [{ width: 110, style: { font: FONT, alignment: { wrapText: true } } }],
        rows: [
          document.title,
          document.subtitle,
          ...lines,
          ...tables.map(({ name, caption }) => `${name}: ${caption}`),
        ].map((line) => [line]),
      },
      ...tables.map(({ name, columns, rows }) => ({
        name: name.slice(0, NAME_LENGTH),
        columns: columns.map((column) => ({
          width: isNumeric(column) ? 13 : 28,
          ...(isNumeric(column)
            ? { numFmt: column.digits === 0 ? '0' : `0.${'0'.repeat(column.digits!)}` }
            : {}),
        })),
        rows: [columns.map(({ head }) => head), ...rows.map((row) => [...row])],
        cells: new Map(
          columns.map((_, i) => [`0,${i}`, { style: { font: { ...FONT, bold: true } } }] as const),
        ),
        freezePane: { rows: 1, columns: 0 },
      })),
    ],
  });
}
