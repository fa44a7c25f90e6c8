import { describe, expect, it } from 'vitest';
import { countStyle, modelFamily, STYLE_RULES, styleDifference } from './style.ts';

describe('style of an answer', () => {
  // counted by eye, under the rules of FastChat's add_markdown_info.py
  it.each([
    ['', { headers: 0, lists: 0, bold: 0 }],
    ['# One\n## Two\n####### seven is none\n#none', { headers: 2, lists: 0, bold: 0 }],
    ['1. a\n2. b\n- c\n  * d\n+ e\n-f\n3.g', { headers: 0, lists: 5, bold: 0 }],
    ['**bold** and __bold__, not * this * or **that\none**', { headers: 0, lists: 0, bold: 2 }],
    ['before\n```js\n# no header\n- no item\n**no**\n```\n# header', { headers: 1, lists: 0, bold: 0 }],
    ['an open ```\n# fence counts', { headers: 1, lists: 0, bold: 0 }],
  ])('%j', (text, expected) => {
    expect(countStyle(text)).toMatchObject({ length: text.length, ...expected });
  });

  it('length without code leaves closed blocks out', () => {
    expect(countStyle('ab```cd```ef')).toMatchObject({ length: 12, lengthWithoutCode: 4 });
  });

  it('differences by definition: (a − b) / (a + b + 1), or over a + b', () => {
    expect(styleDifference(STYLE_RULES.fastchat, 3, 1)).toBe(2 / 5);
    expect(styleDifference(STYLE_RULES.opencompass, 0, 0)).toBe(0);
    expect(styleDifference(STYLE_RULES['arena-rank'], 3, 1)).toBe(2 / 4);
    expect(styleDifference(STYLE_RULES['arena-rank'], 0, 0)).toBe(0);
  });

  it.each([
    ['gpt-4o-2024-05-13', 'openai'],
    ['pair-five / o3-mini', 'openai'],
    ['claude-3-opus', 'anthropic'],
    ['Meta-Llama-3-70B', 'meta'],
    ['vicuna-13b', null],
    ['Yi-34B-Chat', 'yi'],
    ['anything', null],
  ])('%s is of %s', (name, family) => {
    expect(modelFamily(name)).toBe(family);
  });
});
