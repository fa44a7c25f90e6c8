import { describe, expect, it } from 'vitest';
import { csvText } from './csv-text.ts';

describe('csvText', () => {
  it.each([
    ['plain', 'plain'],
    ['a, b', '"a, b"'],
    ['say "so"', '"say ""so"""'],
    ['two\nlines', '"two\nlines"'],
    ['=SUM(A1)', "'=SUM(A1)"],
    ['-1+1', "'-1+1"],
    ['＝SUM(A1)', "'＝SUM(A1)"],
  ])('writes %j as %s', (cell, written) => {
    expect(csvText(['x'], [[cell]])).toBe(`x\r\n${written}\r\n`);
  });

  it('writes numbers as they are and null as nothing', () => {
    expect(csvText(['n', 'gap'], [[-1.5, null]])).toBe('n,gap\r\n-1.5,\r\n');
  });
});
