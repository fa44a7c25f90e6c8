import {
  type Comparison,
  DEFAULT_RATING_SETTINGS,
  isArenaError,
  type RatingSettings,
  toColumns,
} from '@agon/domain';
import { normalDraws, seededRandom } from '@agon/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import { fitRatings } from '../fit-ratings.ts';
import { fitPredictionPowered } from './fit-prediction-powered.ts';

const NAMES = ['m0', 'm1', 'm2', 'm3'];

type Judged = { readonly prompt: number; readonly a: number; readonly b: number };

function rate(rows: readonly Comparison[], over: Partial<RatingSettings> = {}) {
  return fitRatings(toColumns(rows, NAMES), {
    ...DEFAULT_RATING_SETTINGS,
    method: 'prediction-powered',
    ...over,
  });
}

function vote({ prompt, a, b }: Judged, points: number, more: Partial<Comparison> = {}): Comparison {
  return {
    modelA: NAMES[a]!,
    modelB: NAMES[b]!,
    outcome: points === 1 ? 'a' : points === 0 ? 'b' : 'tie',
    source: 'people',
    promptKey: `p${prompt}`,
    ...more,
  };
}

function verdict(battle: Judged, points: number): Comparison {
  return vote(battle, points, {
    source: 'judges',
    rater: 'judge',
    ...(points > 0 && points < 1 && points !== 0.5 ? { shareA: points, outcome: 'tie' } : {}),
  });
}

const TRUTH = [0.6, 0.2, -0.2, -0.6];
const BIAS = [0, 0.8, 0, -0.8];

/** People see few battles, judges many, and other pairs more often than people do. */
function simulate(tag: string, voted: number, judged: number, skew = true) {
  const random = seededRandom(tag);
  const noise = normalDraws(random, voted + judged);
  const rows: Comparison[] = [];
  for (let at = 0; at < voted + judged; at += 1) {
    const a = random.below(4);
    let b = (a + 1 + random.below(3)) % 4;
    if (skew && at >= voted && random.next() < 0.6) b = (a + 1) % 4;
    const battle = { prompt: at, a, b };
    const quality = 2 * noise[at]!;
    const gap = TRUTH[a]! - TRUTH[b]!;
    if (at < voted) rows.push(vote(battle, Number(random.next() < logistic(1.8 * gap + quality))));
    rows.push(verdict(battle, logistic(1.8 * (gap + BIAS[a]! - BIAS[b]!) + quality)));
  }
  return rows;
}

describe('few people, many verdicts of a biased judge who saw other pairs more often', () => {
  it('covers what people hold, with narrower intervals; the judge alone does not', () => {
    const people = simulate('target', 60_000, 0).filter(({ source }) => source === 'people');
    const target = fitRatings(toColumns(people, NAMES), { ...DEFAULT_RATING_SETTINGS, interval: 'none' });
    const truth = new Map(target.models.map(({ model, rating }) => [model, rating!]));
    const inside = (models: readonly { model: string; low: number | null; high: number | null }[]): number =>
      models.filter(({ model, low, high }) => low! <= truth.get(model)! && truth.get(model)! <= high!).length;
    let [covered, byJudge, narrower, gain] = [0, 0, 0, 0];
    const repeats = 100;
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      const rows = simulate(`mixed/${repeat}`, 400, 4000);
      const result = rate(rows);
      covered += inside(result.models);
      narrower += result.judgePower!.narrower! / repeats;
      gain += result.judgePower!.gain / repeats;
      const judges = rows.filter(({ source }) => source === 'judges');
      byJudge += inside(fitRatings(toColumns(judges, NAMES), DEFAULT_RATING_SETTINGS).models);
    }
    // 400 intervals, in clusters of 4: four standard errors are 5 points or so
    expect(covered / (4 * repeats)).toBeGreaterThan(0.9);
    expect(byJudge / (4 * repeats)).toBeLessThan(0.5);
    expect(narrower).toBeGreaterThan(0.05);
    expect(gain).toBeGreaterThan(1.1);
  });

  it('is the published estimate where judges saw the pairs as often as people did', () => {
    const random = seededRandom('balanced');
    const labelled: { a: number; b: number; human: number; judge: number }[] = [];
    const judged: { a: number; b: number; judge: number }[] = [];
    const rows: Comparison[] = [];
    let prompt = 0;
    for (let a = 0; a < 4; a += 1) {
      for (let b = a + 1; b < 4; b += 1) {
        // as many of each pair, with three battles of the judge's own beside each vote
        for (let k = 0; k < 4 * 12; k += 1) {
          prompt += 1;
          const judge = random.next();
          if (k % 4 > 0) judged.push({ a, b, judge });
          else {
            const human = Number(random.next() < 0.3 + 0.4 * judge + 0.1 * (b - a));
            labelled.push({ a, b, human, judge });
            rows.push(vote({ prompt, a, b }, human));
          }
          rows.push(verdict({ prompt, a, b }, judge));
        }
      }
    }
    const result = rate(rows);
    const { lambda } = result.judgePower!;
    expect(lambda).toBeGreaterThan(0.1);
    // the mean over a pair is taken over voted and other battles: λ (x̄ − x̄ all) = λ N/(n + N) (x̄ − x̄ others)
    const published = fitPredictionPowered(4, labelled, judged, (lambda * 3) / 4)!;
    for (const { model, rating } of result.models) {
      const own = 1000 + ELO_PER_LOGIT * published.theta[NAMES.indexOf(model)]!;
      expect(Math.abs(rating! - own)).toBeLessThan(1e-7);
    }
  });
});

describe('laws', () => {
  it('a judge who says the same of everything leaves people alone', () => {
    const rows = simulate('constant', 300, 600).map((row) =>
      row.source === 'judges' ? { ...row, shareA: 0.5 } : row,
    );
    const { models, judgePower, warnings } = rate(rows);
    expect(judgePower).toMatchObject({ lambda: 0, gain: 1, narrower: 0 });
    expect(warnings.map(({ code }) => code)).toContain('judges_uninformative');
    for (const { rating, peopleRating, low, peopleLow } of models) {
      expect(rating).toBe(peopleRating);
      expect(low).toBe(peopleLow);
    }
  });

  it('people’s column is plain Bradley–Terry, and the intervals too where every battle has one vote', () => {
    const rows = simulate('people', 500, 500);
    const powered = rate(rows);
    const people = rows.filter(({ source }) => source === 'people');
    const alone = fitRatings(toColumns(people, NAMES), DEFAULT_RATING_SETTINGS);
    for (const { model, rating, low } of alone.models) {
      const own = powered.models.find((row) => row.model === model)!;
      expect(own.peopleRating).toBeCloseTo(rating!, 8);
      // clusters of one vote each: C/(C − 1) is all that differs
      expect(Math.abs((own.peopleLow! - own.peopleRating!) / (low! - rating!) - 1)).toBeLessThan(0.002);
    }
  });

  it('sides and order of the rows change nothing', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.constantFrom('none', 'rater', 'prompt', 'rater,prompt'),
        (seed, cluster) => {
          const rows = simulate(`laws/${seed}`, 150, 200).map((row, at) =>
            row.source === 'people' ? { ...row, rater: `r${at % 7}`, promptKey: row.promptKey! } : row,
          );
          const random = seededRandom(`turn/${seed}`);
          const turned = rows
            .map((row) => {
              if (random.next() < 0.5) return row;
              const outcome = row.outcome === 'a' ? 'b' : row.outcome === 'b' ? 'a' : row.outcome;
              const share = row.shareA === undefined ? {} : { shareA: 1 - row.shareA };
              return { ...row, modelA: row.modelB, modelB: row.modelA, outcome, ...share } as Comparison;
            })
            .reverse();
          const [first, second] = [rate(rows, { cluster }), rate(turned, { cluster })];
          first.models.forEach((row, at) => {
            expect(row.model).toBe(second.models[at]!.model);
            expect(row.rating).toBeCloseTo(second.models[at]!.rating!, 6);
            expect(row.low).toBeCloseTo(second.models[at]!.low!, 6);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('both orders of a judge, and several judges, are one word on a battle', () => {
    const battle = { prompt: 1, a: 0, b: 1 };
    const people = simulate('orders', 200, 0).filter(({ source }) => source === 'people');
    const once = [
      ...people,
      vote(battle, 1),
      verdict(battle, 0.5),
      verdict({ ...battle, prompt: 900_001 }, 1),
    ];
    const twice = [
      ...people,
      vote(battle, 1),
      verdict(battle, 1),
      verdict({ prompt: 1, a: 1, b: 0 }, 1),
      verdict({ ...battle, prompt: 900_001 }, 1),
    ];
    rate(once).models.forEach((row, at) => {
      expect(row.rating).toBeCloseTo(rate(twice).models[at]!.rating!, 9);
    });
  });

  it('a turn of a prompt is a battle of its own', () => {
    const rows = [
      vote({ prompt: 1, a: 0, b: 1 }, 1, { turn: 1 }),
      vote({ prompt: 1, a: 0, b: 1 }, 0, { turn: 1 }),
      { ...verdict({ prompt: 1, a: 0, b: 1 }, 1), turn: 2 },
    ];
    expect(() => rate(rows)).toThrow('None of the 1 verdicts');
  });
});

describe('what cannot be told is said', () => {
  it.each([
    ['no person', [verdict({ prompt: 1, a: 0, b: 1 }, 1)], 'no vote of a person'],
    ['no judge', [vote({ prompt: 1, a: 0, b: 1 }, 1)], 'no verdict of a judge'],
    [
      'other prompts',
      [
        vote({ prompt: 1, a: 0, b: 1 }, 1),
        vote({ prompt: 1, a: 0, b: 1 }, 0),
        verdict({ prompt: 2, a: 0, b: 1 }, 1),
      ],
      'None of the 1 verdicts',
    ],
  ])('%s', (_, rows, message) => {
    try {
      rate(rows);
      expect.unreachable();
    } catch (error) {
      expect(isArenaError(error) && error.code).toBe('no_overlap');
      expect(error instanceof Error ? error.message : '').toContain(message);
    }
  });

  it('judges who saw nothing else, verdicts on pairs without votes, models that only judges know', () => {
    const rows = [
      ...simulate('all', 200, 0).filter(({ modelA, modelB }) => modelA !== 'm3' && modelB !== 'm3'),
      verdict({ prompt: 1, a: 0, b: 3 }, 1),
    ];
    const { warnings, comparisons, models } = rate(rows);
    const codes = warnings.map(({ code }) => code);
    expect(codes).toContain('no_extra_verdicts');
    expect(codes).toContain('without_comparisons');
    expect(comparisons.excluded).toContainEqual({ reason: 'verdict_on_pair_without_votes', count: 1 });
    expect(comparisons.read).toBe(
      comparisons.used + comparisons.excluded.reduce((sum, { count }) => sum + count, 0),
    );
    expect(models.find(({ model }) => model === 'm3')?.rating).toBeNull();
  });
});
