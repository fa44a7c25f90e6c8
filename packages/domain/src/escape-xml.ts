/** A text as content or attribute of XML and HTML; what XML 1.0 cannot write is U+FFFD. */
export function escapeXml(text: string): string {
  return Array.from(text, (letter) => ENTITIES[letter] ?? (isWritable(letter) ? letter : '�')).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way to write most control characters, lone surrogates and two more. */
function isWritable(letter: string): boolean {
  const code = letter.codePointAt(0)!;
  if (code < 0x20) return letter === '\t' || letter === '\n' || letter === '\r';
  return (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
}
