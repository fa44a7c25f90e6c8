import { storableText } from './storable-text.ts';

const WHITE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y;
const NAME = /(?:None|True|False|-?nan|-?inf|NaN|np\.True_|np\.False_)(?!\w)/y;
/** What NumPy prints around a value of its own. */
const WRAPPER = /(?:np\.)?array\(|np\.(?:str_|bool_?|u?int\d+|float\d+)\(/y;
const DTYPE = /,\s*dtype=(?:\w+|'[^']*')/y;
const NAMES: Readonly<Record<string, unknown>> = {
  None: null,
  nan: null,
  '-nan': null,
  NaN: null,
  True: true,
  'np.True_': true,
  False: false,
  'np.False_': false,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
/** Hexadecimal digits behind the letter. */
const HEX_ESCAPES: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The value that Python's `repr` or NumPy's `str` wrote as this text; undefined where it is not such a text from its
 * start to its end, shortened (`...`), nested deeper than `deepest`, or has a key twice.
 */
export function parsePython(text: string, deepest: number): unknown {
  const literal = new PythonLiteral(text, deepest);
  const value = literal.value(0);
  return literal.isAtEnd() ? value : undefined;
}

/** Every method gives undefined, which no literal means, where the text goes on in another way. */
class PythonLiteral {
  readonly #text: string;
  readonly #deepest: number;
  #at = 0;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  isAtEnd(): boolean {
    this.#match(WHITE);
    return this.#at === this.#text.length;
  }

  value(depth: number): unknown {
    if (depth > this.#deepest) return undefined;
    this.#match(WHITE);
    const unit = this.#text[this.#at];
    if (unit === "'" || unit === '"') return this.#string(unit);
    if (unit === '[') return this.#list(depth);
    if (unit === '{') return this.#dict(depth);
    const number = this.#match(NUMBER);
    if (number !== '') return numberOf(number);
    const name = this.#match(NAME);
    if (name !== '') return NAMES[name];
    return this.#match(WRAPPER) === '' ? undefined : this.#wrapped(depth);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #takes(unit: string): boolean {
    if (this.#text[this.#at] !== unit) return false;
    this.#at += 1;
    return true;
  }

  #wrapped(depth: number): unknown {
    const value = this.value(depth + 1);
    this.#match(DTYPE);
    return this.#takes(')') ? value : undefined;
  }

  /** Items have commas between them, or, as NumPy prints them, space and no comma. */
  #list(depth: number): unknown {
    this.#at += 1;
    const items: unknown[] = [];
    let separator: 'comma' | 'space' | null = null;
    this.#match(WHITE);
    if (this.#takes(']')) return items;
    for (;;) {
      const item = this.value(depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
      const white = this.#match(WHITE);
      if (this.#takes(']')) return items;
      const found = this.#takes(',') ? 'comma' : white === '' ? null : 'space';
      if (found === null || (separator !== null && separator !== found)) return undefined;
      separator = found;
    }
  }

  #dict(depth: number): unknown {
    this.#at += 1;
    const entries = new Map<string, unknown>();
    this.#match(WHITE);
    if (this.#takes('}')) return {};
    for (;;) {
      const key = this.#key();
      this.#match(WHITE);
      if (key === undefined || entries.has(key) || !this.#takes(':')) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      entries.set(key, value);
      this.#match(WHITE);
      if (this.#takes('}')) return Object.fromEntries(entries);
      if (!this.#takes(',')) return undefined;
    }
  }

  /** Numbers and names may be keys, too; JSON has them as texts. */
  #key(): string | undefined {
    this.#match(WHITE);
    const unit = this.#text[this.#at];
    if (unit === "'" || unit === '"') return this.#string(unit);
    const plain = this.#match(NUMBER) || this.#match(NAME);
    return plain === '' ? undefined : plain;
  }

  #string(quote: string): string | undefined {
    const text = this.#text;
    let value = '';
    let from = this.#at + 1;
    for (let at = from; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      if (unit === quote.charCodeAt(0)) {
        this.#at = at + 1;
        return storableText(value + text.slice(from, at));
      }
      // a string of Python's ends on its line
      if (unit === 0x0a || unit === 0x0d) return undefined;
      if (unit !== 0x5c) continue;
      value += text.slice(from, at);
      this.#at = at + 1;
      const escaped = this.#escape();
      if (escaped === undefined) return undefined;
      value += escaped;
      from = this.#at;
      at = from - 1;
    }
    return undefined;
  }

  #escape(): string | undefined {
    const letter = this.#text[this.#at] ?? '';
    this.#at += 1;
    if (Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter];
    if (!Object.hasOwn(HEX_ESCAPES, letter)) return undefined;
    const digits = this.#text.slice(this.#at, this.#at + HEX_ESCAPES[letter]!);
    if (digits.length < HEX_ESCAPES[letter]! || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const code = Number.parseInt(digits, 16);
    if (code > 0x10ffff) return undefined;
    this.#at += digits.length;
    return String.fromCodePoint(code);
  }
}

function numberOf(token: string): unknown {
  const number = Number(token);
  return /^-?\d+$/.test(token) && !Number.isSafeInteger(number) ? token : number;
}
