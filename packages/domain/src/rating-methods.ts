/**
 * What each rating method has and needs, said once: engine checks, warnings of the command line, the board's switches and
 * the table in docs/methods.md go by it. A test holds it against what the engine does.
 */
export const RATING_METHODS = [
  'bradley-terry',
  'davidson',
  'rao-kupper',
  'contextual',
  'elo',
  'glicko2',
  'win-rate',
  'length-controlled',
  'plackett-luce',
  'prediction-powered',
] as const;
export type RatingMethod = (typeof RATING_METHODS)[number];

/** Methods that a board offers, in its order: those that need nothing but its comparisons, and the answers behind them. */
export const BOARD_METHODS = [
  'bradley-terry',
  'davidson',
  'rao-kupper',
  'contextual',
  'prediction-powered',
  'elo',
  'glicko2',
  'win-rate',
  'length-controlled',
] as const satisfies readonly RatingMethod[];

/** Settings that only some methods use. */
export type MethodOption = 'k' | 'initial' | 'baseline' | 'panel' | 'style' | 'ridge' | 'prior' | 'reweight';

type MethodFacts = {
  /** A name after people or a game, the same in every language; null: each language has its own. */
  readonly properName: string | null;
  /** Beside none; `own`: one that no choice changes. */
  readonly intervals: readonly ('sandwich' | 'bootstrap' | 'fisher')[] | 'own';
  /** Intervals that a board offers, where there is a choice. */
  readonly boardIntervals: readonly ('sandwich' | 'bootstrap' | 'fisher' | 'none')[];
  /** Intervals that can be by rater, by prompt or by both. */
  readonly clustered: readonly ('sandwich' | 'bootstrap')[];
  /** Whether a comparison's weight counts. */
  readonly weights: boolean;
  /** What ties can count as. */
  readonly ties: readonly ('half' | 'drop' | 'model')[];
  /** Whether one model can be anchored. */
  readonly anchorsModel: boolean;
  /**
   * `fit`: Elo points that a fit puts on a scale. `start`: Elo points that start at `initial` and depend on the order of the
   * comparisons. `share`: wins in per cent.
   */
  readonly scale: 'fit' | 'start' | 'share';
  readonly options: readonly MethodOption[];
  /** What comparisons alone do not have: the texts or counts of the answers, judges' verdicts, a baseline, ranked lists. */
  readonly needs: readonly ('answers' | 'verdicts' | 'baseline' | 'lists')[];
};

const ALL_INTERVALS = ['sandwich', 'bootstrap', 'fisher'] as const;
const ALL_AND_NONE = [...ALL_INTERVALS, 'none'] as const;
const CLUSTERED = ['sandwich', 'bootstrap'] as const;
const TIES = ['half', 'drop'] as const;

const FITTED = {
  properName: null,
  intervals: ALL_INTERVALS,
  boardIntervals: ALL_AND_NONE,
  clustered: CLUSTERED,
  weights: true,
  ties: TIES,
  anchorsModel: true,
  scale: 'fit',
  options: ['reweight'],
  needs: [],
} as const satisfies MethodFacts;

export const METHOD_FACTS: Readonly<Record<RatingMethod, MethodFacts>> = {
  'bradley-terry': { ...FITTED, options: ['prior', 'reweight'] },
  davidson: { ...FITTED, properName: 'Davidson', ties: ['model'] },
  'rao-kupper': { ...FITTED, properName: 'Rao–Kupper', ties: ['model'] },
  contextual: { ...FITTED, options: ['style', 'ridge', 'reweight'], needs: ['answers'] },
  elo: {
    ...FITTED,
    intervals: ['bootstrap'],
    boardIntervals: [],
    clustered: ['bootstrap'],
    scale: 'start',
    options: ['k', 'initial', 'reweight'],
  },
  glicko2: {
    ...FITTED,
    properName: 'Glicko-2',
    intervals: 'own',
    boardIntervals: [],
    clustered: [],
    weights: false,
    anchorsModel: false,
    scale: 'start',
    options: ['initial'],
  },
  'win-rate': {
    ...FITTED,
    intervals: CLUSTERED,
    boardIntervals: [...CLUSTERED, 'none'],
    anchorsModel: false,
    scale: 'share',
    options: ['baseline', 'panel', 'reweight'],
  },
  'length-controlled': {
    ...FITTED,
    intervals: ['sandwich'],
    boardIntervals: [],
    clustered: ['sandwich'],
    anchorsModel: false,
    scale: 'share',
    options: ['baseline', 'reweight'],
    needs: ['answers', 'baseline'],
  },
  'plackett-luce': { ...FITTED, properName: 'Plackett–Luce', needs: ['lists'] },
  'prediction-powered': {
    ...FITTED,
    intervals: ['sandwich'],
    boardIntervals: ['sandwich', 'none'],
    clustered: ['sandwich'],
    options: [],
    needs: ['verdicts'],
  },
};

/** Whether a method uses a setting. */
export function takesOption(method: RatingMethod, option: MethodOption): boolean {
  return METHOD_FACTS[method].options.includes(option);
}

/** Whether a method's ties have a parameter of their own. */
export function modelsTies(method: RatingMethod): boolean {
  return METHOD_FACTS[method].ties.includes('model');
}

/** Whether ratings depend on the order of the comparisons. */
export function countsInOrder(method: RatingMethod): boolean {
  return METHOD_FACTS[method].scale === 'start';
}
