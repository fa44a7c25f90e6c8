/**
 * Lists and objects within each other, at most, in anything that is read: bodies, rows of files, tables. What people
 * write stays below 20; what is nested by the hundred thousand overflows the stack of whoever walks through it.
 */
export const MAX_NESTED = 64;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];

/**
 * Whether a text of JSON is nested more than `MAX_NESTED` deep, seen without parsing it: brackets in strings do not
 * count, and the scan ends at the first bracket too many. What is no JSON is for the parser to say.
 */
export function isNestedTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTE) {
      for (at += 1; at < json.length && json.charCodeAt(at) !== QUOTE; at += 1)
        if (json.charCodeAt(at) === BACKSLASH) at += 1;
    } else if (unit === 0x5b || unit === 0x7b) {
      depth += 1;
      if (depth > MAX_NESTED) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth -= 1;
  }
  return false;
}

/** Levels of a value that are told. */
const SHOWN_LEVELS = 3;

/**
 * A value as an error tells it: a text as it is, anything else as its JSON, cut off at `most` characters; what lies
 * deeper than three levels is `[…]` or `{…}`. No value is too deep or too large to be told, and none takes long.
 */
export function shownValue(value: unknown, most: number): string {
  const text = typeof value === 'string' ? value : jsonStart(value, SHOWN_LEVELS, most);
  return text.slice(0, most);
}

/** The JSON of a value; of more than `room` characters only the start. */
function jsonStart(value: unknown, levels: number, room: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, room));
  if (typeof value !== 'object' || value === null) return String(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? '[]' : '{}';
  // of a list no key is asked for: it may have millions
  const keys = isList ? value.keys() : Object.keys(value).values();
  let text = '';
  for (const key of keys) {
    if (levels === 0) {
      text = '…';
      break;
    }
    if (text.length > room) break;
    const inner = jsonStart((value as Record<string | number, unknown>)[key], levels - 1, room - text.length);
    text += `${text === '' ? '' : ','}${typeof key === 'number' ? '' : `${JSON.stringify(key.slice(0, room))}:`}${inner}`;
  }
  return `${open}${text}${close}`;
}
