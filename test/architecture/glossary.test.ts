import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Names that docs/glossary.md says to avoid, as they would appear in identifiers of our own. */
const AVOID: readonly { readonly word: RegExp; readonly say: string }[] = [
  { word: /\b(?:players?(?![a-z])\w*|\w+Players?\b)/, say: 'model' },
  { word: /\b(?:match|game)(?:es|s)?Id\b/, say: 'battleId' },
  { word: /\b(?:annotators?(?![a-z])\w*|\w*Annotators?(?![a-z])\w*)/, say: 'rater' },
  { word: /\b\w*[cC]rowdworkers?\b/, say: 'voter' },
  { word: /\b\w*(?:autorater|Autorater|grader|Grader)s?\b/, say: 'judge' },
  { word: /\b\w*[jJ]udge?ments?(?![a-z])\w*/, say: 'verdict' },
  { word: /\b\w*[iI]nstruments?(?![a-z])\w*/, say: 'judge' },
  { word: /\b\w*[lL]eaderboards?(?![a-z])\w*/, say: 'board, snapshot' },
  { word: /\b\w*[pP]illars?(?![a-z])\w*/, say: 'source' },
  { word: /\b(?:left|right)(?:Answer|Model|Response)\b/, say: 'slot a, slot b' },
];

/** Formats of others speak their own words; they are translated here and nowhere else. */
const TRANSLATORS = [/^packages\/formats\//, /^packages\/arena\/(data|scripts)\//, /^test\//];

function sources(): string[] {
  return ['packages', 'apps'].flatMap((kind) =>
    readdirSync(join(ROOT, kind), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
      .filter(
        (path) => path.includes('/src/') && !/node_modules|paraglide|\.svelte-kit|\/build\//.test(path),
      ),
  );
}

function avoidedWords(text: string): string[] {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '')
    .replace(/'[^'\n]*'|"[^"\n]*"|`[^`]*`/g, "''");
  return AVOID.flatMap(({ word, say }) => {
    const found = word.exec(code);
    return found === null ? [] : [`${found[0]} (say ${say})`];
  });
}

describe('glossary', () => {
  it('is used in every name', () => {
    const found = sources()
      .filter((path) => !TRANSLATORS.some((translator) => translator.test(path)))
      .flatMap((path) =>
        avoidedWords(readFileSync(join(ROOT, path), 'utf8')).map((fault) => `${path}: ${fault}`),
      );
    expect(found).toEqual([]);
  });

  it('has every term of the code’s own words', () => {
    const glossary = readFileSync(join(ROOT, 'docs/glossary.md'), 'utf8');
    for (const term of [
      'model',
      'prompt',
      'answer',
      'campaign',
      'battle',
      'slot',
      'voter',
      'vote',
      'judge',
      'verdict',
      'outcome',
      'comparison',
      'rating',
      'board',
      'snapshot',
      'provider',
      'call',
      'reply',
      'reading',
      'benchmark',
      'score',
    ]) {
      expect(glossary).toMatch(new RegExp(`^\\| ${term} \\|`, 'm'));
    }
  });

  it('catches what it is for', () => {
    expect(avoidedWords('const playerCount = 1;')).toHaveLength(1);
    expect(avoidedWords('type Judgement = string;')).toHaveLength(1);
    expect(avoidedWords('const battle = 1; // a match between players')).toEqual([]);
  });
});
