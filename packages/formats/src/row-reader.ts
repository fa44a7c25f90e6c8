/** Why one row is not taken. */
export class RowFault extends Error {
  readonly column: string | null;
  readonly value: string | null;

  constructor(reason: string, column: string | null = null, value: unknown = null) {
    super(reason);
    this.column = column;
    this.value =
      value === null || value === undefined
        ? null
        : typeof value === 'string' || typeof value === 'number'
          ? String(value)
          : JSON.stringify(value);
  }
}

/** One row's values by column, read strictly: what is not there or not of the kind is a `RowFault`. */
export class RowReader {
  readonly file: string;
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(file: string, line: number, values: Readonly<Record<string, unknown>>) {
    this.file = file;
    this.line = line;
    this.values = values;
  }

  has(column: string): boolean {
    const value = this.values[column];
    return value !== undefined && value !== null && value !== '';
  }

  /** A text that is not empty. Numbers are fine: ids often are. */
  text(column: string): string {
    const value = this.values[column];
    if (Number.isFinite(value) || typeof value === 'boolean') return String(value);
    if (typeof value !== 'string')
      throw new RowFault(value === undefined || value === null ? 'missing' : 'not a text', column, value);
    if (value.trim() === '') throw new RowFault('empty', column, value);
    return value;
  }

  /** A text that may be empty but must be there: an answer can be. */
  anyText(column: string): string {
    const value = this.values[column];
    // JSON files hold answers such as true and 42 as themselves
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    if (typeof value === 'string') return value;
    throw new RowFault(value === undefined || value === null ? 'missing' : 'not a text', column, value);
  }

  optionalText(column: string): string | undefined {
    return this.has(column) ? this.text(column) : undefined;
  }

  number(column: string): number {
    const value = this.values[column];
    const number =
      typeof value === 'number'
        ? value
        : typeof value === 'string' && value.trim() !== ''
          ? Number(value)
          : Number.NaN;
    if (!Number.isFinite(number))
      throw new RowFault(this.has(column) ? 'not a number' : 'missing', column, value);
    return number;
  }

  optionalNumber(column: string): number | undefined {
    return this.has(column) ? this.number(column) : undefined;
  }

  wholeNumber(column: string, least: number): number {
    const number = this.number(column);
    if (!Number.isInteger(number) || number < least)
      throw new RowFault(`not a whole number from ${least}`, column, this.values[column]);
    return number;
  }

  list(column: string): readonly unknown[] {
    const value = this.values[column];
    if (Array.isArray(value)) return value;
    throw new RowFault(value === undefined || value === null ? 'missing' : 'not a list', column, value);
  }

  /** A list of texts; a text that holds such a list as JSON, as CSV files have it; or one text alone. */
  texts(column: string): string[] {
    const value = this.values[column];
    const list = typeof value === 'string' && value.trimStart().startsWith('[') ? parseList(value) : value;
    if (Array.isArray(list)) {
      return list.map((item) => {
        if (typeof item === 'string') return item;
        if (item === null) return '';
        throw new RowFault('not a list of texts', column, value);
      });
    }
    return [this.text(column)];
  }

  /** As `texts`, for answers: one may be empty, but must be there. */
  answerTexts(column: string): string[] {
    return this.values[column] === '' ? [''] : this.texts(column);
  }

  /** One of a closed list of labels, never guessed. */
  label<Meaning>(column: string, labels: Readonly<Record<string, Meaning>>): Meaning {
    const text = this.text(column).trim();
    if (Object.hasOwn(labels, text)) return labels[text]!;
    throw new RowFault(`unknown label; known are ${Object.keys(labels).join(', ')}`, column, text);
  }
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
