import { contentHash } from '@agon/domain';
import { student95 } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { fitLogistic } from '../win-rates/fit-logistic.ts';
import { binsOf, brierOf, type CalibrationCase, eceOf } from './calibrate-judge.ts';
import { type ClusterPart, clusteredMean } from './clustered-share.ts';
import { type CardItem, type CardOrder, type Estimate, pointsOf } from './judged-item.ts';

/** An item of a reward model, with people's votes on it. */
export type ScoredItem = Pick<CardItem, 'prompt' | 'votes' | 'weight'> & {
  /** What the split goes by: the same for the same prompt, wherever it is. */
  readonly splitBy: string;
  /** By how much a was scored above b in each verdict, on the model's own scale. */
  readonly gaps: readonly { readonly order: CardOrder; readonly gap: number }[];
};

/** Votes, ties among them, on battles that have scores. */
type ScoredVotes = { readonly votes: number; readonly battles: number; readonly prompts: number };

/** How well chances of a meet the votes that the fit did not see; null: there are none. */
export type ChanceFigures = {
  /** Nats a vote, a tie as half a vote for each. */
  readonly logLoss: number | null;
  /** Of votes that name a winner, the share that the likelier answer wins; 0.5 for each where none is likelier. */
  readonly accuracy: number | null;
  readonly brier: number | null;
  readonly ece: number | null;
};

/** What a difference of a reward model's scores says of people: P(people prefer a) = σ(β · gap). */
export type ScoreCalibration = {
  /** `too_few`: people's votes do not tell; scores have no chances then. */
  readonly state: 'fitted' | 'too_few';
  /** β ≥ 0 a unit of the model's scale, of all votes; 0: no more of them follow higher scores than by chance. */
  readonly slope: Estimate;
  /** The same of all votes but those on one fold's prompts, by fold; empty: too few. */
  readonly slopes: readonly number[];
  readonly fittedOn: ScoredVotes;
  /** Each vote is held out once: its chance comes from the fit of the other folds. */
  readonly heldOut: ScoredVotes;
  /** On held-out votes: of the fit, of β = 1 (the scale that most reward models are trained on), and of one half. */
  readonly figures: {
    readonly calibrated: ChanceFigures;
    readonly asItIs: ChanceFigures;
    readonly half: ChanceFigures;
  };
  /** By how many nats a held-out vote the fit is better than one half. */
  readonly gain: Estimate;
};

export const SCORE_FOLDS = 5;
/** Votes that name a winner, and prompts, which the fit of one number needs to be checked by folds. */
export const FEWEST_TO_CALIBRATE = { votes: 40, prompts: 10 } as const;
/** Of a normal prior on β times the root mean square of the gaps: 1 / 5², weaker than three votes. */
const RIDGE = 0.04;
const NOTHING: Estimate = { value: null, low: null, high: null };

type Case = {
  readonly prompt: string;
  readonly gap: number;
  readonly isA: number;
  readonly isTie: boolean;
  readonly weight: number;
  readonly fold: number;
};

type Said = Case & { readonly logit: number };

/**
 * Fits β on all votes, and once without those on each fold's prompts to check it on them. Folds go by a hash of the prompt,
 * so they are the same whenever and wherever it is fitted. There is no offset: exchanging the answers must exchange their
 * chances, and what a scorer gives the answer shown first is out of the mean over both orders.
 */
export function calibrateScores(items: readonly ScoredItem[]): ScoreCalibration {
  const cases = casesOf(items);
  const wins = cases.filter(({ isTie }) => !isTie);
  const isEnough =
    wins.length >= FEWEST_TO_CALIBRATE.votes &&
    new Set(wins.map(({ prompt }) => prompt)).size >= FEWEST_TO_CALIBRATE.prompts;
  const slope = isEnough ? fitSlope(cases) : NOTHING;
  const folds = Array.from({ length: SCORE_FOLDS }, (_, fold) => fold);
  const fits = folds.map((fold) => fitSlope(cases.filter((each) => each.fold !== fold)).value);
  const slopes = slope.value !== null && fits.every((fit) => fit !== null) ? fits : [];
  const isFitted = slopes.length > 0;
  const heldOut = cases.map((each) => ({ ...each, logit: (slopes[each.fold] ?? 0) * each.gap }));
  const counted = countOf(items);
  return {
    state: isFitted ? 'fitted' : 'too_few',
    slope: isFitted ? slope : NOTHING,
    slopes,
    fittedOn: counted,
    heldOut: isFitted ? counted : { votes: 0, battles: 0, prompts: 0 },
    figures: {
      calibrated: figuresOf(isFitted ? heldOut : []),
      asItIs: figuresOf(cases.map((each) => ({ ...each, logit: each.gap }))),
      half: figuresOf(cases.map((each) => ({ ...each, logit: 0 }))),
    },
    gain: isFitted ? gainOf(heldOut) : NOTHING,
  };
}

/**
 * P(people prefer a), 0..1, from votes on other prompts than this one.
 * @param gap score of a less that of b
 * @returns null where there is no fit
 */
export function chanceOf(
  { slopes }: Pick<ScoreCalibration, 'slopes'>,
  { splitBy }: Pick<ScoredItem, 'splitBy'>,
  gap: number,
): number | null {
  const slope = slopes[foldOf(splitBy)];
  return slope === undefined ? null : logistic(slope * gap);
}

function foldOf(splitBy: string): number {
  return Number.parseInt(contentHash(`fold/${splitBy}`).slice(0, 8), 16) % SCORE_FOLDS;
}

function casesOf(items: readonly ScoredItem[]): Case[] {
  return items.flatMap((item): Case[] => {
    const gap = gapOf(item);
    if (gap === null) return [];
    const { prompt, splitBy, weight = 1 } = item;
    const shared = { prompt, gap, weight, fold: foldOf(splitBy) };
    return item.votes.map((vote) => ({ ...shared, isA: pointsOf(vote), isTie: vote === 'tie' }));
  });
}

/** Each order weighs the same, however often it was asked again. */
function gapOf({ gaps }: ScoredItem): number | null {
  const orders = [...Map.groupBy(gaps, ({ order }) => order).values()];
  if (orders.length === 0) return null;
  const means = orders.map((own) => own.reduce((sum, { gap }) => sum + gap, 0) / own.length);
  return means.reduce((sum, mean) => sum + mean, 0) / means.length;
}

function countOf(items: readonly ScoredItem[]): ScoredVotes {
  const counted = items.filter((item) => item.votes.length > 0 && item.gaps.length > 0);
  return {
    votes: counted.reduce((sum, { votes }) => sum + votes.length, 0),
    battles: counted.length,
    prompts: new Set(counted.map(({ prompt }) => prompt)).size,
  };
}

/**
 * Penalised maximum likelihood with β ≥ 0; the log-likelihood is concave, so where its maximum is below 0 that of the
 * allowed range is 0. The interval is of the sandwich variance, clustered by prompt.
 */
function fitSlope(cases: readonly Case[]): Estimate {
  if (cases.length === 0) return NOTHING;
  const weight = cases.reduce((sum, each) => sum + each.weight, 0);
  const spread = Math.sqrt(cases.reduce((sum, each) => sum + each.weight * each.gap ** 2, 0) / weight);
  // one score for everything says nothing of anybody
  if (!(spread > 0)) return NOTHING;
  const features = Float64Array.from(cases, ({ gap }) => gap / spread);
  const fit = fitLogistic(
    {
      length: cases.length,
      width: 1,
      features,
      outcome: Float64Array.from(cases, ({ isA }) => isA),
      weight: Float64Array.from(cases, (each) => each.weight),
    },
    [RIDGE],
  );
  if (fit === null) return NOTHING;
  const beta = fit.beta[0]!;
  let information = RIDGE;
  const scores = new Map<string, number>();
  cases.forEach(({ prompt, isA, weight: own }, k) => {
    const x = features[k]!;
    const p = logistic(beta * x);
    information += own * p * (1 - p) * x * x;
    scores.set(prompt, (scores.get(prompt) ?? 0) + own * (isA - p) * x);
  });
  const groups = scores.size;
  const squares = [...scores.values()].reduce((sum, score) => sum + score * score, 0);
  const half = student95(groups - 1) * (Math.sqrt((groups / (groups - 1)) * squares) / information);
  const inUnits = (value: number) => Math.max(0, value) / spread;
  return { value: inUnits(beta), low: inUnits(beta - half), high: inUnits(beta + half) };
}

function figuresOf(cases: readonly Said[]): ChanceFigures {
  const weight = cases.reduce((sum, each) => sum + each.weight, 0);
  if (weight === 0) return { logLoss: null, accuracy: null, brier: null, ece: null };
  const said = cases.map(
    ({ prompt, logit, isA, weight: own }): CalibrationCase => ({
      prompt,
      isA,
      weight: own,
      share: logistic(logit),
    }),
  );
  const decided = cases.filter(({ isTie }) => !isTie);
  const decidedWeight = decided.reduce((sum, each) => sum + each.weight, 0);
  const right = decided.reduce((sum, { logit, isA, weight: own }) => {
    return sum + own * (logit === 0 ? 0.5 : Number(logit > 0 === isA > 0.5));
  }, 0);
  return {
    logLoss: cases.reduce((sum, each) => sum + each.weight * lossOf(each), 0) / weight,
    accuracy: decidedWeight === 0 ? null : right / decidedWeight,
    brier: brierOf(said),
    ece: eceOf(binsOf(said)),
  };
}

/** Of the logit itself, so that no chance is rounded to 0 or 1. */
function lossOf({ logit, isA }: Said): number {
  return isA * softplus(-logit) + (1 - isA) * softplus(logit);
}

/** log(1 + eˣ) without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function gainOf(cases: readonly Said[]): Estimate {
  const clusters = new Map<string, ClusterPart>();
  for (const each of cases) {
    const own = clusters.get(each.prompt) ?? { part: 0, whole: 0 };
    own.part += each.weight * (Math.LN2 - lossOf(each));
    own.whole += each.weight;
    clusters.set(each.prompt, own);
  }
  return clusteredMean([...clusters.values()]);
}
