const [QUOTE, LINE_FEED, RETURN] = [0x22, 0x0a, 0x0d];

export type FoundRecord = {
  /** Behind its last cell. */
  readonly end: number;
  /** Where the next one starts. */
  readonly next: number;
  readonly lines: number;
  readonly quoted: boolean;
};

/**
 * Where a CSV record (RFC 4180) ends. Quoted cells may hold delimiters, quotes and line breaks; a quote inside a cell
 * without quotes is a quote. `broken`: a quoted cell does not end as one; `unfinished`: it may, further on.
 */
export function findRecord(
  bytes: Uint8Array,
  from: number,
  separator: number,
  lineEnd: number,
  last: boolean,
): FoundRecord | 'broken' | 'unfinished' {
  const size = bytes.length;
  let lines = 1;
  let quoted = false;
  let at = from;
  for (;;) {
    if (bytes[at] === QUOTE) {
      quoted = true;
      at += 1;
      for (;;) {
        while (at < size && bytes[at] !== QUOTE) {
          if (bytes[at] === lineEnd) lines += 1;
          at += 1;
        }
        if (at + 1 >= size && !last) return 'unfinished';
        if (at >= size) return 'broken';
        at += 1;
        if (bytes[at] !== QUOTE) break;
        at += 1;
      }
    } else while (at < size && bytes[at] !== separator && bytes[at] !== lineEnd) at += 1;
    if (at >= size) return last ? { end: size, next: size, lines, quoted } : 'unfinished';
    const unit = bytes[at]!;
    if (unit === separator) at += 1;
    else if (unit === lineEnd) {
      const end = lineEnd === LINE_FEED && at > from && bytes[at - 1] === RETURN ? at - 1 : at;
      return { end, next: at + 1, lines, quoted };
    } else if (unit === RETURN && bytes[at + 1] === LINE_FEED)
      return { end: at, next: at + 2, lines, quoted };
    else if (unit === RETURN && at + 1 >= size) {
      return last ? { end: at, next: size, lines, quoted } : 'unfinished';
    } else return 'broken';
  }
}

/** The cells of one record that `findRecord` has found. */
export function splitCells(text: string, delimiter: string, quoted: boolean): string[] {
  if (!quoted) return text.split(delimiter);
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    if (text[at] === '"') {
      let cell = '';
      for (let from = at + 1; ; from = at + 1) {
        const close = text.indexOf('"', from);
        cell += text.slice(from, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      cells.push(cell);
    } else {
      const next = text.indexOf(delimiter, at);
      cells.push(text.slice(at, next < 0 ? text.length : next));
      at = next < 0 ? text.length : next;
    }
    if (at >= text.length) return cells;
  }
}
