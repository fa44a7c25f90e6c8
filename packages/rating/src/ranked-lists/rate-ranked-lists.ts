import {
  ArenaError,
  type ComparisonColumns,
  OUTCOME_CODES,
  type Ranking,
  type RatingResult,
  type RatingSettings,
  type RatingWarning,
} from '@agon/domain';
import { type SquareMatrix, sandwichProduct } from '@agon/stats';
import { checkSettings } from '../check-settings.ts';
import { clipToSemidefinite } from '../covariance/clip-to-semidefinite.ts';
import { degreesOfFreedom } from '../covariance/degrees-of-freedom.ts';
import { clippedWarning, clusterWarnings, isSemidefinite } from '../covariance/sandwich-covariance.ts';
import { sumClusterScores } from '../covariance/sum-cluster-scores.ts';
import { fromCovariance, type GroupIntervals, withoutIntervals } from '../intervals/group-intervals.ts';
import { notConverged } from '../not-converged.ts';
import { PairTableBuilder } from '../pairs/pair-table.ts';
import { isUsableWeight } from '../pairs/scan-comparisons.ts';
import type { Tally } from '../pairs/tally.ts';
import { noComparisons } from '../pairs/tally-comparisons.ts';
import { type Core, type CoreFit, rateCores } from '../rate-cores.ts';
import { fitPlackettLuce, type RankedList, scoreList } from './fit-plackett-luce.ts';

/**
 * Plackett–Luce ratings of ranked lists, on the scale of Bradley–Terry. `comparisons` counts lists; each model's wins,
 * losses and ties count the models below, above and beside it. Intervals: the sandwich by list, rater, prompt or both.
 * @throws ArenaError('no_comparisons') where no list is left
 * @throws ArenaError('invalid_request') for a prior or weights by pair, which lists have no use for
 */
export function rateRankedLists(rankings: readonly Ranking[], settings: RatingSettings): RatingResult {
  const models = [...new Set(rankings.flatMap(({ places, unplaced }) => [...places.flat(), ...unplaced]))];
  checkSettings({ models }, settings);
  if (settings.reweight !== 'none') {
    throw new ArenaError('invalid_request', 'Ranked lists have no pairs to reweight.', {
      at: { column: 'reweight', value: settings.reweight },
    });
  }
  const code = new Map(models.map((model, at) => [model, at]));
  const codes = (names: readonly string[]): number[] => names.map((name) => code.get(name)!);
  const lists = rankings.map(({ places, unplaced, weight }) => ({
    places: places.map(codes),
    unplaced: codes(unplaced),
    weight: weight ?? 1,
  }));
  const columns = emptyColumns(models, rankings.length);
  const kept = lists
    .map((list, at) => ({ list, ranking: rankings[at]! }))
    .filter(({ list }) => isUsableWeight(list.weight));
  const zero = lists.filter(({ weight }) => weight === 0).length;
  const invalid = rankings.length - kept.length - zero;
  const reasons = [
    ...(zero > 0 ? [{ reason: 'zero_weight', count: zero }] : []),
    ...(invalid > 0 ? [{ reason: 'invalid_weight', count: invalid }] : []),
  ];
  if (kept.length === 0) throw noComparisons(columns, reasons);
  const tally = {
    ...tallyLists(
      models.length,
      kept.map(({ list }) => list),
    ),
    excluded: reasons,
  };
  const { result } = rateCores(columns, settings, tally, (core) => fitCore(kept, settings, core));
  const warnings: RatingWarning[] =
    settings.interval === 'bootstrap'
      ? [
          {
            code: 'interval_not_available',
            message: 'Ranked lists have no bootstrap interval; theirs is the sandwich by list.',
          },
        ]
      : [];
  return { ...result, warnings: [...result.warnings, ...warnings] };
}

type Kept = { readonly list: RankedList; readonly ranking: Ranking };

function emptyColumns(models: readonly string[], length: number): ComparisonColumns {
  return { length, models, a: new Int32Array(0), b: new Int32Array(0), outcome: new Int8Array(0) };
}

/** Which models stood above which: what connects them, and each one's counts. */
function tallyLists(models: number, lists: readonly RankedList[]): Omit<Tally, 'excluded'> {
  const builder = new PairTableBuilder(models);
  const [wins, losses, ties] = [new Int32Array(models), new Int32Array(models), new Int32Array(models)];
  for (const { places, unplaced } of lists) {
    places.forEach((tied, place) => {
      const below = [...places.slice(place + 1).flat(), ...unplaced];
      tied.forEach((model, at) => {
        for (const other of below) {
          builder.add(model, other, 1, 1, OUTCOME_CODES.a);
          wins[model]! += 1;
          losses[other]! += 1;
        }
        for (const other of tied.slice(at + 1)) {
          builder.add(model, other, 0.5, 1, OUTCOME_CODES.tie);
          ties[model]! += 1;
          ties[other]! += 1;
        }
      });
    });
  }
  return { table: builder.build(), used: lists.length, wins, losses, ties };
}

function fitCore(kept: readonly Kept[], settings: RatingSettings, core: Core): CoreFit {
  const inside = (models: readonly number[]): number[] =>
    models.flatMap((model) => (core.place[model]! < 0 ? [] : [core.place[model]!]));
  // a choice among some of the models is a choice of the same model: what lies outside is left out of the lists
  const lists = kept.flatMap(({ list, ranking }): Kept[] => {
    const places = list.places.map(inside).filter((place) => place.length > 0);
    const unplaced = inside(list.unplaced);
    const size = places.flat().length + unplaced.length;
    return size < 2 || places.length === 0 ? [] : [{ list: { ...list, places, unplaced }, ranking }];
  });
  const m = core.members.length;
  const fit = fitPlackettLuce(
    m,
    lists.map(({ list }) => list),
  );
  if (fit === null) throw notConverged(core.table);
  const { theta, inverse } = fit;
  return {
    theta,
    iterations: fit.iterations,
    used: lists.length,
    intervals: intervalsOf(lists, settings, core, theta, inverse),
  };
}

function intervalsOf(
  lists: readonly Kept[],
  settings: RatingSettings,
  { anchor }: Core,
  theta: Float64Array,
  inverse: SquareMatrix,
): GroupIntervals {
  if (settings.interval === 'none') return withoutIntervals([]);
  if (settings.interval === 'fisher') return fromCovariance(theta, inverse, anchor, settings.seed, []);
  const m = theta.length;
  const entries = entriesOf(lists, theta);
  const meatBy = (nameOf: (ranking: Ranking) => string | undefined) => sumByName(lists, entries, nameOf, m);
  const warnings: RatingWarning[] = [];
  const counts: number[] = [];
  const clustered = (name: 'rater' | 'prompt') => {
    const sum = meatBy((ranking) => (name === 'rater' ? ranking.rater : ranking.promptKey));
    warnings.push(...clusterWarnings(name, sum, lists.length));
    counts.push(sum.clusters);
    return sum;
  };
  const matrixOf = (): SquareMatrix | null => {
    switch (settings.cluster) {
      case 'none': {
        const { meat, clusters } = meatBy(() => undefined);
        // every list its own draw: as for votes, without the factor for few clusters
        return clusters < 2 ? meat : meat.map((value) => (value * (clusters - 1)) / clusters);
      }
      case 'rater':
      case 'prompt': {
        const { meat, clusters } = clustered(settings.cluster);
        return clusters < 2 ? null : meat;
      }
      case 'rater,prompt': {
        const [rater, prompt] = [clustered('rater'), clustered('prompt')];
        const both = meatBy((ranking) =>
          ranking.rater === undefined || ranking.promptKey === undefined
            ? undefined
            : JSON.stringify([ranking.rater, ranking.promptKey]),
        );
        if (rater.clusters < 2 || prompt.clusters < 2) return null;
        const meat = both.meat.map((value, k) => rater.meat[k]! + prompt.meat[k]! - value);
        if (!isSemidefinite(meat, m)) {
          clipToSemidefinite(meat, m);
          warnings.push(clippedWarning());
        }
        return meat;
      }
    }
  };
  const meat = matrixOf();
  if (meat === null) return withoutIntervals(warnings);
  return fromCovariance(theta, sandwichProduct(inverse, meat, m), anchor, settings.seed, warnings, {
    degrees: degreesOfFreedom(counts),
  });
}

/** Scores of the lists as differences e_i − e_j: a list's score sums to 0, so its first model takes what others give. */
function entriesOf(lists: readonly Kept[], theta: Float64Array) {
  const [list, i, j, score]: number[][] = [[], [], [], []];
  lists.forEach((kept, at) => {
    const [first, ...rest] = scoreList(kept.list, theta);
    for (const [model, value] of rest) {
      list!.push(at);
      i!.push(model);
      j!.push(first![0]);
      score!.push(value);
    }
  });
  return {
    list: Int32Array.from(list!),
    length: list!.length,
    row: Int32Array.from(list!),
    i: Int32Array.from(i!),
    j: Int32Array.from(j!),
    score: Float64Array.from(score!),
  };
}

/** Lists of one name are one draw; a list without a name is one of its own. */
function sumByName(
  lists: readonly Kept[],
  entries: ReturnType<typeof entriesOf>,
  nameOf: (ranking: Ranking) => string | undefined,
  m: number,
) {
  const known = new Map<string, number>();
  const sizes: number[] = [];
  let unknown = 0;
  const codes = lists.map(({ ranking }) => {
    const name = nameOf(ranking);
    const seen = name === undefined ? undefined : known.get(name);
    const code = seen ?? sizes.length;
    if (name === undefined) unknown += 1;
    else known.set(name, code);
    sizes[code] = (sizes[code] ?? 0) + 1;
    return code;
  });
  const { meat, clusters } = sumClusterScores(
    entries,
    entries.list.map((list) => codes[list]!),
    m,
  );
  return { meat, clusters, unknown, largestShare: Math.max(...sizes) / lists.length };
}
