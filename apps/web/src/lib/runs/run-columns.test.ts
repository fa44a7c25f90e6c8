import { describe, expect, it } from 'vitest';
import { isColumn, rowTracks, toggledColumn } from './run-columns.ts';

describe('columns of runs', () => {
  it('come and go in their own order', () => {
    expect(toggledColumn(['progress', 'problems'], 'cost')).toEqual(['progress', 'cost', 'problems']);
    expect(toggledColumn(['progress', 'cost'], 'progress')).toEqual(['cost']);
    expect(isColumn('cost')).toBe(true);
    expect(isColumn('secret')).toBe(false);
  });

  it('give each row as many tracks as it has cells', () => {
    expect(rowTracks([]).split(' ')).toHaveLength(3);
    expect(rowTracks(['cost', 'sent']).split(' ')).toHaveLength(5);
  });
});
