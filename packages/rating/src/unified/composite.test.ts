import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { DRAWS, drawEvidence } from './draw-evidence.ts';
import type { Evidence, EvidenceInput } from './evidence.ts';
import { gatherEvidence } from './gather-evidence.ts';
import { rankComposite } from './rank-composite.ts';
import { acceptabilityOf, flipWeights, leaveSourcesOut, measureNext, rankByRules } from './sensitivity.ts';
import { type Campaign, simulateCampaign } from './simulate-campaign.ts';

const WEIGHTS = { people: 50, judges: 20, benchmarks: 30 };
const NONE = { result: null, insights: null };
const random = seededRandom('composite tests');

type Grid = readonly (readonly (number | null)[])[];

/** Benchmarks alone: `grid[model][benchmark]` 0..1. */
function ofGrid(grid: Grid, n: number | null = 200): EvidenceInput {
  const names = grid[0]!.map((_, k) => `b${k}`);
  return {
    models: grid.map((_, i) => `m${i}`),
    people: NONE,
    judges: NONE,
    benchmarks: names.map((name) => ({ name, chance: 0.25 })),
    scores: grid.flatMap((row, i) =>
      row.flatMap((score, k) => (score === null ? [] : [{ model: `m${i}`, benchmark: names[k]!, score, n }])),
    ),
    panel: [],
  };
}
const randomGrid = (models: number, benchmarks: number, missing: number): (number | null)[][] =>
  Array.from({ length: models }, () =>
    Array.from({ length: benchmarks }, () => (random.next() < missing ? null : random.next())),
  );
const scoresOf = (evidence: Evidence, weights = WEIGHTS) =>
  new Map(
    rankComposite(evidence, drawEvidence(evidence, 1, 50), weights).models.map(({ model, score }) => [
      model,
      score,
    ]),
  );
const orderOf = (evidence: Evidence, weights = WEIGHTS) =>
  rankComposite(evidence, drawEvidence(evidence, 1, 50), weights)
    .models.filter(({ rank }) => rank !== null)
    .map(({ model }) => model);

describe('the composite, by hand', () => {
  it('is the weighted mean between fixed anchors, missing benchmarks predicted', () => {
    const evidence = gatherEvidence(
      ofGrid([
        [0.625, 1],
        [0.25, 0.25],
      ]),
    );
    const { models } = rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS);
    // (0.625 − 0.25) / 0.75 = 50 %, (1 − 0.25) / 0.75 = 100 %
    expect(models.map(({ model, score, rank }) => [model, score, rank])).toEqual([
      ['m0', 75, 1],
      ['m1', 0, 2],
    ]);
    for (const { low, high, pTop } of models) {
      expect(low! < high!).toBe(true);
      expect(pTop! >= 0 && pTop! <= 1).toBe(true);
    }
  });

  it('counts what was not measured, and gives no place to a model that little is known of', () => {
    const evidence = gatherEvidence(
      ofGrid([
        [0.9, 0.9, 0.8],
        [0.5, 0.6, 0.5],
        [0.95, null, null],
      ]),
    );
    const ranked = rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS);
    const last = ranked.models.at(-1)!;
    expect(last).toMatchObject({ model: 'm2', rank: null, provisional: true });
    expect(last.observed).toBeCloseTo(1 / 3, 12);
    expect(last.score).toBeGreaterThan(70);
    const cells = evidence.sources.map(({ cells: own }) => own[2]!);
    expect(cells.map(({ imputed }) => imputed)).toEqual([false, true, true]);
    // a predicted cell is surer of itself than a coin, and less sure than a measured one
    expect(cells[1]!.se).toBeGreaterThan(2 * cells[0]!.se!);
    const left = rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS, 'leave-out').models;
    expect(left.find(({ model }) => model === 'm2')!.score).toBeCloseTo((100 * (0.95 - 0.25)) / 0.75, 9);
  });

  it('ranks no model by predictions of a whole side', () => {
    const campaign = simulateCampaign('side', { models: 6, votes: 400 });
    const scores = campaign.input.scores.filter(({ model }) => model !== 'm3');
    const evidence = gatherEvidence({ ...campaign.input, scores });
    const found = rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS).models;
    expect(found.at(-1)).toMatchObject({ model: 'm3', provisional: true, rank: null });
    expect(found.at(-1)!.observed).toBeCloseTo(0.7, 9);
    // people alone ask for no benchmark
    const liked = rankComposite(evidence, drawEvidence(evidence, 1), { people: 1, judges: 0, benchmarks: 0 });
    expect(liked.models.every(({ provisional }) => !provisional)).toBe(true);
  });

  it('has no interval where an error is not known, and says nothing of nothing', () => {
    const { input } = simulateCampaign('bare', { models: 4, votes: 200 });
    const bare = {
      ...input,
      people: {
        insights: null,
        result: {
          ...input.people.result!,
          models: input.people.result!.models.map((row) => ({ ...row, low: null, high: null })),
        },
      },
    };
    const evidence = gatherEvidence(bare);
    for (const row of rankComposite(evidence, drawEvidence(evidence, 1), WEIGHTS).models) {
      expect(row.score).not.toBeNull();
      expect(row).toMatchObject({ low: null, high: null, rankLow: null, pTop: null });
    }
    const zero = rankComposite(evidence, drawEvidence(evidence, 1), { people: 0, judges: 0, benchmarks: 0 });
    expect(zero.models.every(({ score, rank }) => score === null && rank === null)).toBe(true);
    const none = gatherEvidence({
      models: ['x'],
      people: NONE,
      judges: NONE,
      benchmarks: [],
      scores: [],
      panel: [],
    });
    expect(rankComposite(none, drawEvidence(none, 1), WEIGHTS).models[0]!.score).toBeNull();
    expect(flipWeights(none, WEIGHTS)).toEqual([]);
  });

  it('stays finite at 0 %, 100 %, one model and one giant source', () => {
    for (const grid of [
      [[0, 0]],
      [
        [1, 1],
        [0, 0],
      ],
      [
        [1, null],
        [null, 0],
      ],
      [
        [0.25, 0.25],
        [0.25, 0.25],
      ],
    ]) {
      for (const n of [1, 1e9, null]) {
        const evidence = gatherEvidence(ofGrid(grid, n));
        const drawn = drawEvidence(evidence, 1, 60);
        const found = rankComposite(evidence, drawn, WEIGHTS);
        const text = JSON.stringify([
          evidence,
          found,
          flipWeights(evidence, WEIGHTS),
          measureNext(evidence, drawn, WEIGHTS),
        ]);
        expect(text).not.toMatch(/NaN|Infinity/);
        for (const { score } of found.models) expect(Number.isFinite(score)).toBe(true);
      }
    }
  });
});

describe('laws of the composite', () => {
  it('raising one measured cell never lowers that model’s score: 10,000 grids', () => {
    let violations = 0;
    for (let round = 0; round < 10_000; round += 1) {
      const grid = randomGrid(3 + random.below(3), 2 + random.below(3), 0.3);
      const cells = grid.flatMap((row, i) =>
        row.flatMap((value, k) => (value === null ? [] : [[i, k] as const])),
      );
      if (cells.length === 0) continue;
      const [i, k] = cells[random.below(cells.length)]!;
      const raised = grid.map((row) => [...row]);
      raised[i]![k] = Math.min(1, grid[i]![k]! + random.next() / 2);
      const [before, after] = [scoreOf(grid, i), scoreOf(raised, i)];
      if (before !== null && after! < before - 1e-9) violations += 1;
    }
    expect(violations).toBe(0);
  });

  it('on complete benchmarks, no model that is dropped changes the order of the rest', () => {
    for (let round = 0; round < 200; round += 1) {
      const grid = randomGrid(6, 4, 0);
      const full = orderOf(gatherEvidence(ofGrid(grid)));
      const dropped = `m${random.below(6)}`;
      const input = ofGrid(grid);
      const rest = gatherEvidence({
        ...input,
        models: input.models.filter((model) => model !== dropped),
        scores: input.scores.filter(({ model }) => model !== dropped),
      });
      expect(orderOf(rest)).toEqual(full.filter((model) => model !== dropped));
    }
  });

  it('the order of models, votes and sources changes no score; nor does a benchmark counted twice at half', () => {
    const { input } = simulateCampaign('order', { models: 5, votes: 300 });
    const base = scoresOf(gatherEvidence(input));
    const permuted = gatherEvidence({
      ...input,
      models: input.models.toReversed(),
      benchmarks: input.benchmarks.toReversed(),
      scores: input.scores.toReversed(),
    });
    for (const [model, score] of scoresOf(permuted)) expect(score).toBeCloseTo(base.get(model)!, 9);
    const grid = randomGrid(5, 3, 0);
    const twice = grid.map((row) => [...row, row[0]!]);
    const [once, again] = [gatherEvidence(ofGrid(grid)), gatherEvidence(ofGrid(twice))];
    const halved = { ...WEIGHTS, each: { b0: 0.5, b3: 0.5 } };
    const found = scoresOf(again, halved as typeof WEIGHTS);
    for (const [model, score] of scoresOf(once)) expect(found.get(model)).toBeCloseTo(score!, 9);
  });

  it('weights matter only to each other, however small', () => {
    const evidence = gatherEvidence(simulateCampaign('scale', { models: 5, votes: 300 }).input);
    const drawn = drawEvidence(evidence, 1, 200);
    const [one, tiny] = [1, 1e-300].map((by) =>
      rankComposite(evidence, drawn, { people: 50 * by, judges: 20 * by, benchmarks: 30 * by }),
    );
    one!.models.forEach(({ score, low, high }, i) => {
      expect(tiny!.models[i]!.score).toBeCloseTo(score!, 9);
      expect(tiny!.models[i]!.low).toBeCloseTo(low!, 9);
      expect(tiny!.models[i]!.high).toBeCloseTo(high!, 9);
    });
  });

  it('equals a slow twin to 1e-6: means in the clear, ranks from all pairs of draws', () => {
    const evidence = gatherEvidence(simulateCampaign('twin', { models: 6, votes: 500 }).input);
    const drawn = drawEvidence(evidence, 3, 300);
    const found = rankComposite(evidence, drawn, WEIGHTS);
    const kinds = evidence.sources.map(({ kind }) => kind);
    const weightOf = (kind: string): number =>
      kind === 'people'
        ? 0.5
        : kind === 'judges'
          ? 0.2
          : 0.3 / kinds.filter((other) => other === kind).length;
    const naive = evidence.models.map((model, at) => ({
      model,
      score: evidence.sources.reduce((sum, { kind, cells }) => sum + weightOf(kind) * cells[at]!.value, 0),
      draws: Array.from({ length: 300 }, (_, d) =>
        evidence.sources.reduce((sum, { kind }, k) => sum + weightOf(kind) * drawn.values[k]![at]![d]!, 0),
      ),
    }));
    const byName = new Map(naive.map((row) => [row.model, row]));
    for (const { model, score, pTop, low } of found.models) {
      const own = byName.get(model)!;
      expect(Math.abs(score! - own.score)).toBeLessThan(1e-6);
      const first =
        own.draws.filter((value, d) => naive.every((other) => other.draws[d]! <= value)).length / 300;
      expect(pTop).toBeCloseTo(first, 9);
      const sorted = own.draws.toSorted((x, y) => x - y);
      expect(low).toBeCloseTo(Math.min(own.score, sorted[7]! + 0.475 * (sorted[8]! - sorted[7]!)), 6);
    }
    found.above.forEach((row, i) => {
      row.forEach((p, j) => {
        if (i === j) return;
        const [x, y] = [byName.get(found.models[i]!.model)!, byName.get(found.models[j]!.model)!];
        expect(p).toBeCloseTo(x.draws.filter((value, d) => value > y.draws[d]!).length / 300, 9);
      });
    });
  });

  it('a win rate is against the frozen panel: later entrants change nothing', () => {
    const { input } = simulateCampaign('panel', { models: 6, votes: 600 });
    const panel = ['m0', 'm1', 'm2'];
    const evidence = gatherEvidence({ ...input, panel });
    expect(evidence.panel).toEqual(panel);
    const people = input.people.result!;
    const without = gatherEvidence({
      ...input,
      panel,
      people: {
        insights: null,
        result: { ...people, models: people.models.filter(({ model }) => model !== 'm5') },
      },
    });
    for (const at of [0, 1, 2, 3, 4]) {
      const [x, y] = [evidence, without].map(({ sources }) => sources[0]!.cells[at]!.value);
      expect(x).toBeCloseTo(y!, 9);
    }
  });
});

function scoreOf(grid: Grid, model: number): number | null {
  return scoresOf(gatherEvidence(ofGrid(grid))).get(`m${model}`) ?? null;
}

describe('sensitivity', () => {
  const evidence = gatherEvidence(simulateCampaign('flips', { models: 6, votes: 500 }).input);

  it('at its flip weight the challenger draws level, and a little further leads', () => {
    const flips = flipWeights(evidence, WEIGHTS);
    const [leader] = orderOf(evidence);
    const total = (to: number, source: 'people' | 'judges' | 'benchmarks') => {
      const rest = 100 - WEIGHTS[source];
      return Object.fromEntries(
        Object.entries(WEIGHTS).map(([name, weight]) => [
          name,
          name === source ? to : ((1 - to) * weight) / rest,
        ]),
      ) as typeof WEIGHTS;
    };
    const sides = flips.filter(({ source }) => source in WEIGHTS);
    for (const { source, from, to, challenger } of sides) {
      const name = source as keyof typeof WEIGHTS;
      expect(from).toBeCloseTo(WEIGHTS[name] / 100, 9);
      const scores = scoresOf(evidence, total(to, name));
      expect(scores.get(leader!)).toBeCloseTo(scores.get(challenger)!, 6);
    }
    expect(flips.map(({ from, to }) => Math.abs(to - from))).toEqual(
      flips.map(({ from, to }) => Math.abs(to - from)).toSorted((x, y) => x - y),
    );
  });

  it('leaves each source out, and each benchmark', () => {
    expect(leaveSourcesOut(evidence, WEIGHTS).map(({ without }) => without)).toEqual([
      'people',
      'judges',
      'benchmarks',
      'b0',
      'b1',
      'b2',
      'b3',
    ]);
  });

  it('shares of weightings add up to 1; rules order the same models', () => {
    const found = acceptabilityOf(evidence, WEIGHTS, 1);
    for (const key of ['near', 'any'] as const) {
      expect(found.reduce((sum, row) => sum + row[key], 0)).toBeCloseTo(1, 9);
    }
    const order = orderOf(evidence);
    for (const { order: other } of rankByRules(evidence, WEIGHTS)) {
      expect([...other].sort()).toEqual([...order].sort());
    }
  });

  it('names the cell behind most of the uncertainty at the top', () => {
    const [first] = measureNext(evidence, drawEvidence(evidence, 1, DRAWS), WEIGHTS);
    expect(first!.share).toBeGreaterThan(0);
    expect(first!.narrower).toBeGreaterThan(0);
  });
});

describe('coverage of 95 % intervals', () => {
  it('of the composite: 500 simulated campaigns, biased judges, 30 % of benchmark cells missing', () => {
    let [inside, of] = [0, 0];
    for (let round = 0; round < 500; round += 1) {
      const campaign: Campaign = simulateCampaign(`coverage/${round}`, {
        models: 8,
        votes: 300,
        missing: 0.3,
      });
      const evidence = gatherEvidence(campaign.input);
      const { models } = rankComposite(evidence, drawEvidence(evidence, round, 400), WEIGHTS);
      for (const { model, low, high } of models) {
        const truth = campaign.composite(model, WEIGHTS);
        if (low === null || high === null) continue;
        of += 1;
        if (truth >= low && truth <= high) inside += 1;
      }
    }
    expect(of).toBeGreaterThan(3000);
    const share = inside / of;
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });
});
