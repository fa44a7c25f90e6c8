import { logistic } from '../elo-scale.ts';
import { fitLogistic } from '../win-rates/fit-logistic.ts';
import { ClusterParts } from './clustered-share.ts';
import { type CardItem, type Estimate, preferenceOf } from './judged-item.ts';

/** How far what the judge says can be read as people's chance to say a. */
export type Calibration = {
  /** Votes that name a winner, on items that the judge decided. */
  readonly votes: number;
  /** P(people say a) = σ(T · logit(share) + c); null: no finite fit. T < 1: the judge is too sure. */
  readonly slope: number | null;
  readonly offset: number | null;
  /** Mean squared error of the share as it is, and of the fitted one on prompts that it was not fitted on. */
  readonly brier: number | null;
  readonly brierFitted: number | null;
  /** Mean distance, over bins and weighted by their votes, of what is said from what people do; 0..1. */
  readonly ece: number | null;
  readonly eceFitted: number | null;
  readonly bins: readonly CalibrationBin[];
};

export type CalibrationBin = {
  /** Mean of what the judge says, 0..1. */
  readonly says: number;
  /** Share of votes for a. */
  readonly people: Estimate;
  readonly votes: number;
  /** Of those votes together. */
  readonly weight: number;
};

/** Shares are kept this far from 0 and 1 before their logits are taken: labels say no more than that. */
const EDGE = 0.01;
const FOLDS = 5;
const BINS = 10;
/** Fewer votes than this share a bin with their neighbours. */
const FEWEST = 10;

/** One vote, and what was said of its chance. */
export type CalibrationCase = {
  readonly prompt: string;
  /** P(a), 0..1. */
  readonly share: number;
  /** What the vote gives a of the point. */
  readonly isA: number;
  readonly weight: number;
};
type Case = CalibrationCase & { readonly fold: number };

/** Cross-fitted by prompt, folds dealt in the order in which prompts appear. */
export function calibrateJudge(items: readonly CardItem[]): Calibration {
  const cases = casesOf(items);
  const all = fitOf(cases);
  const fits = Array.from({ length: FOLDS }, (_, fold) => fitOf(cases.filter((each) => each.fold !== fold)));
  const fitted = fits.every((fit) => fit !== null)
    ? cases.map((each) => ({ ...each, share: applied(fits[each.fold]!, each.share) }))
    : null;
  return {
    votes: cases.length,
    slope: all?.slope ?? null,
    offset: all?.offset ?? null,
    brier: brierOf(cases),
    brierFitted: fitted === null ? null : brierOf(fitted),
    ece: eceOf(binsOf(cases)),
    eceFitted: fitted === null ? null : eceOf(binsOf(fitted)),
    bins: binsOf(cases),
  };
}

/** What the fit makes of a share; the identity where there is no fit. */
export function calibrated(fit: Pick<Calibration, 'slope' | 'offset'>, share: number): number {
  if (fit.slope === null || fit.offset === null) return share;
  return applied({ slope: fit.slope, offset: fit.offset }, share);
}

function casesOf(items: readonly CardItem[]): Case[] {
  const folds = new Map<string, number>();
  return items.flatMap((item): Case[] => {
    const share = preferenceOf(item);
    if (share === null) return [];
    const fold = folds.get(item.prompt) ?? folds.size % FOLDS;
    folds.set(item.prompt, fold);
    return item.votes.flatMap((vote) =>
      vote === 'tie'
        ? []
        : [{ prompt: item.prompt, share, isA: Number(vote === 'a'), fold, weight: item.weight ?? 1 }],
    );
  });
}

type Fit = { readonly slope: number; readonly offset: number };

function fitOf(cases: readonly Case[]): Fit | null {
  if (cases.length < FEWEST) return null;
  const features = new Float64Array(2 * cases.length);
  cases.forEach(({ share }, k) => {
    features[2 * k] = logitOf(share);
    features[2 * k + 1] = 1;
  });
  const fit = fitLogistic(
    {
      length: cases.length,
      width: 2,
      features,
      outcome: Float64Array.from(cases, (each) => each.isA),
      weight: Float64Array.from(cases, (each) => each.weight),
    },
    [0, 0],
  );
  return fit === null ? null : { slope: fit.beta[0]!, offset: fit.beta[1]! };
}

function applied({ slope, offset }: Fit, share: number): number {
  return logistic(slope * logitOf(share) + offset);
}

function logitOf(share: number): number {
  const kept = Math.min(1 - EDGE, Math.max(EDGE, share));
  return Math.log(kept / (1 - kept));
}

/** Mean squared error; null: no votes. */
export function brierOf(cases: readonly CalibrationCase[]): number | null {
  if (cases.length === 0) return null;
  return (
    cases.reduce((sum, { share, isA, weight }) => sum + weight * (share - isA) ** 2, 0) / weightOf(cases)
  );
}

/** Tenths of the scale; one with few votes goes to the next, the last to the one before. */
export function binsOf(cases: readonly CalibrationCase[]): CalibrationBin[] {
  const tenths = Array.from({ length: BINS }, (): CalibrationCase[] => []);
  for (const each of cases) tenths[Math.min(BINS - 1, Math.floor(each.share * BINS))]!.push(each);
  const groups: CalibrationCase[][] = [];
  let open: CalibrationCase[] = [];
  for (const tenth of tenths) {
    open = [...open, ...tenth];
    if (open.length < FEWEST) continue;
    groups.push(open);
    open = [];
  }
  if (open.length > 0) {
    const last = groups.pop() ?? [];
    groups.push([...last, ...open]);
  }
  return groups.map((group): CalibrationBin => {
    const parts = new ClusterParts();
    for (const { prompt, isA, weight } of group) parts.add(prompt, weight * isA, weight);
    const says = group.reduce((sum, { share, weight }) => sum + weight * share, 0) / weightOf(group);
    return { says, people: parts.share(), votes: group.length, weight: weightOf(group) };
  });
}

function weightOf(cases: readonly { readonly weight: number }[]): number {
  return cases.reduce((sum, { weight }) => sum + weight, 0);
}

/** Mean distance, over bins and weighted by their votes, of what is said from what people do; null: no votes. */
export function eceOf(bins: readonly CalibrationBin[]): number | null {
  const all = weightOf(bins);
  if (all === 0) return null;
  return bins.reduce(
    (sum, bin) => sum + (bin.weight / all) * Math.abs(bin.says - (bin.people.value ?? 0)),
    0,
  );
}
