import { describe, expect, it } from 'vitest';
import {
  battlePath,
  battleQueryOf,
  battlesPath,
  changed,
  hasFilters,
  withoutFilters,
} from './battle-address.ts';

const search = (text: string) => new URLSearchParams(text);

describe('the address of a list of battles', () => {
  it('asks with what it knows', () => {
    expect(battleQueryOf(search('q=tree&agreement=unscored&cursor=x&at=y&other=z&model='))).toEqual({
      q: 'tree',
      agreement: 'unscored',
    });
  });

  it('goes to the first page with every change', () => {
    expect(changed(search('q=tree&cursor=x&from=26&at=y'), { outcome: 'a', q: null })).toBe('?outcome=a');
    expect(changed(search('q=tree'), { q: '' })).toBe('?');
  });

  it('keeps order and judge without its filters', () => {
    const all = search('q=tree&outcome=a&sort=oldest&judge=x');
    expect(hasFilters(all)).toBe(true);
    expect(withoutFilters(all)).toBe('?sort=oldest&judge=x');
    expect(hasFilters(search('sort=oldest&judge=x'))).toBe(false);
  });

  it('goes with a battle, page and place left out', () => {
    expect(battlePath('c', 'b/1', search('q=a b&cursor=x'))).toBe(
      '/workbench/campaigns/c/battles/b%2F1?q=a+b',
    );
    expect(battlesPath('c', { model: 'x&y' })).toBe('/workbench/campaigns/c/battles?model=x%26y');
  });
});
