import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOSTILE_PAYLOADS } from './hostile-payloads.ts';
import { LONGEST_MARKDOWN, renderText } from './render-text.ts';

const TAGS = new Set(
  (
    'p h3 h4 h5 h6 strong em s del a span code pre figure div table thead tbody tr th td ul ol li blockquote hr br ' +
    'math semantics mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd ' +
    'mstyle mpadded menclose mphantom annotation'
  ).split(' '),
);
const ATTRIBUTES =
  /^(class|dir|href|target|rel|title|data-lang|tabindex|role|start|xmlns|display|encoding|mathvariant|stretchy|fence|separator|lspace|rspace|minsize|maxsize|movablelimits|accent|accentunder|linethickness|columnalign|rowspacing|columnspacing|columnlines|rowlines|width|height|depth|voffset|scriptlevel|displaystyle|notation|symmetric|largeop|mathcolor|mathbackground|mathsize|side|rowalign|form|columnspan|linebreak)$/;

/** A strict reading of HTML: whatever is no tag of ours, with attributes of ours, in our spelling, is a fault. */
function faultsOf(html: string): string[] {
  const faults: string[] = [];
  const text = html.replace(
    /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
    (_, _close: string, tag: string, attributes: string) => {
      if (!TAGS.has(tag)) faults.push(`tag ${tag}`);
      for (const [, name = '', value = ''] of attributes.matchAll(/([a-zA-Z-]+)(?:="([^"]*)")?/g)) {
        if (!ATTRIBUTES.test(name)) faults.push(`attribute ${name}`);
        if (name === 'href' && !/^(https?:|mailto:)/i.test(value)) faults.push(`href ${value}`);
        // a link's scheme is checked above; what follows it is a host or a path
        if (/javascript:|data:|vbscript:/i.test(value) && name !== 'title' && name !== 'href')
          faults.push(`value ${value}`);
      }
      return '';
    },
  );
  if (/[<>]/.test(text)) faults.push(`a bracket outside a tag: ${/.{0,40}[<>].{0,40}/s.exec(text)?.[0]}`);
  return faults;
}

describe('renderText', () => {
  it('has more than a hundred hostile payloads to try', () => {
    expect(new Set(HOSTILE_PAYLOADS).size).toBeGreaterThanOrEqual(120);
  });

  it.each(HOSTILE_PAYLOADS.map((payload) => [payload]))('disarms %j', (payload) => {
    expect(faultsOf(renderText(payload).html)).toEqual([]);
    expect(faultsOf(renderText(`Text before ${payload} and after`).html)).toEqual([]);
    expect(faultsOf(renderText(`\`\`\`html\n${payload}\n\`\`\``).html)).toEqual([]);
    expect(faultsOf(renderText(`| a |\n|---|\n| ${payload.replaceAll('\n', ' ')} |`).html)).toEqual([]);
    expect(faultsOf(renderText(`$${payload}$ $$${payload}$$`).html)).toEqual([]);
  });

  it('catches what it is for', () => {
    expect(faultsOf('<p onclick="x">a</p>')).toHaveLength(1);
    expect(faultsOf('<script>x</script>')).not.toEqual([]);
    expect(faultsOf('<a href="javascript:x">a</a>')).not.toEqual([]);
    expect(faultsOf('<p style="color:red">a</p>')).toHaveLength(1);
    expect(faultsOf('<p a <b')).not.toEqual([]);
  });

  it('stays within our tags for any text', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '`',
      '```\n',
      '[',
      ']',
      '(',
      ')',
      '!',
      '$',
      '$$',
      '\\',
      '|',
      '\n',
      '\n\n',
      '# ',
      '- ',
      '> ',
      '*',
      '_',
      'x',
      ' ',
      'javascript:',
      'http://',
      '<img src=x onerror=y>',
      '\u202E',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        expect(faultsOf(renderText(pieces.join('')).html)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a heading under the page’s own', '# One', '<h3 dir="auto">One</h3>\n'],
    ['money as money', 'It costs $5 and $10.', '<p dir="auto">It costs $5 and $10.</p>\n'],
    ['raw HTML as text', '<b>x</b>', '<p dir="auto">&lt;b&gt;x&lt;/b&gt;</p>\n'],
    [
      'an image as its words',
      '![a cat](https://x.example/c.png)',
      '<p dir="auto"><span class="image" title="https://x.example/c.png">[a cat]</span></p>\n',
    ],
    [
      'a link that leaves no trace',
      '[x](https://x.example/)',
      '<p dir="auto"><a href="https://x.example/" target="_blank" rel="noopener noreferrer nofollow">x</a></p>\n',
    ],
    ['a link that leads nowhere', '[x]()', '<p dir="auto"><a>x</a></p>\n'],
    [
      'code with its language',
      '```py\nx = 1\n```',
      '<figure class="code" data-lang="python"><pre dir="ltr" tabindex="0"><code>x = <span class="hljs-number">1</span>\n</code></pre></figure>\n',
    ],
    [
      'code of no known language, plain',
      '```brainf\n<>\n```',
      '<figure class="code"><pre dir="ltr" tabindex="0"><code>&lt;&gt;\n</code></pre></figure>\n',
    ],
  ])('shows %s', (_, text, html) => {
    expect(renderText(text).html).toBe(html);
  });

  it.each([['$x^2$'], ['\\(x^2\\)'], ['$$x^2$$'], ['\\[x^2\\]'], ['$$\nx^2\n$$']])(
    'shows the formula %j as MathML',
    (text) => {
      expect(renderText(text).html).toContain('<msup><mi>x</mi><mn>2</mn></msup>');
    },
  );

  it.each([
    ['שלום', 'rtl'],
    ['مرحبا', 'rtl'],
    ['hello مرحبا', 'ltr'],
    ['你好', 'ltr'],
    ['123', 'auto'],
  ])('takes the direction of %s', (text, direction) => {
    expect(renderText(text).direction).toBe(direction);
  });

  it('loses nothing of a text that is too much for a parser', () => {
    for (const text of [
      `${'> '.repeat(500)}deep`,
      `${'['.repeat(5000)}open`,
      `${'x'.repeat(LONGEST_MARKDOWN)}end`,
    ]) {
      expect(renderText(text).html).toMatch(/^<pre class="plain">/);
      expect(renderText(text).html).toContain(text.slice(-4));
    }
  });

  it('takes text-spoofing controls out', () => {
    expect(renderText('a\u202Eb').html).toBe('<p dir="auto">a\uFFFDb</p>\n');
  });
});
