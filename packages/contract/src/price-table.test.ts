import { describe, expect, it } from 'vitest';
import { publishedPrice } from './price-table.ts';

describe('publishedPrice', () => {
  it.each([
    // as https://platform.openai.com/docs/pricing had them in March 2026
    ['openai', 'gpt-4.1', { input: 2, output: 8 }],
    ['openai', 'gpt-4.1-2025-04-14', { input: 2, output: 8 }],
    ['openai', 'gpt-4.1-mini', { input: 0.4, output: 1.6 }],
    ['azure', 'gpt-4o-mini-2024-07-18', { input: 0.15, output: 0.6 }],
    ['anthropic', 'claude-sonnet-4-5-20250929', { input: 3, output: 15 }],
    ['anthropic', 'claude-opus-4-20250514', { input: 15, output: 75 }],
    ['anthropic', 'claude-opus-4-6', { input: 5, output: 25 }],
    ['gemini', 'models/gemini-2.5-flash-preview-05-20', { input: 0.3, output: 2.5 }],
    ['gemini', 'gemini-2.5-flash-lite', { input: 0.1, output: 0.4 }],
  ])('%s %s', (preset, model, price) => {
    expect(publishedPrice(preset, model)).toMatchObject(price);
  });

  it.each([
    // another size is another price
    ['openai', 'gpt-4.1-huge'],
    ['openai', 'gpt-4.10'],
    ['anthropic', 'claude-opus-4-7'],
    // the same name elsewhere is sold by somebody else
    ['custom', 'gpt-4.1'],
    ['openrouter', 'gpt-4.1'],
    ['openai', ''],
  ])('knows none for %s %s', (preset, model) => {
    expect(publishedPrice(preset, model)).toBeNull();
  });
});
