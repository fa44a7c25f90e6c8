import type { RatingMethod } from './rating-methods.ts';
import type { StyleDefinition, StyleFeature } from './style.ts';

export const TIE_POLICIES = ['half', 'drop', 'model'] as const;
/**
 * `half`: half a win each. `drop`: left out and counted as excluded. `model`: with a parameter of their own; `davidson`
 * and `rao-kupper` always do that, and `bradley-terry` becomes `davidson`.
 */
export type TiePolicy = (typeof TIE_POLICIES)[number];

export const BOTH_BAD_POLICIES = ['tie', 'drop'] as const;
export type BothBadPolicy = (typeof BOTH_BAD_POLICIES)[number];

export const INTERVAL_METHODS = ['sandwich', 'bootstrap', 'fisher', 'none'] as const;
export type IntervalMethod = (typeof INTERVAL_METHODS)[number];

export const CLUSTER_CHOICES = ['none', 'rater', 'prompt', 'rater,prompt'] as const;
/** Votes of one rater, or on one prompt, are not independent: what the interval treats as one draw. */
export type ClusterChoice = (typeof CLUSTER_CHOICES)[number];

export const REWEIGHTINGS = ['none', 'pair'] as const;
/** `pair`: a vote on a pair with n votes weighs 1 / max(n, 50), so that frequent pairs do not drown the others. */
export type Reweighting = (typeof REWEIGHTINGS)[number];

/** How ratings are fitted: every switch that changes a number, as it is shown on the board and echoed by `agon rank`. */
export type RatingSettings = {
  readonly method: RatingMethod;
  readonly ties: TiePolicy;
  readonly bothBad: BothBadPolicy;
  readonly interval: IntervalMethod;
  readonly cluster: ClusterChoice;
  /** Bootstrap rounds, >= 2. */
  readonly rounds: number;
  readonly seed: number;
  /**
   * What the scale is fixed to: the mean of all models, or one model, at `value` Elo points. Online Elo keeps its mean
   * at `initial` instead.
   */
  readonly anchor: { readonly model: string | null; readonly value: number };
  /** Elo method: points at stake per battle, > 0. */
  readonly k: number;
  /** Elo method: the rating that every model starts from. */
  readonly initial: number;
  /** Win-rate methods: the model that all others are compared with; null: the panel of all others. */
  readonly baseline: string | null;
  /** Win-rate method: reference models that each count alike, whatever they were met; none: `baseline` says. */
  readonly panel: readonly string[];
  /** Contextual method: features whose effect is taken out of the ratings; none: length, headers, lists, bold. */
  readonly style: readonly StyleFeature[];
  readonly styleDefinition: StyleDefinition;
  /** Contextual method: λ of ½ λ Σβ² beside the summed log-loss, >= 0; null: the definition's own. */
  readonly ridge: number | null;
  readonly reweight: Reweighting;
  /** Bradley–Terry: standard deviation in logits of a normal prior on the ratings, > 0; null: none. */
  readonly prior: number | null;
};

export const DEFAULT_RATING_SETTINGS: RatingSettings = {
  method: 'bradley-terry',
  ties: 'half',
  bothBad: 'tie',
  interval: 'sandwich',
  cluster: 'none',
  rounds: 1000,
  seed: 1,
  anchor: { model: null, value: 1000 },
  k: 4,
  initial: 1000,
  baseline: null,
  panel: [],
  style: [],
  styleDefinition: 'fastchat',
  ridge: null,
  reweight: 'none',
  prior: null,
};

export type ModelRating = {
  readonly model: string;
  /** Elo points; null where the data cannot rate this model (see the warnings), and throughout for win rates. */
  readonly rating: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** 1 = best; from the order of ratings (or win rates) within its component, null where unrated. */
  readonly rank: number | null;
  /** Best and worst place, within its component, that the data allow: right for all models together with 95 %. */
  readonly rankLow: number | null;
  readonly rankHigh: number | null;
  readonly comparisons: number;
  readonly wins: number;
  readonly losses: number;
  readonly ties: number;
  /** Per cent, win-rate method only. */
  readonly winRate?: number | null;
  /** Standard error of `winRate`, ddof 1, in per cent. */
  readonly winRateSe?: number | null;
  /** 95 % interval of `winRate`, per cent. */
  readonly winRateLow?: number | null;
  readonly winRateHigh?: number | null;
  /** Per cent, each comparison counted as 1, 1/2 or 0. */
  readonly discreteWinRate?: number | null;
  /** Length-controlled method: win rate at equal length, per cent, its standard error and 95 % interval. */
  readonly lcWinRate?: number | null;
  readonly lcWinRateSe?: number | null;
  readonly lcWinRateLow?: number | null;
  readonly lcWinRateHigh?: number | null;
  /** Contextual method: the Bradley–Terry rating from the same comparisons, style not taken out. */
  readonly plainRating?: number | null;
  /** Prediction-powered method: the rating of the same people's votes without the judges, and its 95 % interval. */
  readonly peopleRating?: number | null;
  readonly peopleLow?: number | null;
  readonly peopleHigh?: number | null;
};

/** What judges added to people's votes. */
export type JudgePower = {
  /** How far the judges' verdicts are trusted, 0..1: 0 is people alone. */
  readonly lambda: number;
  /** Votes of people that would be as good without the judges, as a multiple of those there are, >= 0. */
  readonly gain: number;
  /** By how much the intervals are narrower than those of people alone, as a share of their width; null: no intervals. */
  readonly narrower: number | null;
  /** People's votes that count, and how many of them are on a battle that a judge decided, too. */
  readonly votes: number;
  readonly pairedVotes: number;
  /** Battles (prompt, pair of models, turn) that judges decided, and how many of them no person decided. */
  readonly judgedBattles: number;
  readonly extraBattles: number;
};

/** How a model of ties weighs them. */
export type TieParameter = {
  /** `nu`: Davidson's, >= 0. `theta`: Rao and Kupper's, >= 1. */
  readonly name: 'nu' | 'theta';
  readonly value: number;
  /** 95 % interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** How often two equal models tie, 0..1. */
  readonly equalTieShare: number;
};

/** What one feature is worth to an answer. */
export type StyleCoefficient = {
  readonly feature: StyleFeature;
  /** Logits for one standard deviation of the feature (`position`, `same-family`: for having it); null: not to be told. */
  readonly coefficient: number | null;
  /** 95 % interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** Mean and standard deviation by which the feature was scaled; 0 and 1 where it was not. */
  readonly mean: number;
  readonly sd: number;
};

/** What a fit's whole covariance says about one group of models that can be compared; models by falling rating. */
export type GroupInsights = {
  readonly models: readonly string[];
  /** P(row model is truly above column model), 0..1; null on the diagonal. */
  readonly pairwise: readonly (readonly (number | null)[])[];
  /**
   * Covariance of the ratings, logits², Σθ = 0, row by row; scaled so that 1.96 errors reach as far as the intervals,
   * which are Student's where clusters are few.
   */
  readonly covariance: readonly (readonly number[])[];
  /** Chance of being the best, 0..1. */
  readonly pFirst: readonly number[];
  /** From 1; a model is in a tier while the data cannot tell it from the tier's best. */
  readonly tiers: readonly number[];
  /** The fewest comparisons found whose removal takes the first place away; null: none found, or weighted. */
  readonly flip: {
    readonly leader: string;
    readonly challenger: string;
    readonly votes: number;
    readonly of: number;
    /** Elo points between the two without them, at most 0. */
    readonly gapAfter: number;
  } | null;
  /** Neighbours on the board: `votes` head to head that would show a true gap of this size with 80 % power. */
  readonly planner: readonly {
    readonly modelA: string;
    readonly modelB: string;
    /** Elo points. */
    readonly gap: number;
    /** Half of the gap's 95 % interval. */
    readonly margin: number;
    readonly settled: boolean;
    readonly votes: number | null;
  }[];
  /** The pairs on which one more vote tells most, best first; at most ten. */
  readonly ask: readonly {
    readonly modelA: string;
    readonly modelB: string;
    /** By what share one vote lowers the sum of the ratings' variances, 0..1, under the model. */
    readonly gain: number;
    /** What it is expected to tell, nats. */
    readonly information: number;
    /** As in `planner`; a settled pair may still be worth a vote, for what it says about the two. */
    readonly gap: number;
    readonly margin: number;
    readonly settled: boolean;
    readonly votes: number | null;
  }[];
};

/** Of the largest group, and of every other one: no number compares models of two groups. */
export type RatingInsights = GroupInsights & { readonly others: readonly GroupInsights[] };

export type RatingWarning = { readonly code: string; readonly message: string };

/** Ratings with all that is needed to trust or doubt them. */
export type RatingResult = {
  readonly method: RatingMethod;
  readonly settings: RatingSettings;
  readonly comparisons: {
    readonly read: number;
    readonly used: number;
    readonly excluded: readonly { readonly reason: string; readonly count: number }[];
  };
  readonly fit: {
    readonly converged: boolean;
    readonly iterations: number;
    /** Groups of models that some chain of comparisons connects, largest first. */
    readonly components: readonly (readonly string[])[];
  };
  /** By falling rating, component by component (largest first); unrated models last. */
  readonly models: readonly ModelRating[];
  /** `davidson` and `rao-kupper` only: of the largest group. */
  readonly tie?: TieParameter;
  /** `contextual` only: of the largest group. */
  readonly style?: readonly StyleCoefficient[];
  /** `prediction-powered` only: of the largest group. */
  readonly judgePower?: JudgePower;
  readonly warnings: readonly RatingWarning[];
};

/** One cell of the head-to-head tables: row model against column model. */
export type PairCount = {
  readonly modelA: string;
  readonly modelB: string;
  /** Weighted counts, from model a's side. */
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
};
