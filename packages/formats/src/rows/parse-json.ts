import { MAX_NESTED } from '@agon/domain';
import { endOfString, outlineOf, outsideStrings } from './json-outline.ts';
import { parsePython } from './parse-python.ts';
import { storableValue } from './storable-text.ts';

export { storableText } from './storable-text.ts';

/** Numbers that Python writes and JSON does not have. */
const PYTHON_NUMBERS = /-?\b(?:NaN|Infinity)\b/g;
/** 1e999 is more than a number holds, so that it is read as infinite. */
const STAND_INS: Readonly<Record<string, string>> = {
  NaN: 'null',
  '-NaN': 'null',
  Infinity: '1e999',
  '-Infinity': '-1e999',
};
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export type ParsedJson =
  | { readonly fault?: never; readonly value: Readonly<Record<string, unknown>> }
  | { readonly fault: string };

/**
 * The object that a text holds as JSON, or what is wrong with it. `NaN`, which Python's `json.dump` writes for a number
 * that it has not got, is null; `Infinity` and `-Infinity` are themselves, which no column takes. A whole number beyond
 * ±2^53 is the text of its digits: ids of 64 bits keep each of them. A key that stands twice in one object is a fault:
 * which of its values is meant cannot be known.
 */
export function parseJsonRow(text: string): ParsedJson {
  const { depth, colons, hasLongNumber } = outlineOf(text);
  if (depth > MAX_NESTED) return { fault: `nested more than ${MAX_NESTED} deep` };
  const value = parse(text, hasLongNumber);
  if (value === undefined) return { fault: 'not JSON' };
  if (!isRecord(value)) return { fault: 'not an object' };
  if (colons !== countKeys(value)) return { fault: twiceFault(text) };
  return { value };
}

/** Starts as only Python's literals do: a quote that JSON has not, or a name of Python's. */
const PYTHON_START = /^[[{\s]*(?:'|array\(|None|True|False|nan|np\.)/;

/**
 * The list or object that a cell holds, as JSON or as the literal that Python prints for it: pandas writes
 * `['a', "it's"]`, and `[{'role': 'user'} {'role': 'assistant'}]` for an array of NumPy. Every text in it is storable;
 * whole numbers beyond ±2^53 are texts; `None` and `nan` are null.
 * @returns undefined where the cell is anything else, a plain text or number among them: nothing is guessed
 */
export function parseCell(text: string): unknown {
  const start = text.trimStart()[0];
  if (start !== '[' && start !== '{' && start !== 'a') return undefined;
  if (start === 'a' || PYTHON_START.test(text)) return parsePython(text, MAX_NESTED);
  return parseJsonCell(text) ?? parsePython(text, MAX_NESTED);
}

function parseJsonCell(text: string): unknown {
  const { depth, colons, hasLongNumber } = outlineOf(text);
  if (depth > MAX_NESTED) return undefined;
  const value = parse(text, hasLongNumber);
  return value === undefined || countKeys(value) !== colons ? undefined : value;
}

/** Undefined where the text is no JSON. */
function parse(text: string, hasLongNumber: boolean): unknown {
  const exact = hasLongNumber ? outsideStrings(text, quoteLongIntegers) : text;
  const value = parseLoosely(exact);
  return escapesUnstorable(text) ? storableValue(value) : value;
}

function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (!/NaN|Infinity/.test(text)) return undefined;
  }
  try {
    const plain = outsideStrings(text, (part) =>
      part.replace(PYTHON_NUMBERS, (token) => STAND_INS[token] ?? token),
    );
    return JSON.parse(plain) as unknown;
  } catch {
    return undefined;
  }
}

function quoteLongIntegers(part: string): string {
  return part.replace(NUMBERS, (token) => (isLongInteger(token) ? `"${token}"` : token));
}

/** A whole number, as it is written, that a number of JavaScript does not hold. */
function isLongInteger(token: string): boolean {
  // a number that starts with 0 is no JSON: it stays as it is, to be refused
  return token.length > 15 && /^-?[1-9]\d*$/.test(token) && !Number.isSafeInteger(Number(token));
}

function escapesUnstorable(text: string): boolean {
  return text.includes('\\u') && /\\u(?:0000|[dD][89a-fA-F])/.test(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
