import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNestedTooDeep, MAX_NESTED, shownValue } from './nesting.ts';

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('isNestedTooDeep', () => {
  it.each<[string, string, boolean]>([
    ['as deep as may be', lists(MAX_NESTED), false],
    ['one list too many', lists(MAX_NESTED + 1), true],
    ['one object too many', objects(MAX_NESTED + 1), true],
    ['many side by side', `[${Array.from({ length: 1000 }, () => lists(10)).join()}]`, false],
    ['brackets in a string', JSON.stringify(lists(1000)), false],
    ['a quote in a string', JSON.stringify(`"${lists(1000)}\\`), false],
    ['brackets behind a string that ends with a backslash', `["\\\\",${lists(1000)}]`, true],
    ['brackets that nobody closes', '['.repeat(1000), true],
    ['a string that nobody closes', `"${'['.repeat(1000)}`, false],
  ])('%s', (_, json, expected) => {
    expect(isNestedTooDeep(json)).toBe(expected);
  });

  it('lets every document through that is flatter', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (json) => {
        expect(isNestedTooDeep(json)).toBe(false);
      }),
    );
  });

  it('ends at the first bracket too many: ten million take no time', () => {
    const json = '['.repeat(10_000_000);
    const startedAt = performance.now();
    expect(isNestedTooDeep(json)).toBe(true);
    expect(performance.now() - startedAt).toBeLessThan(50);
  });
});

describe('shownValue', () => {
  it.each<[unknown, string]>([
    ['text', 'text'],
    ['x'.repeat(50), 'x'.repeat(20)],
    [-1, '-1'],
    [null, 'null'],
    [true, 'true'],
    [undefined, 'undefined'],
    [[], '[]'],
    [{}, '{}'],
    [['x', { a: 'b' }], '["x",{"a":"b"}]'],
    [[[[[1]]]], '[[[[…]]]]'],
    [[[[{ a: 1 }]]], '[[[{…}]]]'],
    [{ a: ['x'.repeat(100)] }, '{"a":["xxxxxxxxxxxxx'],
  ])('%j is told as %s', (value, expected) => {
    expect(shownValue(value, 20)).toBe(expected);
  });

  it('is the start of the JSON of whatever is flat', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const json = typeof value === 'string' ? value : JSON.stringify(value);
        const shown = shownValue(value, 1000);
        // minus zero is no JSON
        if (!/-0/.test(shown)) expect(shown).toBe(json.slice(0, 1000));
      }),
    );
  });

  it('neither overflows nor takes time', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(shownValue(deep, 20)).toBe('[[[[…]]]]');
    const startedAt = performance.now();
    expect(shownValue(new Array(5_000_000).fill('x'), 20)).toBe('["x","x","x","x","x"');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
