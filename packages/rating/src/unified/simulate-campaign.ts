import { DEFAULT_RATING_SETTINGS } from '@agon/domain';
import { normalDraws, type SeededRandom, seededRandom } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { fitExplained } from '../insights/fit-explained.ts';
import type { EvidenceInput, RatedBoard } from './evidence.ts';
import type { PairPoints } from './rate-ability.ts';

type Size = {
  readonly models: number;
  readonly votes: number;
  /** Share of benchmark cells that nobody measured. */
  readonly missing?: number;
  readonly judges?: number;
  readonly verdicts?: number;
  readonly benchmarks?: number;
  /** Standard deviation of the taste that judges share, and of each one's own. */
  readonly shared?: number;
  readonly own?: number;
};

/** A campaign whose truth is known. */
export type Campaign = {
  readonly input: EvidenceInput & {
    readonly pairs: {
      readonly people: readonly PairPoints[];
      readonly judges: readonly { readonly judge: string; readonly pairs: readonly PairPoints[] }[];
    };
  };
  readonly objective: readonly number[];
  readonly preference: readonly number[];
  /** Expected share of people's votes against the others, per cent. */
  liked(model: string): number;
  /** What the composite would say with endless votes, verdicts and items. */
  composite(model: string, weights: { people: number; judges: number; benchmarks: number }): number;
};

const ITEMS = 200;
const CHANCE = 0.25;

/** For tests: models with an objective and a preference ability, voters, judges with tastes, and benchmarks. */
export function simulateCampaign(tag: string, size: Size): Campaign {
  const { models: m, votes, missing = 0, judges: j = 3, verdicts = 600, benchmarks: k = 4 } = size;
  const random = seededRandom(tag);
  const normal = (count: number, sd: number): number[] =>
    Array.from(normalDraws(random, count), (z) => sd * z);
  const names = Array.from({ length: m }, (_, i) => `m${i}`);
  const objective = normal(m, 1);
  const preference = normal(m, 0.5).map((u, i) => objective[i]! + u);
  const shared = normal(m, size.shared ?? 0.4);
  const judges = Array.from({ length: j }, (_, at) => ({
    alpha: [1, 1.6, 0.7][at % 3]!,
    bias: normal(m, size.own ?? 0.3).map((z, i) => z + shared[i]!),
  }));
  const gapOf = (judge: number, a: number, b: number): number => {
    const gap = preference[a]! - preference[b]!;
    if (judge < 0) return gap;
    const { alpha, bias } = judges[judge]!;
    return alpha * gap + bias[a]! - bias[b]!;
  };
  const people = drawRows(random, m, votes, (a, b) => gapOf(-1, a, b));
  const judged = judges.map((_, at) =>
    drawRows(random, m, Math.round(verdicts / j), (a, b) => gapOf(at, a, b)),
  );
  const difficulty = normal(k, 0.7);
  const skill = names.map(() => normal(k, 0.4));
  const shareOf = (i: number, b: number): number => logistic(objective[i]! - difficulty[b]! + skill[i]![b]!);
  const scores = names.flatMap((model, i) =>
    Array.from({ length: k }, (_, b) => {
      const p = CHANCE + (1 - CHANCE) * shareOf(i, b);
      let right = 0;
      for (let item = 0; item < ITEMS; item += 1) right += Number(random.next() < p);
      return { model, benchmark: `b${b}`, score: right / ITEMS, n: ITEMS, kept: random.next() >= missing };
    }),
  );
  const against = (i: number, p: (other: number) => number): number =>
    (100 * names.reduce((sum, _, other) => (other === i ? sum : sum + p(other)), 0)) / (m - 1);
  const liked = (model: string): number => {
    const i = names.indexOf(model);
    return against(i, (other) => logistic(preference[i]! - preference[other]!));
  };
  const pooled = pooledLogits(m, judges.length, gapOf);
  return {
    input: {
      models: names,
      people: rated(names, people),
      judges: rated(names, judged.flat()),
      benchmarks: Array.from({ length: k }, (_, b) => ({ name: `b${b}`, chance: CHANCE })),
      scores: scores.filter(({ kept }) => kept).map(({ kept: _, ...score }) => score),
      panel: [],
      pairs: {
        people: pointsOf(names, people),
        judges: judged.map((rows, at) => ({ judge: `j${at}`, pairs: pointsOf(names, rows) })),
      },
    },
    objective,
    preference,
    liked,
    composite(model, weights) {
      const i = names.indexOf(model);
      const judge = against(i, (other) => logistic(pooled[i]! - pooled[other]!));
      let sum = 0;
      for (let b = 0; b < k; b += 1) sum += shareOf(i, b);
      const total = weights.people + weights.judges + weights.benchmarks;
      return (
        (weights.people * liked(model) + weights.judges * judge + (weights.benchmarks * 100 * sum) / k) /
        total
      );
    },
  };
}

type Row = { readonly a: number; readonly b: number; readonly points: number };

function drawRows(
  random: SeededRandom,
  m: number,
  count: number,
  gap: (a: number, b: number) => number,
): Row[] {
  return Array.from({ length: count }, () => {
    const a = random.below(m);
    const b = (a + 1 + random.below(m - 1)) % m;
    return { a, b, points: Number(random.next() < logistic(gap(a, b))) };
  });
}

function rated(models: readonly string[], rows: readonly Row[]): RatedBoard {
  if (rows.length === 0) return { result: null, insights: null };
  return fitExplained(
    {
      models: [...models],
      length: rows.length,
      a: Int32Array.from(rows, ({ a }) => a),
      b: Int32Array.from(rows, ({ b }) => b),
      outcome: Uint8Array.from(rows, ({ points }) => (points === 1 ? 0 : points === 0 ? 1 : 2)),
    },
    DEFAULT_RATING_SETTINGS,
  );
}

function pointsOf(models: readonly string[], rows: readonly Row[]): PairPoints[] {
  const pairs = new Map<string, { modelA: string; modelB: string; points: number; n: number }>();
  for (const { a, b, points } of rows) {
    const [first, second, won] = a < b ? [a, b, points] : [b, a, 1 - points];
    const key = `${first}/${second}`;
    const pair = pairs.get(key) ?? { modelA: models[first]!, modelB: models[second]!, points: 0, n: 0 };
    pair.points += won;
    pair.n += 1;
    pairs.set(key, pair);
  }
  return [...pairs.values()];
}

/** Bradley–Terry ratings that endless verdicts of all judges together lead to: the pooled truth of a judges' board. */
function pooledLogits(
  m: number,
  judges: number,
  gapOf: (judge: number, a: number, b: number) => number,
): number[] {
  const p = (a: number, b: number): number => {
    let sum = 0;
    for (let judge = 0; judge < judges; judge += 1) sum += logistic(gapOf(judge, a, b));
    return sum / judges;
  };
  const x = new Float64Array(m);
  for (let round = 0; round < 500; round += 1) {
    for (let i = 0; i < m; i += 1) {
      let [gradient, information] = [0, 0];
      for (let o = 0; o < m; o += 1) {
        if (o === i) continue;
        const q = logistic(x[i]! - x[o]!);
        gradient += p(i, o) - q;
        information += q * (1 - q);
      }
      x[i]! += gradient / information;
    }
  }
  return [...x];
}
