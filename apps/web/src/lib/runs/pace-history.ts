import type { RunJson } from '@agon/contract';

/** How fast a run went at one moment. */
export type PacePoint = {
  readonly atMs: number;
  readonly perSecond: number;
  readonly inFlight: number;
  /** Calls that the provider turned away since the point before. */
  readonly turnedAway: number;
};

/** Ten minutes of a point a second. */
const MOST_POINTS = 600;

/** The history with the pace of now at its end; it begins anew where the run was not going. */
export function withPace(
  history: readonly PacePoint[],
  run: RunJson,
  rateLimitedBefore: number | null,
  nowMs: number,
): readonly PacePoint[] {
  if (run.state !== 'running' || run.pace === null) return history.length === 0 ? history : [];
  const { per_second, in_flight, rate_limited } = run.pace;
  const point = {
    atMs: nowMs,
    perSecond: per_second,
    inFlight: in_flight,
    turnedAway: rateLimitedBefore === null ? 0 : Math.max(0, rate_limited - rateLimitedBefore),
  };
  return [...history.slice(-(MOST_POINTS - 1)), point];
}

/**
 * Points of a line through values over time, in the plot's own units: x 0..width, y 0 at the top.
 * @param most what reaches the top, > 0
 */
export function linePoints(
  points: readonly { readonly atMs: number; readonly value: number }[],
  { width, height, most }: { readonly width: number; readonly height: number; readonly most: number },
): string {
  const first = points[0]?.atMs ?? 0;
  const span = Math.max(1, (points.at(-1)?.atMs ?? 0) - first);
  return points
    .map(({ atMs, value }) => {
      const x = (width * (atMs - first)) / span;
      const y = height * (1 - Math.min(1, value / most));
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}
