import type { RunHistoryJson } from '@agon/contract';

export type PlotPoint = { readonly atMs: number; readonly value: number };

/** With more than so many steps between two points nobody worked on the run: the line is broken there. */
const GAP_STEPS = 3;

/** The largest tick of an axis: 1, 2 or 5 times a power of ten, at least `most`. @param most ≥ 0 */
export function axisMost(most: number): number {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 5, 10].find((each) => each * power >= most * (1 - 1e-9)) ?? 10;
  return step * power;
}

/**
 * The line through values over time as the data of an SVG path, in the plot's own units: x 0..width, y 0 at the top.
 * @param stepMs what a point covers @param isStepped a value holds until the next one
 */
export function linePath(
  points: readonly PlotPoint[],
  plot: { readonly width: number; readonly height: number; readonly most: number },
  stepMs: number,
  isStepped = false,
): string {
  const [fromMs, toMs] = [points[0]?.atMs ?? 0, points.at(-1)?.atMs ?? 0];
  let beforeMs = Number.NEGATIVE_INFINITY;
  return points
    .map(({ atMs, value }) => {
      const x = xOf(atMs, fromMs, toMs, plot.width).toFixed(1);
      const y = (plot.height * (1 - Math.min(1, value / plot.most))).toFixed(1);
      const isCut = atMs - beforeMs > GAP_STEPS * stepMs;
      beforeMs = atMs;
      if (isCut) return `M${x},${y}`;
      return isStepped ? `H${x}V${y}` : `L${x},${y}`;
    })
    .join('');
}

/** Where a moment stands, 0..width. */
export const xOf = (atMs: number, fromMs: number, toMs: number, width: number): number =>
  (width * (atMs - fromMs)) / Math.max(1, toMs - fromMs);

/** Calls a second on average over the time that the run was worked on; null: no time. */
export function meanRate(points: RunHistoryJson['points']): number | null {
  const seconds = points.reduce((sum, point) => sum + point.seconds, 0);
  const replies = points.reduce((sum, point) => sum + point.per_second * Math.max(1, point.seconds), 0);
  return seconds < 1 ? null : replies / seconds;
}

/** Calls a second that a limit of requests comes to; null: no such limit is known. */
export function allowedRate(limits: RunHistoryJson['limits']): number | null {
  const requests = limits.find(({ of }) => of === 'requests');
  return requests?.window_seconds == null ? null : requests.allowed / requests.window_seconds;
}
