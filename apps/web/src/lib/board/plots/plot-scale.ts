import { scaleLinear } from 'd3-scale';

export type PlotScale = {
  /** Value → place across the plot, in per cent of its width: a plot takes the room that its column has. */
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
};

/** Room left and right of the outermost value, in per cent, for the marks themselves. */
const MARGIN = 4;
const MAX_TICKS = 6;

/** One scale for all rows of a forest plot: it ends where the data ends, with a few round ticks inside. */
export function plotScale(values: readonly (number | null)[]): PlotScale {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [low, high] = known.length === 0 ? [950, 1050] : [Math.min(...known), Math.max(...known)];
  const [from, to] = low === high ? [low - 50, high + 50] : [low, high];
  return scaleOf(from, to);
}

/** A scale whose ends are given, such as 0 and 100. */
export function fixedScale(from: number, to: number): PlotScale {
  return scaleOf(from, to);
}

function scaleOf(from: number, to: number): PlotScale {
  const scale = scaleLinear()
    .domain([from, to])
    .range([MARGIN, 100 - MARGIN]);
  // more words than this run into each other in a narrow column
  const ticks = scale.ticks(5);
  return {
    at: (value) => Math.round(scale(value) * 100) / 100,
    ticks: ticks.length > MAX_TICKS ? scale.ticks(3) : ticks,
  };
}
