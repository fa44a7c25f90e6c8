/** A string (left as it is), or a number that Python writes and JSON does not have. */
const PYTHON_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** 1e999 is more than a number holds, so that it is read as infinite. */
const STAND_INS: Readonly<Record<string, string>> = {
  NaN: 'null',
  '-NaN': 'null',
  Infinity: '1e999',
  '-Infinity': '-1e999',
};

export type ParsedJson =
  | { readonly fault?: never; readonly value: Readonly<Record<string, unknown>> }
  | { readonly fault: string };

/**
 * The object that a text holds as JSON, or what is wrong with it. `NaN`, which Python's `json.dump` writes for a number
 * that it has not got, is null; `Infinity` and `-Infinity` are themselves, which no column takes. A key that stands twice in one object is a fault:
 * which of its values is meant cannot be known.
 */
export function parseJsonRow(text: string): ParsedJson {
  const value = parse(text);
  if (value === undefined) return { fault: 'not JSON' };
  if (!isRecord(value)) return { fault: 'not an object' };
  if (countColons(text) !== countKeys(value)) return { fault: twiceFault(text) };
  return { value };
}

function parse(text: string): unknown {
  const wanted = escapesUnstorable(text) ? storable : undefined;
  try {
    return JSON.parse(text, wanted) as unknown;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    const plain = text.replace(PYTHON_NUMBERS, (token) => STAND_INS[token] ?? token);
    return JSON.parse(plain, wanted) as unknown;
  } catch {
    return undefined;
  }
}

function escapesUnstorable(text: string): boolean {
  return text.includes('\\u') && /\\u(?:0000|[dD][89a-fA-F])/.test(text);
}

/** No database stores a null character or half a surrogate pair; both become U+FFFD, as UTF-8 encoders have it. */
function storable(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\uFFFD') : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Colons outside strings: one a key. */
function countColons(text: string): number {
  let colons = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    if (unit === 0x3a) colons += 1;
    else if (unit === 0x22) i = endOfString(text, i);
  }
  return colons;
}

/** Index of the closing quote of valid JSON. */
function endOfString(text: string, open: number): number {
  for (let at = text.indexOf('"', open + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

/** Keys of a value and of all that is in it. */
function countKeys(value: unknown): number {
  let keys = 0;
  const open: unknown[] = [value];
  for (let each = open.pop(); each !== undefined; each = open.pop()) {
    if (typeof each !== 'object' || each === null) continue;
    if (!Array.isArray(each)) keys += Object.keys(each).length;
    for (const inner of Object.values(each))
      if (typeof inner === 'object' && inner !== null) open.push(inner);
  }
  return keys;
}

function twiceFault(text: string): string {
  const seen: Set<string>[] = [];
  let last = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text[i];
    if (unit === '{') seen.push(new Set());
    else if (unit === '}') seen.pop();
    else if (unit === '"') {
      const end = endOfString(text, i);
      last = text.slice(i + 1, end);
      i = end;
    } else if (unit === ':') {
      const keys = seen.at(-1);
      if (keys?.has(last)) return `the key "${last.slice(0, 100)}" stands twice`;
      keys?.add(last);
    }
  }
  return 'a key stands twice';
}
