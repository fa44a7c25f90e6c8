import {
  ArenaError,
  type ComparisonColumns,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
} from '@agon/domain';
import { seededRandom } from '@agon/stats';
import { type Drawn, drawWays, fromDrawn, pickColumns } from '../bootstrap/bootstrap-ways.ts';
import { clusterCodes, drawMultiplicities } from '../covariance/cluster-codes.ts';
import { degreesOf, describeClusters, isTooFew } from '../covariance/joint-covariance.ts';
import { winProbability } from '../elo-scale.ts';
import { withoutIntervals } from '../intervals/group-intervals.ts';
import { connectModels } from '../pairs/connected-models.ts';
import { listModels, type RatedModel, ranksByValue, SAME_RATING } from '../pairs/list-models.ts';
import { scanComparisons } from '../pairs/scan-comparisons.ts';
import type { Tally } from '../pairs/tally.ts';
import { tallyComparisons } from '../pairs/tally-comparisons.ts';
import { disconnectedWarning, listNames, thinDataWarning, unseenWarning } from '../rating-warnings.ts';

/**
 * Online Elo in the order of the rows: after each comparison slot a gains `k · weight · (share − expected share)` and
 * slot b loses as much. Zero-sum, so the mean of connected models stays at `initial`; an anchor model shifts
 * those that it is connected with, a mean anchor nothing.
 * @throws ArenaError('invalid_request') where stakes are so large that ratings overflow
 */
export function rateElo(columns: ComparisonColumns, settings: RatingSettings): RatingResult {
  const tally = tallyComparisons(columns, settings);
  const battles = readBattles(columns, settings, tally.used);
  const elo = play(battles, columns.models.length, settings, () => 1);
  if (!elo.every(Number.isFinite)) {
    throw new ArenaError('invalid_request', 'The stakes are so large that ratings overflow.', {
      hint: 'Lower k, or rescale the weights.',
      at: { column: 'k', value: String(settings.k) },
    });
  }
  const { components } = connectModels(tally.table, columns.models);
  const warnings: RatingWarning[] = [
    {
      code: 'order_dependent',
      message:
        'Online Elo depends on the order of the comparisons: the same votes in another order give other ratings.',
    },
  ];
  if (components.length > 1) warnings.push(disconnectedWarning(columns.models, components));
  warnings.push(...unseenWarning(columns.models, tally), ...thinDataWarning(columns.models, tally));
  warnings.push(...startWarning(columns.models, tally, settings));
  if (settings.interval === 'sandwich' || settings.interval === 'fisher') {
    warnings.push({
      code: 'interval_not_available',
      message: `Online Elo has no ${settings.interval} interval; the bootstrap works.`,
    });
  }
  const replays = replay(columns, settings, battles);
  warnings.push(...replays.warnings);
  const rated = new Map(components.flatMap((group) => rateGroup(group, columns, settings, elo, replays)));
  return {
    method: 'elo',
    settings,
    comparisons: { read: columns.length, used: tally.used, excluded: tally.excluded },
    fit: {
      converged: true,
      iterations: 1,
      components: components.map((group) => group.map((model) => columns.models[model]!)),
    },
    models: listModels(columns, components, tally, rated),
    warnings,
  };
}

/** Share of the way from the start that is still ahead when a rating is called unsettled. */
const UNSETTLED = 0.1;

/**
 * Models with so few comparisons that the start still pulls at their rating. Near an even match a comparison moves it by
 * k ln 10 / 1600 of what is left of the way, unevener ones by less; weights of 1 are assumed.
 */
function startWarning(
  names: readonly string[],
  { wins, losses, ties }: Tally,
  { k, initial }: RatingSettings,
): RatingWarning[] {
  const step = Math.min(0.5, (k * Math.LN10) / 1600);
  const enough = Math.ceil(Math.log(UNSETTLED) / Math.log1p(-step));
  const early = names.filter((_, model) => {
    const count = wins[model]! + losses[model]! + ties[model]!;
    return count > 0 && count < enough;
  });
  if (early.length === 0) return [];
  return [
    {
      code: 'near_start',
      message: `With k = ${k} a rating needs some ${enough} comparisons to leave its start behind; still drawn towards ${initial}, and so are their intervals: ${listNames(early)}.`,
    },
  ];
}

type Battles = {
  readonly row: Int32Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly points: Float64Array;
  readonly weight: Float64Array;
};

function readBattles(columns: ComparisonColumns, settings: RatingSettings, used: Tally['used']): Battles {
  const battles: Battles = {
    row: new Int32Array(used),
    a: new Int32Array(used),
    b: new Int32Array(used),
    points: new Float64Array(used),
    weight: new Float64Array(used),
  };
  let at = 0;
  scanComparisons(columns, settings, (row, a, b, points, weight) => {
    battles.row[at] = row;
    battles.a[at] = a;
    battles.b[at] = b;
    battles.points[at] = points;
    battles.weight[at] = weight;
    at += 1;
  });
  return battles;
}

/** `times`: how often the comparison counts, one right after the other. */
function play(
  battles: Battles,
  models: number,
  settings: RatingSettings,
  times: (at: number) => number,
): Float64Array {
  const elo = new Float64Array(models).fill(settings.initial);
  for (let at = 0; at < battles.row.length; at += 1) {
    const a = battles.a[at]!;
    const b = battles.b[at]!;
    for (let left = times(at); left > 0; left -= 1) {
      const surprise = battles.points[at]! - winProbability(elo[a]!, elo[b]!);
      const change = settings.k * battles.weight[at]! * surprise;
      elo[a]! += change;
      elo[b]! -= change;
    }
  }
  return elo;
}

/** Bootstrap replays of all models; `drawn` is null where no interval is asked for or to be had. */
type Replays = {
  readonly drawn: Drawn | null;
  readonly degrees: number;
  readonly warnings: readonly RatingWarning[];
};

function replay(columns: ComparisonColumns, settings: RatingSettings, battles: Battles): Replays {
  if (settings.interval !== 'bootstrap') return { drawn: null, degrees: Number.NaN, warnings: [] };
  const m = columns.models.length;
  const codings = clusterCodes(columns, settings.cluster, battles.row);
  const degrees = degreesOf(codings);
  const warnings = describeClusters(columns, settings, battles.row, codings);
  if (isTooFew(codings)) return { drawn: null, degrees, warnings };
  const drawn = drawWays(codings, (way, name) => {
    const theta = new Float64Array(settings.rounds * m);
    for (let round = 0; round < settings.rounds; round += 1) {
      const random = seededRandom(`elo/${settings.seed}${name}/${round}`);
      theta.set(play(battles, m, settings, drawMultiplicities(random, way)), round * m);
    }
    return { theta, kept: settings.rounds, dropped: 0 };
  });
  return { drawn, degrees, warnings };
}

function rateGroup(
  group: readonly number[],
  columns: ComparisonColumns,
  settings: RatingSettings,
  elo: Float64Array,
  { drawn, degrees }: Replays,
): (readonly [number, RatedModel])[] {
  const m = elo.length;
  const own = Float64Array.from(group, (model) => elo[model]!);
  const anchor =
    settings.anchor.model === null ? -1 : group.indexOf(columns.models.indexOf(settings.anchor.model));
  const shift = anchor < 0 ? 0 : settings.anchor.value - own[anchor]!;
  // replays count from the anchor model where there is one
  const origin = anchor < 0 ? 0 : settings.anchor.value;
  let intervals = withoutIntervals([]);
  if (drawn !== null) {
    intervals = fromDrawn(own, pickColumns(drawn, m, group), anchor, degrees);
  }
  const { low, high, ranks: sets } = intervals;
  const ranks = ranksByValue(own, SAME_RATING);
  return group.map((model, i) => [
    model,
    {
      rating: own[i]! + shift,
      low: low === null ? null : low[i]! + origin,
      high: high === null ? null : high[i]! + origin,
      rank: ranks[i]!,
      rankLow: sets?.[i]?.low ?? null,
      rankHigh: sets?.[i]?.high ?? null,
    },
  ]);
}
