import { describe, expect, it } from 'vitest';
import { escapeXml } from './escape-xml.ts';

describe('a text in XML', () => {
  it('opens no tag, ends no attribute and starts no entity', () => {
    expect(escapeXml('<a href="x">&amp;')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;amp;');
  });

  it('has no letter that XML cannot write, and keeps all others', () => {
    expect(escapeXml('a\u0000\u001b\ud800\ufffe')).toBe('a����');
    expect(escapeXml('中文 😀\t\n')).toBe('中文 😀\t\n');
  });
});
