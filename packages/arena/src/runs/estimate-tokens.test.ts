import { describe, expect, it } from 'vitest';
import { estimatePromptTokens, estimateTokens } from './estimate-tokens.ts';

describe('estimateTokens', () => {
  it.each([
    ['', 0],
    // 44 characters; cl100k_base says 10
    ['The quick brown fox jumps over the lazy dog.', 11],
    // 8 characters; o200k_base says 5 to 8
    ['今天天气怎么样?', 6],
  ])('%s', (text, tokens) => {
    expect(estimateTokens(text)).toBe(tokens);
  });

  it('counts a turn again with each turn after it', () => {
    const turn = 'x'.repeat(40);
    expect(estimatePromptTokens('', [turn])).toBe(14);
    expect(estimatePromptTokens('', [turn, turn])).toBe(14 + 28);
    expect(estimatePromptTokens(turn, [turn])).toBe(28);
  });
});
