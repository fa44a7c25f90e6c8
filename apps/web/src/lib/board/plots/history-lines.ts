import type { BoardModelPage } from '@agon/contract';
import type { ComparisonSource } from '@agon/domain';
import { scaleLinear } from 'd3-scale';
import type { Estimate } from '#lib/board/tables/rating-rows.ts';
import { estimateOf } from '#lib/board/tables/rating-rows.ts';

type HistoryPoint = {
  /** Across the plot, 0..width. */
  readonly x: number;
  readonly y: number;
  readonly top: number;
  readonly bottom: number;
  readonly estimate: Estimate;
  readonly at: string;
};
export type HistoryLines = {
  readonly people: readonly HistoryPoint[];
  readonly judges: readonly HistoryPoint[];
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
};

type Entry = Pick<BoardModelPage['history'][number], 'at' | 'people' | 'judges'>;

/**
 * A model's ratings over snapshots, placed by their date.
 * @param entries oldest first
 */
export function historyLines(
  entries: readonly Entry[],
  frame: { readonly width: number; readonly height: number; readonly pad: number },
): HistoryLines {
  const known = entries.flatMap(({ at, people, judges }) => [
    { at, source: 'people' as const, estimate: estimateOf(people ?? undefined) },
    { at, source: 'judges' as const, estimate: estimateOf(judges ?? undefined) },
  ]);
  const values = known.flatMap(({ estimate: { value, low, high } }) =>
    [value, low, high].filter((each) => each !== null),
  );
  const times = entries.map(({ at }) => Date.parse(at));
  const spread = (all: readonly number[], room: number) => {
    const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
    return low === high ? [low - room, high + room] : [low, high];
  };
  const x = scaleLinear()
    .domain(spread(times, 1))
    .range([frame.pad, frame.width - frame.pad]);
  const y = scaleLinear()
    .domain(spread(values, 50))
    .range([frame.height - frame.pad, frame.pad]);
  const lineOf = (source: ComparisonSource) =>
    known.flatMap(({ at, source: own, estimate }) =>
      own !== source || estimate.value === null
        ? []
        : [
            {
              x: x(Date.parse(at)),
              y: y(estimate.value),
              top: y(estimate.high ?? estimate.value),
              bottom: y(estimate.low ?? estimate.value),
              estimate,
              at,
            },
          ],
    );
  return {
    people: lineOf('people'),
    judges: lineOf('judges'),
    ticks: y.ticks(4).map((value) => ({ value, y: y(value) })),
  };
}
