import { describe, expect, it } from 'vitest';
import { readQuery } from './read-query.ts';

describe('readQuery', () => {
  it('takes what is given once', () => {
    expect(readQuery({ method: ['elo'], category: [''] })).toEqual({ method: 'elo', category: '' });
  });

  it('refuses what is given again, even if it says the same', () => {
    expect(() => readQuery({ method: ['elo', 'elo'] })).toThrow('method is given 2 times.');
  });
});
