import { describe, expect, it } from 'vitest';
import { PairCells, shadeOf } from '#lib/board/tables/pair-cells.ts';
import { compositeOrder, compositeScore, type ModelSources } from '#lib/board/tables/sources.ts';
import { shortNames } from '#lib/board/text/short-names.ts';
import { likedMeasured } from './liked-measured.ts';
import { placeLabels } from './place-labels.ts';
import { fixedScale, plotScale } from './plot-scale.ts';
import { rankRibbon } from './rank-ribbon.ts';

const model = (
  name: string,
  people: number | null,
  judges: number | null,
  benchmarks: number | null,
): ModelSources => ({ model: name, values: { people, judges, benchmarks }, predicted: new Set() });

/** liked: people love it; measured: benchmarks do; bare: nobody measured it. */
const MODELS = [
  model('liked', 80, 70, 20),
  model('measured', 40, 50, 90),
  model('middle', 60, 60, 55),
  model('bare', 10, 10, null),
];

describe('a plot’s scale', () => {
  it('keeps every value inside, in per cent', () => {
    const { at, ticks } = plotScale([745, 1317, null]);
    expect(at(745)).toBe(4);
    expect(at(1317)).toBe(96);
    expect(ticks).toEqual([800, 900, 1000, 1100, 1200, 1300]);
  });

  it('stands without data, and on a single value', () => {
    expect(plotScale([]).ticks.length).toBeGreaterThan(1);
    expect(plotScale([1000, 1000]).at(1000)).toBe(50);
    expect(fixedScale(0, 100).at(50)).toBe(50);
  });
});

describe('head to head', () => {
  const cells = new PairCells([
    { model_a: 'x', model_b: 'y', wins: 6, ties: 2, losses: 2 },
    { model_a: 'x', model_b: 'z', wins: 0, ties: 0, losses: 0 },
  ]);

  it('reads from both sides, ties as halves', () => {
    expect(cells.get('x', 'y')).toMatchObject({ wins: 6, ties: 2, losses: 2, n: 10, share: 0.7 });
    expect(cells.get('y', 'x')).toMatchObject({ wins: 2, losses: 6, n: 10 });
    expect(cells.get('y', 'x')?.share).toBeCloseTo(0.3, 12);
  });

  it('has no cell for a pair that never met', () => {
    expect(cells.get('x', 'z')).toBeUndefined();
    expect(cells.most).toBe(10);
  });

  it.each([
    [0, 0],
    [0.5, 4],
    [1, 8],
  ])('%d is shade %i', (share, shade) => expect(shadeOf(share)).toBe(shade));
});

describe('short names', () => {
  it('are cut where they still differ', () => {
    expect([...shortNames(['gpt-4', 'gpt-3.5-turbo', 'vicuna-13b-v1.2', 'claude-v1']).values()]).toEqual([
      'gpt-4',
      'gpt-3.5',
      'vicuna',
      'claude',
    ]);
    expect([...shortNames(['llama-7b', 'llama-13b', 'solo']).values()]).toEqual([
      'llama-7b',
      'llama-13b',
      'solo',
    ]);
  });
});

describe('the composite in the browser', () => {
  it('is the weighted mean of what was measured', () => {
    const weights = { people: 50, judges: 20, benchmarks: 30 };
    expect(compositeScore({ people: 80, judges: 70, benchmarks: 20 }, weights)).toBe(60);
    // 50 and 20 of 70: nothing stands in for the missing benchmark
    expect(compositeScore({ people: 10, judges: 10, benchmarks: null }, weights)).toBe(10);
    expect(
      compositeScore({ people: 1, judges: null, benchmarks: null }, { people: 0, judges: 1, benchmarks: 1 }),
    ).toBeNull();
  });

  it('orders models, and leaves out those without a score', () => {
    expect(compositeOrder(MODELS, { people: 0, judges: 0, benchmarks: 1 })).toEqual([
      'measured',
      'middle',
      'liked',
    ]);
  });
});

describe('the rank ribbon', () => {
  const ribbon = rankRibbon(MODELS, { people: 50, judges: 20, benchmarks: 30 }, 11);

  it('follows each model from people and judges alone to benchmarks alone', () => {
    expect(ribbon.shares[0]).toBe(0);
    expect(ribbon.shares.at(-1)).toBe(1);
    expect(ribbon.now).toBeCloseTo(0.3, 12);
    const places = new Map(ribbon.lines.map((line) => [line.model, line.places]));
    expect(places.get('liked')?.[0]).toBe(1);
    expect(places.get('liked')?.at(-1)).toBe(3);
    expect(places.get('measured')?.at(-1)).toBe(1);
  });

  it('ends the line of a model that nothing with weight has measured', () => {
    const bare = ribbon.lines.find((line) => line.model === 'bare');
    expect(bare?.places.slice(0, -1).every((place) => place === 4)).toBe(true);
    expect(bare?.places.at(-1)).toBeNull();
  });

  it('names who moves most', () => {
    expect(ribbon.mover).toEqual({ model: 'liked', gain: -2 });
    expect(rankRibbon([model('one', 1, 1, 1)], { people: 0, judges: 0, benchmarks: 0 }).mover).toBeNull();
  });
});

describe('liked against measured', () => {
  it('puts each model off the common line', () => {
    // three points on y = x + 10, and one 8 above it pulls the line: residuals sum to nought
    const { points, line, without } = likedMeasured([
      model('a', 20, null, 10),
      model('b', 30, null, 20),
      model('c', 48, null, 30),
      model('d', 50, null, 40),
      model('e', null, 50, 40),
    ]);
    expect(line?.slope).toBeCloseTo(1.08, 12);
    expect(points.reduce((sum, point) => sum + (point.excess ?? 0), 0)).toBeCloseTo(0, 10);
    expect(points.find((point) => point.model === 'c')?.excess).toBeCloseTo(5.6, 10);
    expect(without).toEqual(['e']);
  });

  it('draws no line through two points, nor through one column of them', () => {
    expect(likedMeasured([model('a', 1, 1, 1), model('b', 2, 2, 2)]).line).toBeNull();
    expect(likedMeasured([model('a', 1, 1, 5), model('b', 2, 2, 5), model('c', 3, 3, 5)]).line).toBeNull();
  });
});

describe('labels of dots', () => {
  it('keep off each other and inside the plot', () => {
    const labels = placeLabels(
      [
        { x: 100, y: 50, text: 'claude-v1' },
        { x: 108, y: 52, text: 'gpt-3.5-turbo' },
        { x: 4, y: 90, text: 'edge' },
      ],
      { width: 300, height: 120 },
    );
    expect(labels[0]?.anchor).toBe('end');
    expect(labels[1]?.anchor).toBe('start');
    expect(labels[2]?.anchor).not.toBe('end');
  });
});
