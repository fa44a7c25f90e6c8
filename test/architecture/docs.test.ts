import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'apps/*/README.md'];
/** A longer paragraph is read by nobody. */
const MAX_WORDS = 120;

/** Paragraphs and items of lists; code, tables and headings are none. */
function paragraphsOf(text: string): string[] {
  return text
    .replace(/^```[\s\S]*?^```/gm, '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )/)
    .map((block) => block.replace(/^\s*[|#].*$/gm, '').trim());
}

const wordsOf = (text: string): number => text.split(/\s+/).filter(Boolean).length;

describe('docs', () => {
  it(`have paragraphs of at most ${MAX_WORDS} words`, () => {
    const pages = globSync(PAGES, { cwd: ROOT });
    expect(pages.length).toBeGreaterThan(20);
    const long = pages.flatMap((page) =>
      paragraphsOf(readFileSync(`${ROOT}${page}`, 'utf8'))
        .filter((paragraph) => wordsOf(paragraph) > MAX_WORDS)
        .map((paragraph) => `${page}: ${wordsOf(paragraph)} words from "${paragraph.slice(0, 60)}"`),
    );
    expect(long).toEqual([]);
  });

  it('are told apart from tables and code', () => {
    const item = `${'word '.repeat(80)}`;
    const found = paragraphsOf(
      `# ${item}\n\n| ${item} |\n\n- ${item}\n- ${item}\n\n\`\`\`\n${item}\n\`\`\`\n`,
    );
    expect(found.map(wordsOf).filter((words) => words > 0)).toEqual([81, 81]);
  });
});
