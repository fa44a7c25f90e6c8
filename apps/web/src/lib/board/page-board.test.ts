import type { Board } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { HEAT_MODELS, heatWindow, pageBoard } from './page-board.ts';

const names = Array.from({ length: 90 }, (_, i) => `m${i}`);
const search = (text: string) => new URLSearchParams(text);
const board = {
  people: { models: names.map((model) => ({ model })) },
  judges: null,
  pairs: names.flatMap((a, i) => names.slice(i + 1).map((b) => ({ model_a: a, model_b: b, wins: 1 }))),
} as unknown as Board;
const pairsOf = (text: string) => pageBoard(board, search(text)).pairs;

describe('the window of a heat map', () => {
  it.each([
    ['', 0, 25],
    ['from=1', 0, 25],
    ['from=26', 25, 25],
    ['from=49', 25, 25],
    ['from=76', 75, 15],
    ['from=999', 75, 15],
    ['from=-3', 0, 25],
    ['from=x', 0, 25],
  ])('%s', (text, first, length) => {
    const window = heatWindow(names, search(text));
    expect([window.first, window.shown.length]).toEqual([first, length]);
    expect(window.shown[0]).toBe(`m${first}`);
  });

  it('of forty is all', () => {
    expect(heatWindow(names.slice(0, 40), search('from=26'))).toEqual({
      first: 0,
      shown: names.slice(0, 40),
    });
  });

  it('of nothing is nothing', () => expect(heatWindow([], search('from=9')).shown).toEqual([]));
});

describe('the pairs of a page', () => {
  it('are those of its window, and the one that is open', () => {
    expect(pairsOf('')).toHaveLength((HEAT_MODELS * (HEAT_MODELS - 1)) / 2);
    expect(pairsOf('from=76')).toHaveLength(105);
    const open = pairsOf('from=76&pair=m7&against=m3');
    expect(open).toHaveLength(106);
    expect(open).toContainEqual({ model_a: 'm3', model_b: 'm7', wins: 1 });
  });

  it('are none where no tab shows any', () => {
    for (const tab of ['unified', 'method', 'benchmarks', 'agreement', 'capability', 'judges'])
      expect(pairsOf(`tab=${tab}`)).toEqual([]);
  });
});
