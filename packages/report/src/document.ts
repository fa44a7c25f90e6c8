import type { ReportLocale } from '@agon/contract';

/** A report before it has a format. Every writer reads this and nothing else. */

/** Text with some of it set bold. */
export type Run = { readonly text: string; readonly bold?: boolean };

/** Null: there is no such number. */
export type Cell = string | number | null;

export type Column = {
  /** For files that programs read. */
  readonly name: string;
  readonly head: string;
  /** Of numbers, behind the point; null: text, or numbers as they come. */
  readonly digits: number | null;
};

export type Table = {
  readonly kind: 'table';
  /** Also the name of the sheet. */
  readonly name: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Numbers unrounded: a writer rounds what people read. */
  readonly rows: readonly (readonly Cell[])[];
};

type Formula = {
  readonly kind: 'formula';
  readonly tex: string;
  readonly typst: string;
  /** In words, for readers who hear it. */
  readonly alt: string;
};

type Figure = {
  readonly kind: 'figure';
  readonly name: string;
  readonly caption: string;
  readonly alt: string;
  /** A whole SVG document with its sizes and colours in it. */
  readonly svg: string;
};

export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'lead'; readonly runs: readonly Run[] }
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | Table
  | Formula
  | Figure;

export type ReportDocument = {
  readonly locale: ReportLocale;
  readonly title: string;
  readonly subtitle: string;
  readonly blocks: readonly Block[];
  /** Labels that writers add: "Table", "Figure", "Page 1 of 6". */
  readonly labels: {
    readonly table: string;
    readonly figure: string;
    readonly page: string;
    readonly of: string;
  };
  /** When the snapshot was taken, ISO 8601. */
  readonly at: string;
};

/** A number as people read it; null as a dash. */
export function cellText(cell: Cell, { digits }: Column): string {
  if (cell === null) return '–';
  if (typeof cell === 'string') return cell;
  const text = digits === null ? String(cell) : cell.toFixed(digits);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text.replace('-', '−');
}

export function isNumeric({ digits }: Column): boolean {
  return digits !== null;
}
