import { describe, expect, it } from 'vitest';
import {
  boardQueryOf,
  changed,
  customSwitches,
  hasFilters,
  tabOf,
  withDefaultSwitches,
  withoutFilters,
} from './board-address.ts';

const search = (text: string) => new URLSearchParams(text);

describe('the address of a board', () => {
  it('falls back to people for a tab that does not exist', () => {
    expect(tabOf(search('tab=nonsense'))).toBe('people');
    expect(tabOf(search('tab=unified'))).toBe('unified');
  });

  it('hands known parameters to the API and nothing else', () => {
    expect(boardQueryOf(search('tab=judges&ties=drop&sort=-votes&people=60&x=1&category='))).toEqual({
      source: 'judges',
      ties: 'drop',
    });
  });

  it('keeps defaults out of the URL', () => {
    expect(changed(search('ties=drop&category=math'), { ties: 'half' })).toBe('?category=math');
    expect(changed(search('tab=judges'), { tab: 'people', ties: 'drop' })).toBe('?ties=drop');
    expect(changed(search('category=math'), { category: null })).toBe('?');
  });

  it('names what was changed, and takes it back without touching the filters', () => {
    const custom = search('tab=judges&ties=drop&category=math&cluster=prompt');
    expect(customSwitches(custom)).toEqual(['ties']);
    expect(withDefaultSwitches(custom)).toBe('?tab=judges&category=math');
    expect(hasFilters(custom)).toBe(true);
    expect(withoutFilters(custom)).toBe('?tab=judges&ties=drop&cluster=prompt');
  });
});
