// One file for all figures of a card: they share their sample items, and the simulations their random numbers.
import { seededRandom } from '@agon/stats';
import { describe, expect, it } from 'vitest';
import { logistic } from '../elo-scale.ts';
import { calibrateJudge } from './calibrate-judge.ts';
import { clusteredShare } from './clustered-share.ts';
import { effectiveJudges, type JuryItem } from './effective-judges.ts';
import { fitJury, type JuryStatement } from './fit-jury.ts';
import { judgeAuc } from './judge-auc.ts';
import { judgeHabits } from './judge-habits.ts';
import {
  type CardItem,
  type CardLabel,
  type CardOrder,
  judgeOf,
  peopleOf,
  preferenceOf,
} from './judged-item.ts';
import { orderFigures } from './order-figures.ts';
import { rankDisagreements } from './rank-disagreements.ts';
import { winnerAgreement } from './winner-agreement.ts';

let prompts = 0;

function item(
  votes: readonly CardLabel[],
  verdicts: readonly (readonly [CardOrder, CardLabel, number?])[],
  more: Partial<CardItem> = {},
): CardItem {
  prompts += 1;
  return {
    prompt: `p${prompts}`,
    category: null,
    modelA: 'm',
    modelB: 'n',
    votes,
    verdicts: verdicts.map(([order, label, shareA]) => ({
      order,
      label,
      shareA: shareA ?? null,
      repeat: 1,
    })),
    ...more,
  };
}

/** A generator of chances for one simulation. */
function chance(seed: string): () => number {
  const random = seededRandom(seed);
  return () => (random.below(2 ** 30) + 0.5) / 2 ** 30;
}

function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

describe('winnerAgreement', () => {
  // votes for a winner: a, a, b of the first (ties said twice), a of the second
  const items = [
    item(
      ['a', 'a', 'b', 'tie'],
      [
        ['ab', 'a'],
        ['ba', 'tie'],
      ],
    ),
    item(
      ['a'],
      [
        ['ab', 'b'],
        ['ba', 'b'],
      ],
    ),
    item(['b'], []),
  ];

  it('counts a tie as a miss, and each order by itself', () => {
    // a: ½, a: ½, b: 0; a: 0
    expect(winnerAgreement(items, peopleOf, judgeOf)).toMatchObject({
      n: 4,
      items: 2,
      agreement: { value: 0.25 },
    });
  });

  it('holds people against each other by the same rule', () => {
    // first item: each a is repeated by one of three others, b by none; single votes have nobody beside them
    expect(winnerAgreement(items, peopleOf, peopleOf)).toMatchObject({
      n: 3,
      items: 1,
      agreement: { value: 2 / 9 },
    });
  });

  it('finds the kappa of a table told from both slots', () => {
    // both say a 3 times, x a and y b once: from both slots 3 3 on the diagonal of 8, 1 1 beside it
    const two = [...['a', 'a', 'a'].map(() => item(['a'], [['ab', 'a']])), item(['a'], [['ab', 'b']])];
    // p_o = 3/4, p_e = 1/2
    expect(winnerAgreement(two, peopleOf, judgeOf).kappa.value).toBeCloseTo(0.5, 12);
    const turned = two.map((each) => ({
      ...each,
      votes: ['b'] as const,
      verdicts: each.verdicts.map((verdict) => ({
        ...verdict,
        label: verdict.label === 'a' ? ('b' as const) : ('a' as const),
      })),
    }));
    expect(winnerAgreement(turned, peopleOf, judgeOf)).toMatchObject({
      kappa: { value: expect.closeTo(0.5, 12) },
    });
  });

  it('says nothing of nothing', () => {
    expect(winnerAgreement([], peopleOf, judgeOf)).toEqual({
      agreement: { value: null, low: null, high: null },
      kappa: { value: null, low: null, high: null },
      n: 0,
      items: 0,
    });
  });
});

describe('intervals by prompt', () => {
  it('is Wilson with t where every cluster is one observation', () => {
    const share = clusteredShare(Array.from({ length: 40 }, (_, k) => ({ part: Number(k < 28), whole: 1 })));
    // p = 0.7, n = 40 · 39/40 = 39 by the ratio's variance, t(39) = 2.0227: centre and half of Wilson
    const [n, t] = [39, 2.0226909];
    const centre = (0.7 + t ** 2 / (2 * n)) / (1 + t ** 2 / n);
    const half = (t / (1 + t ** 2 / n)) * Math.sqrt(0.21 / n + t ** 2 / (4 * n ** 2));
    expect(share.low).toBeCloseTo(centre - half, 6);
    expect(share.high).toBeCloseTo(centre + half, 6);
  });

  it('covers the truth about 95 times in 100 where votes of one prompt go together', () => {
    const uniform = chance('coverage/share');
    let [share, area] = [0, 0];
    const rounds = 400;
    for (let round = 0; round < rounds; round += 1) {
      // how easy a prompt is moves all of its votes: E = 0.7
      const items = Array.from({ length: 40 }, (_, p) => {
        const right = 0.5 + 0.4 * uniform();
        return Array.from({ length: 5 }, (): CardItem => {
          const verdict = uniform() < 0.5 ? 'a' : 'b';
          const other = verdict === 'a' ? 'b' : 'a';
          return item([uniform() < right ? verdict : other], [['ab', verdict]], { prompt: `q${p}` });
        });
      }).flat();
      const { agreement } = winnerAgreement(items, peopleOf, judgeOf);
      share += Number(agreement.low! <= 0.7 && agreement.high! >= 0.7);
      // a binary preference: AUC = (sensitivity + specificity) / 2 = 0.7
      const auc = judgeAuc(items);
      area += Number(auc.low! <= 0.7 && auc.high! >= 0.7);
    }
    expect(share / rounds).toBeGreaterThan(0.92);
    expect(share / rounds).toBeLessThan(0.985);
    expect(area / rounds).toBeGreaterThan(0.92);
    expect(area / rounds).toBeLessThan(0.985);
  });
});

describe('judgeAuc', () => {
  it('counts every pair of a chosen and a rejected answer, ties as half', () => {
    // chosen 0.9, 0.6, 0.4; rejected 0.1, 0.4, 0.6: of 9 pairs won 3 + 2.5 + 1.5
    const items = [
      item(['a'], [['ab', 'a', 0.9]]),
      item(['a'], [['ab', 'a', 0.6]]),
      item(['b'], [['ab', 'a', 0.6]]),
    ];
    expect(judgeAuc(items).value).toBeCloseTo(7 / 9, 12);
  });
});

describe('orderFigures', () => {
  const swap = { preference: 0, slotBias: 1 };
  const items = [
    {
      ...item(
        [],
        [
          ['ab', 'a'],
          ['ba', 'a'],
        ],
      ),
      swap,
    },
    {
      ...item(
        [],
        [
          ['ab', 'a'],
          ['ba', 'b'],
        ],
      ),
      swap: { preference: 0, slotBias: 2 },
    },
    {
      ...item(
        [],
        [
          ['ab', 'b'],
          ['ba', 'a'],
        ],
      ),
      swap: null,
    },
    {
      ...item(
        [],
        [
          ['ab', 'a'],
          ['ba', 'tie'],
        ],
      ),
      swap: null,
    },
  ];

  it('says what the order changed, beside chance', () => {
    const figures = orderFigures(items, () => 60);
    // shown first chosen: a, a+b, -, a = 4 of 8; second 3; tie 1
    expect(figures).toMatchObject({
      consistency: { value: 0.25, part: 1, of: 4 },
      consistencyByChance: 2 * (4 / 8) * (3 / 8) + (1 / 8) ** 2,
      changedToFirst: 1,
      changedToSecond: 1,
      changedByTie: 1,
      firstSlot: { value: 4 / 7, part: 4, of: 7 },
      slotBias: { value: 1.5, items: 2 },
    });
    expect(figures.gaps.map(({ from, firstSlot }) => [from, firstSlot.of])).toEqual([
      [0, 0],
      [50, 7],
      [100, 0],
      [200, 0],
      [300, 0],
    ]);
  });

  it('compares what is asked again in the same order alone', () => {
    const again = {
      ...item(
        [],
        [
          ['ab', 'a'],
          ['ab', 'b'],
          ['ab', 'a'],
          ['ba', 'b'],
        ],
      ),
      swap: null,
    };
    expect(orderFigures([again], () => null).repeatability).toMatchObject({ part: 1, of: 3 });
  });
});

describe('calibrateJudge', () => {
  it('finds how much too sure a judge is, and corrects it on prompts it has not seen', () => {
    const uniform = chance('calibration');
    const items = Array.from({ length: 3000 }, () => {
      const logit = 2 * normal(uniform);
      // it says logit, people are at half of it and a bit for a
      const vote = uniform() < logistic(0.5 * logit + 0.2) ? 'a' : 'b';
      return item([vote], [['ab', logit > 0 ? 'a' : 'b', logistic(logit)]]);
    });
    const found = calibrateJudge(items);
    expect(found.slope).toBeGreaterThan(0.42);
    expect(found.slope).toBeLessThan(0.58);
    expect(found.offset).toBeGreaterThan(0.1);
    expect(found.offset).toBeLessThan(0.3);
    expect(found.brierFitted!).toBeLessThan(found.brier!);
    expect(found.eceFitted!).toBeLessThan(0.04);
    expect(found.ece!).toBeGreaterThan(0.08);
    expect(found.bins.reduce((sum, bin) => sum + bin.votes, 0)).toBe(3000);
  });

  it('has no fit where all votes are for one slot', () => {
    const items = Array.from({ length: 20 }, () => item(['a'], [['ab', 'a']]));
    expect(calibrateJudge(items)).toMatchObject({ slope: null, brier: 0, ece: 0, votes: 20 });
  });
});

describe('judgeHabits', () => {
  it('does not blame a judge for what people like, however few votes there are; covers about 95 in 100', () => {
    const uniform = chance('habits');
    const rounds = 200;
    let covered = 0;
    let sum = 0;
    let followed = 0;
    for (let round = 0; round < rounds; round += 1) {
      const lengths = new Map<CardItem, number>();
      const items = Array.from({ length: 600 }, (_, k) => {
        const length = normal(uniform);
        // people like length a lot; the judge follows them at 0.8, and likes length by 0.05 more
        const people = logistic(1.2 * length + 1.5 * normal(uniform));
        const votes = Array.from({ length: 3 }, (): CardLabel => (uniform() < people ? 'a' : 'b'));
        const preference = 0.5 + 0.8 * (people - 0.5) + 0.05 * length + 0.05 * normal(uniform);
        const made = item(votes, [['ab', preference > 0.5 ? 'a' : 'b', preference]], {
          prompt: `h${k % 120}`,
        });
        lengths.set(made, length);
        return made;
      });
      const found = judgeHabits(items, (each) => ({
        length: lengths.get(each)!,
        markdown: 0,
        names_maker: null,
        own_family: null,
      }));
      const { value, low, high } = found.effects.length;
      covered += Number(low! <= 0.05 && high! >= 0.05);
      sum += value!;
      followed += found.people.value!;
      expect(found.effects.markdown).toEqual({ value: null, low: null, high: null, items: 0 });
    }
    expect(sum / rounds).toBeCloseTo(0.05, 2);
    expect(followed / rounds).toBeGreaterThan(0.75);
    expect(followed / rounds).toBeLessThan(0.87);
    expect(covered / rounds).toBeGreaterThan(0.9);
  });

  it('says where the chance in votes could not be taken out', () => {
    const items = Array.from({ length: 20 }, (_, k) =>
      item([k % 2 === 0 ? 'a' : 'b'], [['ab', k % 3 === 0 ? 'a' : 'b']]),
    );
    const found = judgeHabits(items, () => ({
      length: 1,
      markdown: null,
      names_maker: null,
      own_family: null,
    }));
    expect(found.corrected).toBe(false);
    expect(found.effects.length.items).toBe(20);
  });
});

describe('rankDisagreements', () => {
  it('puts first what one more vote tells most about', () => {
    const models = { modelA: 'm', modelB: 'n' };
    const agreed = Array.from({ length: 30 }, (_, k) =>
      item([k % 3 === 0 ? 'b' : 'a', 'a'], [['ab', 'a']], models),
    );
    const one = item(['b'], [['ab', 'a']], models);
    const many = item(['b', 'b', 'b', 'b', 'a'], [['ab', 'a']], models);
    const found = rankDisagreements(
      [...agreed, many, one],
      (model) => (model === 'm' ? 0.4 : -0.4),
      (share) => 0.1 + 0.8 * share,
    );
    expect(found.of).toBe(2);
    expect(found.ranked.map((each) => each.item)).toEqual([one, many]);
    // one: q = (0 + 2 · 0.9) / 3 = 0.6, so 0.24 / 2; many: q = (1 + 1.8) / 7 = 0.4, so 0.24 / 30
    expect(found.ranked[0]!.gain / found.ranked[1]!.gain).toBeCloseTo(15, 6);
    expect(found.ranked[0]!.gain).toBeLessThan(0.1);
  });

  it('ranks nothing without two rated models', () => {
    expect(
      rankDisagreements(
        [item(['b'], [['ab', 'a']])],
        () => null,
        (share) => share,
      ),
    ).toEqual({
      of: 0,
      ranked: [],
    });
  });
});

describe('juries', () => {
  it('counts judges who err together as fewer', () => {
    const uniform = chance('jury');
    const rho = 0.6;
    const items = Array.from({ length: 4000 }, (_, k): JuryItem => {
      const people = logistic(normal(uniform));
      const shared = normal(uniform);
      return {
        prompt: `j${k}`,
        modelA: 'm',
        modelB: 'n',
        votes: Array.from({ length: 3 }, () => (uniform() < people ? 'a' : 'b')),
        preferences: Array.from(
          { length: 5 },
          () => people + 0.2 * (Math.sqrt(rho) * shared + Math.sqrt(1 - rho) * normal(uniform)),
        ),
      };
    });
    const found = effectiveJudges(items, 5);
    expect(found.mean).toBeGreaterThan(0.54);
    expect(found.mean).toBeLessThan(0.66);
    // 5 / (1 + 4 · 0.6) = 1.47
    expect(found.effective).toBeGreaterThan(1.35);
    expect(found.effective).toBeLessThan(1.6);
    expect(effectiveJudges(items.slice(0, 5), 2)).toMatchObject({ mean: null, effective: null });
    expect(effectiveJudges([], 1).effective).toBe(1);
  });

  it('finds how well each judge tells models apart, and its habits, on the scale of people', () => {
    const uniform = chance('joint');
    const theta = [0.8, 0.2, -0.3, -0.7];
    const truth = [
      { beta: 1.5, slot: 0.4, length: 0.3 },
      { beta: 0.3, slot: -0.6, length: 0 },
    ];
    const statements: JuryStatement[] = [];
    for (let k = 0; k < 4000; k += 1) {
      const a = Math.floor(uniform() * 4);
      const b = (a + 1 + Math.floor(uniform() * 3)) % 4;
      const length = normal(uniform);
      const gap = theta[a]! - theta[b]!;
      const base = { cluster: `c${k % 400}`, a, b, length };
      const say = (logit: number): number => Number(uniform() < logistic(logit));
      statements.push({ ...base, judge: -1, first: 0, share: say(gap) });
      truth.forEach((own, judge) => {
        for (const first of [1, -1]) {
          const share = say(own.beta * gap + own.slot * first + own.length * length);
          statements.push({ ...base, judge, first, share });
        }
      });
    }
    const fit = fitJury(statements, 4, 2)!;
    theta.forEach((value, k) => {
      expect(Math.abs(fit.theta[k]! - value)).toBeLessThan(0.12);
    });
    truth.forEach((own, k) => {
      const { discrimination, slotBias, length } = fit.judges[k]!;
      for (const [estimate, value] of [
        [discrimination, own.beta],
        [slotBias, own.slot],
        [length, own.length],
      ] as const) {
        // 99.7 % rather than 95: six looks
        const half = (estimate.high! - estimate.low!) / 2;
        expect(Math.abs(estimate.value! - value)).toBeLessThan(1.6 * half);
        expect(half).toBeLessThan(0.3);
      }
    });
  });

  it('needs people to fix the scale', () => {
    expect(fitJury([{ cluster: 'c', a: 0, b: 1, share: 1, judge: 0, first: 1, length: 0 }], 2, 1)).toBeNull();
  });
});

describe('preferenceOf', () => {
  it('weighs both orders alike, however often one was asked', () => {
    expect(
      preferenceOf(
        item(
          [],
          [
            ['ab', 'a'],
            ['ab', 'a'],
            ['ab', 'tie'],
            ['ba', 'b', 0.2],
          ],
        ),
      ),
    ).toBeCloseTo((5 / 6 + 0.2) / 2, 12);
    expect(preferenceOf(item([], []))).toBeNull();
  });
});
