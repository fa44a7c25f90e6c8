import { scaleLinear } from 'd3-scale';

export type PlotScale = {
  /** Value → horizontal place in the plot, 0..width. */
  readonly x: (value: number) => number;
  readonly ticks: readonly number[];
};

/** One scale for all rows of a forest plot: round ends, few ticks. */
export function plotScale(values: readonly (number | null)[], width: number, padding = 18): PlotScale {
  const known = values.filter((value): value is number => value !== null);
  const [low, high] = known.length === 0 ? [900, 1100] : [Math.min(...known), Math.max(...known)];
  const scale = scaleLinear()
    .domain(low === high ? [low - 50, high + 50] : [low, high])
    .nice(5)
    .range([padding, width - padding]);
  return { x: (value) => Math.round(scale(value) * 10) / 10, ticks: scale.ticks(5) };
}
