type Values = Readonly<Record<string, unknown>>;

/** Columns of one row each, in lists: a row of a ranking, not a table of many. */
const LISTS_IN_A_ROW = ['ranking', 'models'];

/**
 * The rows of a table that pandas or another tool wrote as one object: `orient` columns, index or split, or a list a
 * column. Null where the object may as well be one row by itself: nothing is guessed.
 */
export function orientedRows(whole: Values): readonly Values[] | null {
  return splitRows(whole) ?? rowsOfColumns(whole) ?? rowsOfLists(whole);
}

/** `{"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [3, 4]]}` */
function splitRows({ columns, data, index: _, ...others }: Values): Values[] | null {
  if (!Array.isArray(columns) || !Array.isArray(data) || Object.keys(others).length > 0) return null;
  const names = columns as unknown[];
  if (!names.every((name) => typeof name === 'string') || new Set(names).size < names.length) return null;
  const isTable = (data as unknown[]).every((row) => Array.isArray(row) && row.length === names.length);
  if (!isTable || names.length === 0) return null;
  return (data as unknown[][]).map((row) => record(names as string[], (at) => row[at]));
}

/** `{"a": {"0": 1, "1": 3}, "b": {"0": 2, "1": 4}}`, or by rows: `{"0": {"a": 1, "b": 2}, "1": …}` */
function rowsOfColumns(whole: Values): Values[] | null {
  const outer = Object.keys(whole);
  const parts = Object.values(whole);
  if (outer.length === 0 || !parts.every(isRecord)) return null;
  const inner = Object.keys(parts[0]!);
  const areSame = parts.every((part) => {
    const keys = Object.keys(part);
    return keys.length === inner.length && keys.every((key, at) => key === inner[at]);
  });
  if (!areSame || inner.length === 0) return null;
  const [isByRow, isByColumn] = [outer.every(isNumber), inner.every(isNumber)];
  if (isByRow === isByColumn) return null;
  if (isByRow) return parts;
  return inner.map((key) => record(outer, (at) => parts[at]![key]));
}

/** `{"a": [1, 3], "b": [2, 4]}` */
function rowsOfLists(whole: Values): Values[] | null {
  const names = Object.keys(whole);
  const lists = Object.values(whole);
  if (names.length < 2 || names.some((name) => LISTS_IN_A_ROW.includes(name))) return null;
  if (!lists.every(Array.isArray)) return null;
  const columns = lists as unknown[][];
  const length = columns[0]!.length;
  if (length === 0 || columns.some((column) => column.length !== length)) return null;
  return columns[0]!.map((_, row) => record(names, (at) => columns[at]![row]));
}

function record(names: readonly string[], valueAt: (at: number) => unknown): Values {
  const values = Object.create(null) as Record<string, unknown>;
  for (const [at, name] of names.entries()) values[name] = valueAt(at);
  return values;
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(key: string): boolean {
  return /^\d+$/.test(key);
}
