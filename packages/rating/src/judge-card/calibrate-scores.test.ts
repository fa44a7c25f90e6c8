import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { calibrateScores, chanceOf, type ScoredItem } from './calibrate-scores.ts';
import type { CardLabel } from './judged-item.ts';

const item = (prompt: string, gap: number, ...votes: readonly CardLabel[]): ScoredItem => ({
  prompt,
  splitBy: prompt,
  votes,
  gaps: [{ order: 'ab', gap }],
});

/** People who follow a model's scores by a known slope. */
function simulated(count: number, slope: number, seed: string, votes = 1, scale = 1): ScoredItem[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, k) => {
    const gap = 6 * random.next() - 3;
    const own = Array.from(
      { length: votes },
      () => (random.next() < logistic(slope * gap) ? 'a' : 'b') as CardLabel,
    );
    return item(`prompt ${k}`, scale * gap, ...own);
  });
}
const turned = (items: readonly ScoredItem[]): ScoredItem[] =>
  items.map(({ prompt, splitBy, gaps, votes }) => ({
    prompt,
    splitBy,
    gaps: gaps.map(({ order, gap }) => ({ order, gap: -gap })),
    votes: votes.map((vote) => (vote === 'tie' ? 'tie' : vote === 'a' ? 'b' : 'a')),
  }));

/** The best slope found by looking at every one of a fine grid: the slow twin. */
function bestOfGrid(items: readonly ScoredItem[]): number {
  const gaps = items.flatMap(({ gaps: [first], votes }) => votes.map(() => first!.gap));
  const spread = Math.sqrt(gaps.reduce((sum, gap) => sum + gap * gap, 0) / gaps.length);
  let best = { slope: 0, value: Number.NEGATIVE_INFINITY };
  for (let slope = 0; slope <= 3; slope += 0.0005) {
    let value = -0.02 * (slope * spread) ** 2;
    for (const {
      gaps: [first],
      votes,
    } of items) {
      for (const vote of votes) {
        const isA = vote === 'a' ? 1 : vote === 'b' ? 0 : 0.5;
        const p = logistic(slope * first!.gap);
        value += isA * Math.log(p) + (1 - isA) * Math.log(1 - p);
      }
    }
    if (value > best.value) best = { slope, value };
  }
  return best.slope;
}

describe('calibrateScores', () => {
  it('finds the slope that people follow, with an interval that holds it, and helps on votes it did not see', () => {
    const found = calibrateScores(simulated(3000, 0.7, 'known'));
    expect(found.state).toBe('fitted');
    expect(found.slope.value).toBeCloseTo(0.7, 1);
    expect(found.slope.low!).toBeLessThan(0.7);
    expect(found.slope.high!).toBeGreaterThan(0.7);
    const { calibrated, asItIs, half } = found.figures;
    expect(calibrated.logLoss!).toBeLessThan(asItIs.logLoss!);
    expect(asItIs.logLoss!).toBeLessThan(half.logLoss!);
    expect(calibrated.ece!).toBeLessThan(0.05);
    expect(half).toMatchObject({ logLoss: expect.closeTo(Math.LN2, 12), accuracy: 0.5, brier: 0.25 });
    expect(found.gain.value).toBeCloseTo(half.logLoss! - calibrated.logLoss!, 12);
    expect(found.gain.low!).toBeGreaterThan(0);
    expect(found.heldOut).toEqual({ votes: 3000, battles: 3000, prompts: 3000 });
    expect(found.slopes).toHaveLength(5);
  });

  it('covers the slope in about 95 of 100 campaigns whose prompts share their votes', () => {
    let covered = 0;
    for (let round = 0; round < 200; round += 1) {
      const { slope } = calibrateScores(simulated(120, 0.5, `round ${round}`, 3));
      if (slope.low! <= 0.5 && 0.5 <= slope.high!) covered += 1;
    }
    expect(covered).toBeGreaterThan(182);
    expect(covered).toBeLessThan(199);
  });

  it('agrees with a search over a grid, ties as half a vote for each', () => {
    const items = simulated(150, 0.6, 'grid', 2).map((each, k) =>
      k % 5 === 0 ? { ...each, votes: ['tie' as const, ...each.votes] } : each,
    );
    expect(calibrateScores(items).slope.value).toBeCloseTo(bestOfGrid(items), 3);
  });

  it('takes the chance of a battle from votes on other prompts alone', () => {
    const items = simulated(100, 0.6, 'folds');
    const plain = calibrateScores(items);
    // what people say of one prompt moves the fit, and not the chances of that prompt's own battles
    const changed = items.map((each, k) => (k === 7 ? { ...each, votes: Array(9).fill('b') } : each));
    const other = calibrateScores(changed);
    expect(other.slope.value).not.toBe(plain.slope.value);
    expect(chanceOf(other, items[7]!, 2)).toBe(chanceOf(plain, items[7]!, 2));
    const moved = items.filter((each) => chanceOf(other, each, 2) !== chanceOf(plain, each, 2));
    expect(moved.length).toBeGreaterThan(60);
  });

  it('is the same with answers exchanged, and scales with the model’s scale', () => {
    const items = simulated(400, 0.8, 'laws');
    const plain = calibrateScores(items);
    const other = calibrateScores(turned(items));
    expect(other.slope.value).toBeCloseTo(plain.slope.value!, 12);
    expect(other.figures.calibrated.logLoss).toBeCloseTo(plain.figures.calibrated.logLoss!, 12);
    const tenfold = calibrateScores(simulated(400, 0.8, 'laws', 1, 10));
    expect(10 * tenfold.slope.value!).toBeCloseTo(plain.slope.value!, 9);
    expect(tenfold.figures.calibrated.logLoss).toBeCloseTo(plain.figures.calibrated.logLoss!, 9);
    // as it is, ten times the scale is ten times as sure
    expect(tenfold.figures.asItIs.logLoss!).toBeGreaterThan(plain.figures.asItIs.logLoss!);
    const [first] = items;
    expect(chanceOf(plain, first!, 2)! + chanceOf(plain, first!, -2)!).toBeCloseTo(1, 15);
    expect(chanceOf({ slopes: [] }, first!, 2)).toBeNull();
  });

  it('gives a model that people contradict no weight at all', () => {
    const against = simulated(400, -0.8, 'against');
    const found = calibrateScores(against);
    expect(found.slope).toMatchObject({ value: 0, low: 0, high: 0 });
    expect(found.figures.calibrated).toEqual(found.figures.half);
    expect(found.gain.value).toBeCloseTo(0, 15);
  });

  it('stays finite where every vote follows the scores', () => {
    const items = Array.from({ length: 100 }, (_, k) => item(`p${k}`, k % 2 ? 1 : -1, k % 2 ? 'a' : 'b'));
    const { slope, figures } = calibrateScores(items);
    expect(slope.value!).toBeGreaterThan(2);
    expect(slope.value!).toBeLessThan(20);
    expect(figures.calibrated.accuracy).toBe(1);
  });

  it('averages both orders, so that what the first place gets is out', () => {
    const items = simulated(300, 0.7, 'orders');
    const shifted = items.map((each): ScoredItem => {
      const gap = each.gaps[0]!.gap;
      return {
        ...each,
        gaps: [
          { order: 'ab', gap: gap + 2 },
          { order: 'ba', gap: gap - 2 },
        ],
      };
    });
    expect(calibrateScores(shifted).slope.value).toBeCloseTo(calibrateScores(items).slope.value!, 9);
  });

  it.each([
    ['no votes', [item('p', 1)]],
    ['few votes', simulated(20, 1, 'few')],
    ['few prompts', Array.from({ length: 200 }, (_, k) => item(`p${k % 3}`, k % 7, k % 2 ? 'a' : 'b'))],
    ['ties alone', Array.from({ length: 200 }, (_, k) => item(`p${k}`, k % 7, 'tie'))],
    ['no scores', Array.from({ length: 200 }, (_, k) => ({ ...item(`p${k}`, 1, 'a' as const), gaps: [] }))],
    ['one score for all', Array.from({ length: 200 }, (_, k) => item(`p${k}`, 0, k % 2 ? 'a' : 'b'))],
  ] as const)('says nothing of %s', (_name, items) => {
    const found = calibrateScores(items);
    expect(found).toMatchObject({
      state: 'too_few',
      slope: { value: null },
      figures: { calibrated: { logLoss: null } },
      gain: { value: null },
    });
  });
});
