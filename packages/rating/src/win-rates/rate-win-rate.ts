import type {
  ComparisonColumns,
  ModelRating,
  RatingResult,
  RatingSettings,
  RatingWarning,
} from '@agon/domain';
import { normalDraws, seededRandom, student95, Z95 } from '@agon/stats';
import { drawWays, intervalOf } from '../bootstrap/bootstrap-ways.ts';
import { clusterCodes, drawMultiplicities } from '../covariance/cluster-codes.ts';
import { degreesOfFreedom } from '../covariance/degrees-of-freedom.ts';
import { degreesOf, describeClusters, isTooFew } from '../covariance/joint-covariance.ts';
import { rankSets } from '../intervals/rank-sets.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { listModels, type RatedModel, ranksByValue, UNRATED } from '../pairs/list-models.ts';
import { PLAIN_POINTS } from '../pairs/pair-table.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { Tally } from '../pairs/tally.ts';
import { noComparisons, tallyComparisons } from '../pairs/tally-comparisons.ts';
import { disconnectedWarning, listNames, thinDataWarning, unseenWarning } from '../rating-warnings.ts';

/**
 * Win rates in per cent: the mean share of the point, against the baseline alone (as AlpacaEval), or against whoever a
 * model met where the baseline is null and there is no panel. A model of the panel is rated against its others. Ratings stay null: a win rate is on no Elo scale.
 * @throws ArenaError('no_comparisons') where no comparison involves the baseline
 */
export function rateWinRate(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const tally = tallyComparisons(columns, settings);
  const baseline = settings.baseline === null ? -1 : columns.models.indexOf(settings.baseline);
  const panel = [...new Set(settings.panel)].map((name) => columns.models.indexOf(name));
  const shares = readShares(columns, settings, baseline, panel);
  const away = tally.used - shares.comparisons;
  const excluded = [
    ...tally.excluded,
    ...(away > 0 ? [{ reason: panel.length > 0 ? 'without_panel' : 'without_baseline', count: away }] : []),
  ];
  if (shares.comparisons === 0) throw noComparisons(columns, excluded);
  const rated = new Map<number, RatedModel>();
  shares.byModel.forEach((own, model) => {
    if (own.points.length === 0) return;
    const balanced = panel.length > 0 ? balancePanel(own) : own;
    rated.set(model, { ...UNRATED, ...winRateOf(balanced, columns, settings, model) });
  });
  if (baseline >= 0) rated.set(baseline, { ...UNRATED, ...BASELINE_ROW });
  const { components } = connectModels(tally.table, columns.models);
  const groups = baseline >= 0 || panel.length > 0 ? [[...rated.keys()]] : components;
  for (const group of groups) rankGroup(group, rated, settings);
  return {
    method: 'win-rate',
    settings,
    comparisons: { read: columns.length, used: shares.comparisons, excluded },
    fit: {
      converged: true,
      iterations: 1,
      components: components.map((group) => group.map((model) => columns.models[model]!)),
    },
    models: countedAgainst(
      columns,
      baseline,
      shares.byModel,
      listModels(columns, groups, tally, rated, {
        ...UNRATED,
        winRate: null,
        winRateSe: null,
        winRateLow: null,
        winRateHigh: null,
        discreteWinRate: null,
      }),
    ),
    warnings: warningsOf(columns, settings, components, tally, rated, shares.byModel),
  };
}

/**
 * Against a baseline a model's counts are those behind its rate. The baseline meets only itself: its counts are
 * the rows that say so, all draws, as AlpacaEval has them.
 */
function countedAgainst(
  columns: ComparisonColumns,
  baseline: number,
  byModel: readonly Shares[],
  models: readonly ModelRating[],
): ModelRating[] {
  if (baseline < 0) return [...models];
  let own = 0;
  for (let row = 0; row < columns.length; row += 1) {
    if (columns.a[row] === baseline && columns.b[row] === baseline) own += 1;
  }
  const code = new Map(columns.models.map((name, at) => [name, at]));
  return models.map((model) => {
    const at = code.get(model.model)!;
    if (at === baseline) return { ...model, comparisons: own, wins: 0, losses: 0, ties: own };
    const { won } = byModel[at]!;
    const [wins, losses] = [1, 0].map((points) => won.filter((each) => each === points).length);
    return {
      ...model,
      comparisons: won.length,
      wins: wins!,
      losses: losses!,
      ties: won.length - wins! - losses!,
    };
  });
}

const BASELINE_ROW = {
  winRate: 50,
  winRateSe: 0,
  winRateLow: 50,
  winRateHigh: 50,
  discreteWinRate: 50,
} as const;

/** One model's comparisons, from its own side. */
type Shares = {
  readonly row: number[];
  readonly points: number[];
  readonly weight: number[];
  /** By outcome alone: 1, 1/2 or 0. */
  readonly won: number[];
  readonly opponent: number[];
};

function readShares(
  columns: ComparisonColumns,
  settings: RatingSettings,
  baseline: number,
  panel: readonly number[],
): { readonly comparisons: number; readonly byModel: readonly Shares[] } {
  const byModel = columns.models.map(
    (): Shares => ({ row: [], points: [], weight: [], won: [], opponent: [] }),
  );
  /** Whether a comparison with this opponent is part of a win rate. */
  const counts = (model: number): boolean =>
    panel.length > 0 ? panel.includes(model) : baseline < 0 || model === baseline;
  let comparisons = 0;
  scanComparisons(columns, settings, (row, a, b, points, weight, kind) => {
    if (!counts(a) && !counts(b)) return;
    comparisons += 1;
    const add = (model: number, opponent: number, share: number, won: number): void => {
      const own = byModel[model]!;
      own.row.push(row);
      own.points.push(share);
      own.weight.push(weight);
      own.won.push(won);
      own.opponent.push(opponent);
    };
    const wonByA = PLAIN_POINTS[kind]!;
    if (counts(b) && a !== baseline) add(a, b, points, wonByA);
    if (counts(a) && b !== baseline) add(b, a, 1 - points, 1 - wonByA);
  });
  return { comparisons, byModel };
}

function winRateOf(
  own: Shares,
  columns: ComparisonColumns,
  settings: RatingSettings,
  model: number,
): Pick<RatedModel, 'winRate' | 'winRateSe' | 'winRateLow' | 'winRateHigh' | 'discreteWinRate'> {
  const rate = weightedMean(own, () => 1)!;
  const codings = clusterCodes(columns, settings.cluster, Int32Array.from(own.row));
  const { se, clusters } = standardError(
    own,
    expectations(own, rate, settings.panel.length > 0),
    codings.map((coding) => coding.codes),
  );
  const percent = {
    winRate: 100 * rate,
    discreteWinRate: 100 * discreteMean(own, settings.panel.length > 0),
  };
  const winRateSe = se === null ? null : 100 * se;
  if (settings.interval === 'bootstrap' && own.points.length > 1 && !isTooFew(codings)) {
    const drawn = drawWays(codings, (way, name) => {
      const random = seededRandom(`win-rate/${settings.seed}/${columns.models[model]}${name}`);
      const theta = Array.from({ length: settings.rounds }, () =>
        weightedMean(own, drawMultiplicities(random, way)),
      ).filter((draw) => draw !== null);
      const kept = theta.length;
      return { theta: Float64Array.from(theta), kept, dropped: settings.rounds - kept };
    });
    const interval = intervalOf(rate, drawn, degreesOf(codings));
    if (interval !== null) {
      // sums of two ways may reach beyond what a share can be
      const [low, high] = interval.map((share) => 100 * Math.min(1, Math.max(0, share)));
      return { ...percent, winRateSe, winRateLow: low!, winRateHigh: high! };
    }
  }
  if (settings.interval !== 'sandwich' || winRateSe === null) {
    return { ...percent, winRateSe, winRateLow: null, winRateHigh: null };
  }
  // after nothing but wins, or losses, the standard error is 0 and says too much: the exact limit instead
  const doubt = 100 * (1 - 0.025 ** (1 / clusters));
  if (rate === 1) return { ...percent, winRateSe, winRateLow: 100 - doubt, winRateHigh: 100 };
  if (rate === 0) return { ...percent, winRateSe, winRateLow: 0, winRateHigh: doubt };
  const half = student95(degreesOfFreedom([clusters])) * winRateSe;
  return {
    ...percent,
    winRateSe,
    winRateLow: Math.max(0, percent.winRate - half),
    winRateHigh: Math.min(100, percent.winRate + half),
  };
}

/** Unweighted, as AlpacaEval has it; against a panel every reference model counts alike here, too. */
function discreteMean({ won, weight }: Shares, isWeighted: boolean): number {
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  if (!isWeighted) return sum(won) / won.length;
  return sum(won.map((value, at) => value * weight[at]!)) / sum(weight);
}

/** Every opponent weighs 1 in all, however often it was met. */
function balancePanel(own: Shares): Shares {
  const met = new Map<number, number>();
  own.opponent.forEach((opponent, at) => {
    met.set(opponent, (met.get(opponent) ?? 0) + own.weight[at]!);
  });
  return { ...own, weight: own.weight.map((weight, at) => weight / met.get(own.opponent[at]!)!) };
}

/**
 * What each comparison is expected to be: the win rate; against a panel the rate against that member, so that members
 * of different strength are no noise. A member that was met once has no spread of its own, and is set against the whole.
 */
function expectations(own: Shares, rate: number, isPanel: boolean): readonly number[] {
  if (!isPanel) return own.points.map(() => rate);
  const sums = new Map<number, { n: number; weight: number; points: number }>();
  own.opponent.forEach((opponent, at) => {
    const sum = sums.get(opponent) ?? { n: 0, weight: 0, points: 0 };
    sum.n += 1;
    sum.weight += own.weight[at]!;
    sum.points += own.weight[at]! * own.points[at]!;
    sums.set(opponent, sum);
  });
  return own.opponent.map((opponent) => {
    const { n, weight, points } = sums.get(opponent)!;
    return n > 1 ? points / weight : rate;
  });
}

function weightedMean(own: Shares, times: (at: number) => number): number | null {
  let total = 0;
  let weight = 0;
  for (let at = 0; at < own.points.length; at += 1) {
    const w = times(at) * own.weight[at]!;
    total += w * own.points[at]!;
    weight += w;
  }
  return weight > 0 ? total / weight : null;
}

/**
 * Of the weighted mean, from sums over clusters, with C / (C − 1): for unit weights and no clusters the sample
 * standard deviation (ddof 1) over √n. Two-way as in the sandwich. Null with fewer than two clusters.
 */
function standardError(
  own: Shares,
  expected: readonly number[],
  codings: readonly Int32Array[],
): { readonly se: number | null; readonly clusters: number } {
  const parts = [...codings];
  if (parts.length === 0) parts.push(Int32Array.from(own.row, (_, at) => at));
  if (parts.length === 2) {
    const [first, second] = parts;
    const keys = new Map<string, number>();
    parts.push(
      first!.map((code, at) => {
        const key = `${code}/${second![at]}`;
        if (!keys.has(key)) keys.set(key, keys.size);
        return keys.get(key)!;
      }),
    );
  }
  const weight = own.weight.reduce((sum, value) => sum + value, 0);
  let variance = 0;
  let clusters = Number.POSITIVE_INFINITY;
  for (const [k, codes] of parts.entries()) {
    const sums = new Map<number, number>();
    codes.forEach((code, at) => {
      const deviation = (own.weight[at]! / weight) * (own.points[at]! - expected[at]!);
      sums.set(code, (sums.get(code) ?? 0) + deviation);
    });
    clusters = Math.min(clusters, sums.size);
    if (sums.size < 2) return { se: null, clusters };
    let squares = 0;
    for (const sum of sums.values()) squares += sum * sum;
    variance += ((k === 2 ? -1 : 1) * squares * sums.size) / (sums.size - 1);
  }
  return { se: Math.sqrt(Math.max(0, variance)), clusters };
}

/** Places by win rate; rank sets from the standard errors as if independent, which a shared baseline makes cautious. */
function rankGroup(group: readonly number[], rated: Map<number, RatedModel>, settings: RatingSettings): void {
  const members = group.filter((model) => rated.has(model));
  const m = members.length;
  const rates = Float64Array.from(members, (model) => rated.get(model)!.winRate!);
  const ranks = ranksByValue(rates, 1e-9);
  const errors = members.map((model) => {
    const { winRateSe: se, winRateLow: low, winRateHigh: high } = rated.get(model)!;
    if (se == null) return null;
    return low == null || high == null ? se : Math.max(se, (high - low) / (2 * Z95));
  });
  const known = settings.interval !== 'none' && errors.every((se) => se !== null);
  const covariance = new Float64Array(m * m);
  errors.forEach((se, i) => {
    covariance[i * m + i] = (se ?? 0) ** 2;
  });
  const sets = known ? rankSets(rates, covariance, independentDraws(errors, settings.seed), DRAWS) : null;
  members.forEach((model, i) => {
    rated.set(model, {
      ...rated.get(model)!,
      rank: ranks[i]!,
      rankLow: sets?.[i]?.low ?? null,
      rankHigh: sets?.[i]?.high ?? null,
    });
  });
}

const DRAWS = 2000;

function independentDraws(errors: readonly (number | null)[], seed: number): Float64Array {
  const m = errors.length;
  return normalDraws(`win-rate/ranks/${seed}`, DRAWS * m).map((draw, k) => draw * (errors[k % m] ?? 0));
}

/** The clusters behind an interval by rater or prompt, over all comparisons that some win rate counts. */
function clusterNotes(
  columns: ComparisonColumns,
  settings: RatingSettings,
  shares: readonly Shares[],
): RatingWarning[] {
  if (settings.interval === 'none' || settings.interval === 'fisher') return [];
  const rows = Int32Array.from(new Set(shares.flatMap(({ row }) => row)));
  return describeClusters(columns, settings, rows, clusterCodes(columns, settings.cluster, rows));
}

function warningsOf(
  columns: ComparisonColumns,
  settings: RatingSettings,
  components: readonly (readonly number[])[],
  tally: Tally,
  rated: ReadonlyMap<number, RatedModel>,
  shares: readonly Shares[],
): RatingWarning[] {
  const warnings: RatingWarning[] = [];
  const panel = settings.panel.length > 0;
  if (settings.baseline === null && !panel) {
    if (components.length > 1) warnings.push(disconnectedWarning(columns.models, components));
    warnings.push({
      code: 'panel_dependent',
      message: 'Each win rate is against whoever the model met; models that met weaker ones look stronger.',
    });
  }
  const strangers = columns.models.filter(
    (_, model) => !rated.has(model) && tally.wins[model]! + tally.losses[model]! + tally.ties[model]! > 0,
  );
  if (strangers.length > 0) {
    warnings.push({
      code: 'without_baseline',
      message: `Never compared with ${panel ? 'the panel' : settings.baseline}: ${listNames(strangers)}.`,
    });
  }
  const partial = columns.models.filter((name, model) => {
    const own = [...new Set(settings.panel)].filter((member) => member !== name);
    return panel && rated.has(model) && new Set(shares[model]!.opponent).size < own.length;
  });
  if (partial.length > 0) {
    warnings.push({
      code: 'panel_incomplete',
      message: `Not compared with every model of the panel, so not on one footing with the others: ${listNames(partial)}.`,
    });
  }
  if (settings.interval === 'fisher') {
    warnings.push({
      code: 'interval_not_available',
      message: 'Win rates have no fisher interval; sandwich and bootstrap work.',
    });
  }
  warnings.push(...clusterNotes(columns, settings, shares));
  warnings.push(...unseenWarning(columns.models, tally), ...thinDataWarning(columns.models, tally));
  return warnings;
}
