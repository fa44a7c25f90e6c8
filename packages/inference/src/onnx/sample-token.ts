import { likeliest } from './log-softmax.ts';

export type Sampling = {
  /** 0: always the likeliest. */
  readonly temperature: number;
  /** Share of the probability that tokens are drawn from, 0..1. */
  readonly topP: number;
};

/** @param chance uniform in [0, 1) @returns the id of the next token */
export function sampleToken(
  logprobs: Float64Array,
  { temperature, topP }: Sampling,
  chance: () => number,
): number {
  if (temperature === 0) return likeliest(logprobs, 1)[0]!;
  const weights = Float64Array.from(logprobs, (logprob) => Math.exp(logprob / temperature));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const order = topP < 1 ? [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b) : null;
  let kept = weights.length;
  let mass = all;
  if (order !== null) {
    mass = 0;
    kept = 0;
    while (kept < order.length && mass < topP * all) mass += weights[order[kept++]!]!;
  }
  let rest = chance() * mass;
  for (let i = 0; i < kept; i += 1) {
    const id = order === null ? i : order[i]!;
    rest -= weights[id]!;
    if (rest < 0) return id;
  }
  // rounding left a crumb: the last that has any weight
  return order === null ? weights.findLastIndex((weight) => weight > 0) : order[kept - 1]!;
}
