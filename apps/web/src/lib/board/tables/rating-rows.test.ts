import type { Board, ModelRatingJson, RatingResultJson } from '@agon/contract';
import { boardQuerySchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { rankMoves } from '#lib/board/tabs/rank-moves.ts';
import { sourceAgreement } from '#lib/board/tabs/source-agreement.ts';
import { columnsOf, ratingColumns, toggleColumn, unifiedColumns } from './board-columns.ts';
import { estimateOf, ratingRows, ratingValue } from './rating-rows.ts';
import { nextSort, orderOf, orderRows } from './row-order.ts';
import { shownRatingRows } from './shown-table.ts';
import { shownRecords, toCsv, toJsonl } from './table-file.ts';

const search = (text: string) => new URLSearchParams(text);

function rated(model: string, rating: number, rank: number, comparisons = 40): ModelRatingJson {
  return {
    model,
    rating,
    low: rating - 20,
    high: rating + 24,
    rank,
    rank_low: rank,
    rank_high: rank + 1,
    comparisons,
    wins: 20,
    losses: 10,
    ties: 10,
  };
}

function result(models: ModelRatingJson[]): RatingResultJson {
  return {
    method: 'bradley-terry',
    settings: {
      method: 'bradley-terry',
      ties: 'half',
      both_bad: 'tie',
      interval: 'sandwich',
      cluster: 'prompt',
      rounds: 400,
      seed: 1,
      anchor: 'mean=1000',
      k: 4,
      initial: 1000,
      baseline: null,
      style: [],
      style_definition: 'fastchat',
      ridge: null,
      reweight: 'none',
      prior: null,
    },
    comparisons: { read: 80, used: 80, excluded: [] },
    fit: { converged: true, iterations: 5, components: [] },
    models,
    warnings: [],
  };
}

const about = (name: string) => ({
  name,
  title: name.toUpperCase(),
  provider: null,
  licence: null,
  open_weights: null,
  retired: name === 'd',
});

const BOARD: Board = {
  campaign: { slug: 's', title: 'S', state: 'open', attribution: null },
  snapshot: null,
  at: '2026-11-24T00:00:00.000Z',
  query: boardQuerySchema.parse({}),
  counts: { votes: 80, raters: 4, verdicts: 20, judges: 1, benchmarks: 1, excluded: [] },
  facets: { categories: [], languages: [], turns: [], judges: [] },
  models: ['d', 'c', 'b', 'a'].map(about),
  people: result([rated('a', 1100, 1, 30), rated('b', 1000, 2, 50), rated('c', 900, 3, 40)]),
  judges: result([rated('b', 1150, 1), rated('a', 1050, 2), rated('c', 800, 3)]),
  empty: { people: null, judges: null },
  pairs: [],
  benchmarks: [{ name: 'MMLU', title: 'MMLU', chance: 0.25 }],
  scores: [
    { model: 'c', benchmark: 'MMLU', score: 0.7, n: 100, low: 0.6, high: 0.8, source: 'https://example.org' },
    { model: 'a', benchmark: 'MMLU', score: 0.5, n: null, low: null, high: null, source: 'x' },
  ],
  unsettled: null,
  agreement: [],
};

describe('rows of the table', () => {
  const rows = ratingRows(BOARD, 'people');

  it('are every model that ever entered, the unrated last', () => {
    expect(rows.map((row) => row.model)).toEqual(['a', 'b', 'c', 'd']);
    expect(rows[0]).toMatchObject({ title: 'A', own: { value: 1100 }, peer: { value: 1050 } });
    expect(rows[3]).toMatchObject({ rank: null, own: { value: null }, comparisons: 0, retired: true });
  });

  it('take an interval from the standard error of a win rate, within 0 and 100', () => {
    const win = { ...rated('a', 0, 1), rating: null, low: null, high: null };
    const { value, low, high } = estimateOf({ ...win, win_rate: 97, win_rate_se: 2 });
    expect(value).toBe(97);
    expect(low).toBeCloseTo(93.08, 2);
    expect(high).toBe(100);
    expect(estimateOf({ ...win, win_rate: 50, win_rate_se: null })).toEqual({
      value: 50,
      low: null,
      high: null,
    });
  });

  it.each([
    ['', 'abcd'],
    ['sort=rating', 'cbad'],
    ['sort=-votes', 'bcad'],
    ['sort=-model', 'dcba'],
    ['sort=-MMLU', 'cabd'],
    ['sort=MMLU', 'acbd'],
    ['sort=-peer', 'bacd'],
    ['sort=nonsense', 'abcd'],
  ])('under %s stand as %s', (text, names) => {
    expect(
      orderRows(rows, orderOf(search(text)), ratingValue)
        .map((row) => row.model)
        .join(''),
    ).toBe(names);
  });

  it('turn round on a second press', () => {
    expect(nextSort(orderOf(search('')), 'votes')).toBe('-votes');
    expect(nextSort(orderOf(search('sort=-votes')), 'votes')).toBe('votes');
    expect(nextSort(orderOf(search('')), 'rank')).toBe('-rank');
    expect(nextSort(orderOf(search('sort=-rank')), 'rank')).toBeNull();
    expect(nextSort(orderOf(search('sort=-votes')), 'model')).toBe('model');
  });

  it('are written with the columns that are shown', () => {
    const records = shownRecords(rows.slice(0, 2), ['plot', 'MMLU', 'votes'], 'people');
    expect(toCsv(records)).toBe(
      'rank,rank_low,rank_high,model,people,people_low,people_high,MMLU,comparisons\r\n' +
        '1,1,2,a,1100,1080,1124,0.5,30\r\n2,2,3,b,1000,980,1024,,50\r\n',
    );
    expect(JSON.parse(toJsonl(shownRecords(rows.slice(0, 1), ['peer'], 'people')))).toEqual({
      rank: 1,
      rank_low: 1,
      rank_high: 2,
      model: 'a',
      people: 1100,
      people_low: 1080,
      people_high: 1124,
      judges: 1050,
      judges_low: 1030,
      judges_high: 1074,
    });
    expect(toCsv([{ model: '=cmd()', note: 'a "b", c' }])).toBe('model,note\r\n\'=cmd(),"a ""b"", c"\r\n');
  });
});

describe('columns', () => {
  const many = ratingColumns(['A', 'B', 'C', 'D']);

  it('show three benchmarks at first, and what the URL says then', () => {
    expect(columnsOf(search(''), many)).toEqual(['plot', 'peer', 'A', 'B', 'C', 'votes']);
    expect(columnsOf(search('columns=votes,D,unknown'), many)).toEqual(['D', 'votes']);
    expect(columnsOf(search('columns=none'), many)).toEqual([]);
    expect(many.all).toHaveLength(7);
  });

  it('come and go, and leave the URL where they are the first choice', () => {
    expect(toggleColumn(many.first, 'D', many)).toBe('plot,peer,A,B,C,D,votes');
    expect(toggleColumn(many.all, 'D', many)).toBeNull();
    expect(toggleColumn(['plot'], 'plot', many)).toBe('none');
  });

  it('of the unified table leave single benchmarks to be chosen', () => {
    const unified = unifiedColumns(['A', 'people']);
    expect(columnsOf(search(''), unified)).toEqual([
      'plot',
      'people',
      'judges',
      'benchmarks',
      'first',
      'measured',
    ]);
    expect(columnsOf(search('columns=A,first'), unified)).toEqual(['A', 'first']);
    expect(new Set(unified.all).size).toBe(unified.all.length);
  });
});

describe('two boards one after the other', () => {
  it('tell who rose and who fell', () => {
    const after = { ...BOARD, people: result([rated('b', 1100, 1), rated('a', 1000, 2), rated('c', 9, 3)]) };
    expect([...rankMoves(BOARD, after, 'people')]).toEqual([
      ['b', 1],
      ['a', -1],
    ]);
    const filtered = { ...after, query: boardQuerySchema.parse({ category: 'math' }) };
    expect(rankMoves(BOARD, filtered, 'people').size).toBe(0);
  });
});

describe('judges against people', () => {
  it('see wider or narrower gaps, and the same order or not', () => {
    // people 1100 1000 900: spread 81.65; judges 1050 1150 800: spread 147.2; ranks 3 2 1 against 2 3 1: 0.5
    const { models, stretch, rankCorrelation } = sourceAgreement(BOARD);
    expect(models).toBe(3);
    expect(stretch).toBeCloseTo(1.803, 3);
    expect(rankCorrelation).toBeCloseTo(0.5, 10);
    expect(sourceAgreement({ ...BOARD, judges: null })).toEqual({
      models: 0,
      stretch: null,
      rankCorrelation: null,
    });
  });
});

describe('models that never met', () => {
  const people = {
    ...result([rated('x', 1100, 1), rated('a', 1050, 1), rated('b', 1000, 2), rated('y', 990, 2)]),
    fit: {
      converged: true,
      iterations: 5,
      components: [
        ['y', 'x'],
        ['a', 'c', 'b'],
      ],
    },
  };
  const board = { ...BOARD, people: { ...people, models: [...people.models, rated('c', 950, 3)] } };
  const shown = (text: string) => shownRatingRows(board, 'people', search(text)).map(({ model }) => model);
  const theirs = (names: readonly string[]) => names.filter((name) => 'abcxy'.includes(name));

  it('stand group after group by rank, the largest first, and as asked by anything else', () => {
    expect(theirs(shown(''))).toEqual(['a', 'b', 'c', 'x', 'y']);
    expect(theirs(shown('sort=-rank'))).toEqual(['y', 'x', 'c', 'b', 'a']);
    expect(theirs(shown('sort=-rating'))).toEqual(['x', 'a', 'b', 'y', 'c']);
  });
});
