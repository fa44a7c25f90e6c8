import type { Board, ModelRatingJson, Unified } from '@agon/contract';
import { boardQuerySchema } from '@agon/contract';
import { describe, expect, it } from 'vitest';
import { historyLines } from '#lib/board/plots/history-lines.ts';
import { keepModels, licencesOf } from '#lib/board/switches/model-filter.ts';
import { snapshotChanges } from '#lib/board/tabs/snapshot-changes.ts';
import { orderMoves } from './order-moves.ts';
import { orderOf, orderRows } from './row-order.ts';
import { sourceValuesOf } from './sources.ts';
import { unifiedRecords } from './table-file.ts';
import { unifiedRows, unifiedValue } from './unified-rows.ts';

const search = (text: string) => new URLSearchParams(text);
const model = (name: string, licence: string | null, openWeights: boolean | null) => ({
  name,
  title: name,
  provider: null,
  licence,
  open_weights: openWeights,
  retired: false,
});
const MODELS = [model('a', 'MIT', true), model('b', 'proprietary', false), model('c', null, null)];

function rated(name: string, rating: number | null, rank: number | null): ModelRatingJson {
  const [low, high] = rating === null ? [null, null] : [rating - 10, rating + 10];
  return {
    model: name,
    rating,
    low,
    high,
    rank,
    rank_low: rank,
    rank_high: rank,
    comparisons: 9,
    wins: 3,
    losses: 3,
    ties: 3,
  };
}

describe('filters of models', () => {
  it.each([
    ['', 'abc'],
    ['open_weights=yes', 'a'],
    ['open_weights=no', 'b'],
    ['open_weights=maybe', 'abc'],
    ['licence=MIT', 'a'],
    ['licence=', 'abc'],
    ['licence=MIT&open_weights=no', ''],
  ])('%s keeps %s', (text, names) => {
    const rows = MODELS.map(({ name }) => ({ model: name }));
    expect(
      keepModels(rows, MODELS, search(text))
        .map((row) => row.model)
        .join(''),
    ).toBe(names);
  });

  it('name the licences that there are', () => expect(licencesOf(MODELS)).toEqual(['MIT', 'proprietary']));
});

describe('one order after another', () => {
  it('tells who stands elsewhere, among those that both know', () => {
    expect(orderMoves(['a', 'b', 'c', 'd'], ['b', 'a', 'd'])).toEqual([
      { model: 'a', from: 1, to: 2 },
      { model: 'b', from: 2, to: 1 },
    ]);
    expect(orderMoves(['a', 'b'], ['a', 'b', 'z'])).toEqual([]);
  });
});

const UNIFIED: Unified = {
  snapshot: null,
  at: '2026-11-24T00:00:00.000Z',
  method: 'composite-v2',
  missing: 'predict',
  evidence: null,
  ability: null,
  weights: { people: 50, judges: 20, benchmarks: 30 },
  weights_hash: 'x',
  models: [
    {
      model: 'a',
      score: 70,
      low: 65,
      high: 75,
      rank: 1,
      rank_low: 1,
      rank_high: 2,
      p_top: 0.9,
      tier: 1,
      observed: 0.65,
      measured: { present: 1, of: 2 },
      provisional: false,
      cells: {
        people: { kind: 'people', value: 60, low: 50, high: 70, n: 9, imputed: false, raw: null },
        judges: { kind: 'judges', value: null, low: null, high: null, n: null, imputed: false, raw: null },
        M: { kind: 'benchmark', value: 80, low: null, high: null, n: null, imputed: false, raw: null },
        N: { kind: 'benchmark', value: 40, low: null, high: null, n: null, imputed: true, raw: null },
      },
    },
    {
      model: 'b',
      score: null,
      low: null,
      high: null,
      rank: null,
      rank_low: null,
      rank_high: null,
      p_top: null,
      tier: null,
      observed: 0,
      measured: { present: 0, of: 2 },
      provisional: true,
      cells: {},
    },
  ],
  diagnostics: {
    missing_cells: 2,
    cells: 8,
    panel: { models: [], since: null },
    above: [],
    leave_one_out: [],
    flips: [],
    acceptability: [],
    rules: [],
    correlations: [],
    next: [],
    anchors: {},
    notes: [],
  },
};

describe('the unified table', () => {
  const rows = unifiedRows(UNIFIED, MODELS);

  it('leaves what nobody measured empty and marks predictions, in the table and in its file', () => {
    expect(rows[0]?.sources).toEqual({ people: 60, judges: null, benchmarks: 60 });
    expect(sourceValuesOf(UNIFIED.models[0]!, 'leave-out').values.benchmarks).toBe(80);
    expect(
      sourceValuesOf({ ...UNIFIED.models[0]!, cells: { N: UNIFIED.models[0]!.cells.N! } }).predicted,
    ).toEqual(new Set(['benchmarks']));
    expect(unifiedRecords(rows.slice(0, 1), ['people', 'judges', 'M', 'N', 'measured'])).toEqual([
      {
        rank: 1,
        rank_low: 1,
        rank_high: 2,
        model: 'a',
        score: 70,
        score_low: 65,
        score_high: 75,
        people: 60,
        people_predicted: 0,
        judges: null,
        judges_predicted: 0,
        M: 80,
        M_predicted: 0,
        N: 40,
        N_predicted: 1,
        measured: 1,
        benchmarks_total: 2,
        provisional: 0,
      },
    ]);
  });

  it.each([
    ['sort=score', 'ab'],
    ['sort=-model', 'ba'],
    ['sort=judges', 'ab'],
    ['sort=measured', 'ba'],
  ])('sorted by %s stands as %s', (text, names) => {
    expect(
      orderRows(rows, orderOf(search(text)), unifiedValue)
        .map((row) => row.model)
        .join(''),
    ).toBe(names);
  });
});

describe('a snapshot and the board of now', () => {
  const board = (snapshot: string | null, people: ModelRatingJson[], query: Record<string, unknown> = {}) =>
    ({
      snapshot,
      at: '2026-11-24T00:00:00.000Z',
      query: boardQuerySchema.parse(query),
      people: { models: people, comparisons: { read: 9, used: people.length * 10, excluded: [] } },
      judges: null,
    }) as unknown as Board;
  const kept = board('s1', [rated('a', 1100, 1), rated('b', 1000.2, 2)]);

  it('differ in ranks, in whole ratings and in newcomers, the largest step first', () => {
    const now = board(null, [rated('b', 1090, 1), rated('a', 1080, 2), rated('c', 900, 3)], {
      source: 'judges',
    });
    const changes = snapshotChanges(kept, now);
    expect(changes?.people.comparisons).toBe(10);
    expect(changes?.people.models.map(({ model: name }) => name)).toEqual(['c', 'b', 'a']);
    expect(changes?.judges).toEqual({ comparisons: 0, models: [] });
  });

  it('are the same where only digits behind the point differ', () => {
    const now = board(null, [rated('a', 1100.3, 1), rated('b', 1000.4, 2)]);
    expect(snapshotChanges(kept, now)?.people.models).toEqual([]);
  });

  it('are not compared under other switches', () => {
    expect(snapshotChanges(kept, board(null, [], { ties: 'drop' }))).toBeNull();
  });
});

describe('a history of ratings', () => {
  it('runs from left to right, high ratings above, gaps left out', () => {
    const at = (day: number) => `2026-11-0${day}T00:00:00.000Z`;
    const lines = historyLines(
      [
        { at: at(1), people: rated('a', 1000, 1), judges: null },
        { at: at(2), people: rated('a', null, null), judges: null },
        { at: at(3), people: rated('a', 1100, 1), judges: rated('a', 1050, 1) },
      ],
      { width: 100, height: 100, pad: 10 },
    );
    expect(lines.people.map(({ x }) => x)).toEqual([10, 90]);
    expect(lines.people[0]!.y).toBeGreaterThan(lines.people[1]!.y);
    expect(lines.people[0]!.bottom).toBe(90);
    expect(lines.people[1]!.top).toBe(10);
    expect(lines.judges).toHaveLength(1);
  });
});
