import { bootstrapTail, quantiles } from '@agon/stats';
import { type ClusterCodes, joinClusters } from '../covariance/cluster-codes.ts';
import { fromDraws, type GroupIntervals } from '../intervals/group-intervals.ts';
import type { BootstrapDraws } from './bootstrap-draws.ts';
import { type BootstrapWays, combineWays } from './combine-ways.ts';

/** One bootstrap, or three where comparisons go together in two ways. */
export type Drawn = BootstrapDraws | BootstrapWays;

/**
 * Draws as often as needed: once, or by rater, by prompt and by the pair of both.
 * @param draw rows of estimates, from draws of such clusters; `way` tells its random streams apart
 */
export function drawWays(
  codings: readonly ClusterCodes[],
  draw: (codings: readonly ClusterCodes[], way: string) => BootstrapDraws,
): Drawn {
  const [first, second] = codings;
  if (first === undefined || second === undefined) return draw(codings, '');
  return {
    rater: draw([first], '/rater'),
    prompt: draw([second], '/prompt'),
    both: draw([joinClusters(first, second)], '/both'),
  };
}

/** Intervals of ratings from their draws: percentiles, or `combineWays`; `degrees`: see `degreesOfFreedom`. */
export function fromDrawn(
  theta: Float64Array,
  drawn: Drawn,
  anchor: number,
  degrees: number,
): GroupIntervals {
  return 'both' in drawn
    ? combineWays(theta, drawn, anchor, degrees)
    : fromDraws(theta, drawn, anchor, degrees);
}

/** The interval of one number from its draws, one a row; null where there are too few. */
export function intervalOf(
  value: number,
  drawn: Drawn,
  degrees: number,
): readonly [low: number, high: number] | null {
  if ('both' in drawn) {
    const { low, high } = combineWays(Float64Array.of(value), drawn, -1, degrees);
    return low === null || high === null ? null : [low[0]!, high[0]!];
  }
  if (drawn.kept < 2 || drawn.kept < drawn.dropped) return null;
  const tail = bootstrapTail(degrees);
  return quantiles(drawn.theta, [tail, 1 - tail]) as [number, number];
}

/** Some numbers of each row, which has `width` of them. */
export function pickColumns(drawn: Drawn, width: number, columns: readonly number[]): Drawn {
  const pick = ({ theta, kept, dropped }: BootstrapDraws): BootstrapDraws => {
    const picked = new Float64Array(kept * columns.length);
    for (let row = 0; row < kept; row += 1) {
      columns.forEach((column, k) => {
        picked[row * columns.length + k] = theta[row * width + column]!;
      });
    }
    return { theta: picked, kept, dropped };
  };
  if (!('both' in drawn)) return pick(drawn);
  return { rater: pick(drawn.rater), prompt: pick(drawn.prompt), both: pick(drawn.both) };
}

/** The first `models` numbers of each row, and interval by interval the others. */
export function splitDrawn(
  theta: Float64Array,
  others: ArrayLike<number>,
  drawn: Drawn,
  anchor: number,
  degrees: number,
): { readonly intervals: GroupIntervals; readonly others: (readonly [low: number, high: number])[] | null } {
  const m = theta.length;
  const width = m + others.length;
  const intervals = fromDrawn(
    theta,
    pickColumns(
      drawn,
      width,
      Array.from(theta, (_, i) => i),
    ),
    anchor,
    degrees,
  );
  const found = Array.from(others, (value, k) =>
    intervalOf(value, pickColumns(drawn, width, [m + k]), degrees),
  );
  if (intervals.low === null || found.some((interval) => interval === null))
    return { intervals, others: null };
  return { intervals, others: found as (readonly [number, number])[] };
}
