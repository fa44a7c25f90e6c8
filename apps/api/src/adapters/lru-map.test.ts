import { describe, expect, it } from 'vitest';
import { LruMap } from './lru-map.ts';

describe('LruMap', () => {
  it('drops what was used least recently', () => {
    const map = new LruMap<number>(2);
    map.set('x', 1);
    map.set('y', 2);
    expect(map.get('x')).toBe(1);
    map.set('z', 3);
    expect([map.get('x'), map.get('y'), map.get('z')]).toEqual([1, undefined, 3]);
  });

  it('counts sizes, also of what is replaced and deleted', () => {
    const map = new LruMap<string>(10, (_, value) => value.length);
    map.set('x', '12345678');
    map.set('x', '123');
    map.set('y', '1234567');
    expect([map.get('x'), map.get('y')]).toEqual(['123', '1234567']);
    map.delete('x');
    map.set('z', '123');
    expect([map.get('x'), map.get('y'), map.get('z')]).toEqual([undefined, '1234567', '123']);
  });

  it('keeps nothing larger than itself', () => {
    const map = new LruMap<string>(3, (_, value) => value.length);
    map.set('x', '1234');
    expect(map.get('x')).toBeUndefined();
  });
});
