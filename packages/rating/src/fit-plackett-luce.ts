import {
  factorCholesky,
  invertCholesky,
  multiplyMatrices,
  type SquareMatrix,
  solveCholesky,
} from '@agon/stats';
import { connectModels } from './connected-models.ts';
import { centre, fixGauge, releaseGauge } from './fit-tie-model.ts';
import { PairTableBuilder } from './pair-table.ts';

/** Models from best to worst: all that were shown, or the best few of them followed by nobody. */
export type RankedList = readonly number[];

export type PlackettLuceFit = {
  /** Logits, Σθ = 0. */
  readonly theta: Float64Array;
  /** Sandwich, every list its own draw. */
  readonly covariance: SquareMatrix;
  readonly logLikelihood: number;
  readonly iterations: number;
};

/**
 * Plackett–Luce: a list is drawn place by place, each time the next model with probability e^θ over those left; lists
 * of two are Bradley–Terry. Newton's method (Hunter, 2004, Annals of Statistics 32(1), has the likelihood and when its
 * maximum exists).
 * @returns null where some models never lost, or never won, against the rest
 */
export function fitPlackettLuce(models: number, lists: readonly RankedList[]): PlackettLuceFit | null {
  if (!isConnected(models, lists)) return null;
  const theta = new Float64Array(models);
  for (let iteration = 1; iteration <= 200; iteration += 1) {
    const { value, gradient, information } = likelihood(models, lists, theta);
    const epsilon = fixGauge(information, models, models);
    const factor = factorCholesky(information, models);
    if (factor === null) return null;
    const step = solveCholesky(factor, models, gradient);
    const largest = step.reduce((most, by) => Math.max(most, Math.abs(by)), 0);
    if (largest < 1e-10) {
      centre(theta);
      const inverse = invertCholesky(factor, models);
      releaseGauge(inverse, models, models, epsilon);
      const meat = meatOf(models, lists, theta);
      return {
        theta,
        covariance: multiplyMatrices(multiplyMatrices(inverse, meat, models), inverse, models),
        logLikelihood: value,
        iterations: iteration,
      };
    }
    const share = largest > 1 ? 0.5 / largest : 1;
    for (let i = 0; i < models; i += 1) theta[i]! += share * step[i]!;
  }
  return null;
}

function isConnected(models: number, lists: readonly RankedList[]): boolean {
  const builder = new PairTableBuilder(models);
  for (const list of lists) {
    list.forEach((winner, place) => {
      for (const loser of list.slice(place + 1)) builder.add(winner, loser, 1, 1, 0);
    });
  }
  return connectModels(builder.build()).cores[0]?.length === models;
}

function likelihood(models: number, lists: readonly RankedList[], theta: Float64Array) {
  const gradient = new Float64Array(models);
  const information = new Float64Array(models * models);
  let value = 0;
  for (const list of lists) {
    for (let place = 0; place + 1 < list.length; place += 1) {
      const left = list.slice(place);
      const shares = sharesOf(left, theta);
      value += Math.log(shares[0]!);
      gradient[list[place]!]! += 1;
      left.forEach((i, k) => {
        gradient[i]! -= shares[k]!;
        information[i * models + i]! += shares[k]!;
        left.forEach((j, l) => {
          information[i * models + j]! -= shares[k]! * shares[l]!;
        });
      });
    }
  }
  return { value, gradient, information };
}

function sharesOf(left: readonly number[], theta: Float64Array): number[] {
  const top = Math.max(...left.map((i) => theta[i]!));
  const powers = left.map((i) => Math.exp(theta[i]! - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

function meatOf(models: number, lists: readonly RankedList[], theta: Float64Array): SquareMatrix {
  const meat = new Float64Array(models * models);
  for (const list of lists) {
    const score = new Map<number, number>();
    const add = (i: number, by: number): void => {
      score.set(i, (score.get(i) ?? 0) + by);
    };
    for (let place = 0; place + 1 < list.length; place += 1) {
      const left = list.slice(place);
      add(list[place]!, 1);
      sharesOf(left, theta).forEach((share, k) => {
        add(left[k]!, -share);
      });
    }
    for (const [i, x] of score) for (const [j, y] of score) meat[i * models + j]! += x * y;
  }
  return meat;
}
