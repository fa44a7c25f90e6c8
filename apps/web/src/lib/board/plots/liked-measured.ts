import type { ModelSources } from '#lib/board/tables/sources.ts';

type LikedPoint = {
  readonly model: string;
  /** 0..100 from benchmarks. */
  readonly measured: number;
  /** 0..100 from people. */
  readonly liked: number;
  /** How much more people like it than the line says, in points of their scale; null without a line. */
  readonly excess: number | null;
};

export type LikedMeasured = {
  readonly points: readonly LikedPoint[];
  /** Least squares over the points: liked = intercept + slope × measured. Null below three points. */
  readonly line: { readonly intercept: number; readonly slope: number } | null;
  /** Models that lack one of the two. */
  readonly without: readonly string[];
};

/** What people like against what benchmarks measure, and how far each model is off the common line. */
export function likedMeasured(models: readonly ModelSources[]): LikedMeasured {
  const known = models.flatMap(({ model, values: { people, benchmarks }, predicted }) =>
    people === null || benchmarks === null || predicted.has('people') || predicted.has('benchmarks')
      ? []
      : [{ model, liked: people, measured: benchmarks }],
  );
  const names = new Set(known.map(({ model }) => model));
  const line = fitLine(known);
  return {
    points: known.map((point) => ({
      ...point,
      excess: line === null ? null : point.liked - (line.intercept + line.slope * point.measured),
    })),
    line,
    without: models.flatMap(({ model }) => (names.has(model) ? [] : [model])),
  };
}

function fitLine(points: readonly { readonly liked: number; readonly measured: number }[]) {
  if (points.length < 3) return null;
  const mean = (pick: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const x = mean((point) => point.measured);
  const y = mean((point) => point.liked);
  const spread = points.reduce((sum, point) => sum + (point.measured - x) ** 2, 0);
  if (spread === 0) return null;
  const slope = points.reduce((sum, point) => sum + (point.measured - x) * (point.liked - y), 0) / spread;
  return { slope, intercept: y - slope * x };
}
