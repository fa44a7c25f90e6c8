import { factorCholesky, invertCholesky, solveCholesky, student95 } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import type { Estimate } from './judged-item.ts';

/** One statement: a person's vote or a judge's verdict. */
export type JuryStatement = {
  readonly cluster: string;
  /** Codes of the two models, from 0. */
  readonly a: number;
  readonly b: number;
  /** Slot a's share of the point, 0..1. */
  readonly share: number;
  /** -1: a person; else the judge's number. */
  readonly judge: number;
  /** +1: a was shown first; -1: b was; 0: not known, or both ways. */
  readonly first: number;
  /** log₂ of a's length over b's; 0 where not known. */
  readonly length: number;
};

export type JuryFit = {
  /** Logits, Σθ = 0, on people's scale. */
  readonly theta: readonly number[];
  readonly judges: readonly {
    /** β: 1 tells models apart as people do, 0 not at all, more than 1 with more certainty than people. */
    readonly discrimination: Estimate;
    /** Logits for the answer shown first. */
    readonly slotBias: Estimate;
    /** Logits for an answer twice as long. */
    readonly length: Estimate;
  }[];
  readonly iterations: number;
};

/** Judge's parameters: discrimination, slot, length. */
const OWN = 3;
const ROUNDS = 100;
/** Variance of a weak normal prior that keeps a slot bias or a length finite where nothing is known of it, logits². */
const WIDE = 25;

/**
 * Judges and people in one model: logit P(a) = β_k (θ_a − θ_b) + b_k · first + γ_k · length for judge k, and
 * θ_a − θ_b for people, who fix the scale (after the judge-aware Bradley–Terry of arXiv 2601.21817). A tie is half a point.
 * Maximum likelihood by Fisher scoring with a weak prior on b and γ; intervals from the sandwich by cluster, so that
 * what people say of one prompt, and judges with them, is not counted as independent.
 * @returns null where no finite maximum is reached, or where people leave the scale open
 */
export function fitJury(
  statements: readonly JuryStatement[],
  models: number,
  judges: number,
): JuryFit | null {
  const width = models + OWN * judges;
  if (models < 2 || !statements.some(({ judge }) => judge < 0)) return null;
  const value = new Float64Array(width);
  for (let k = 0; k < judges; k += 1) value[models + OWN * k] = 1;
  const places = new Int32Array(2 + OWN);
  const slopes = new Float64Array(2 + OWN);
  /** Linear predictor of a statement, with its derivatives in `slopes` by `places`; how many there are. */
  const predict = ({ a, b, judge, first, length }: JuryStatement): { gap: number; used: number } => {
    const difference = value[a]! - value[b]!;
    const at = models + OWN * judge;
    const beta = judge < 0 ? 1 : value[at]!;
    places[0] = a;
    slopes[0] = beta;
    places[1] = b;
    slopes[1] = -beta;
    if (judge < 0) return { gap: difference, used: 2 };
    for (let j = 0; j < OWN; j += 1) places[2 + j] = at + j;
    slopes[2] = difference;
    slopes[3] = first;
    slopes[4] = length;
    return { gap: beta * difference + value[at + 1]! * first + value[at + 2]! * length, used: 2 + OWN };
  };
  const isBias = (k: number): boolean => k >= models && (k - models) % OWN > 0;
  for (let iteration = 1; iteration <= ROUNDS; iteration += 1) {
    const gradient = new Float64Array(width);
    const information = new Float64Array(width * width);
    for (let i = 0; i < models; i += 1) {
      for (let j = 0; j < models; j += 1) information[i * width + j] = 1;
    }
    for (let k = models; k < width; k += 1) {
      // a judge of whom nothing is known keeps its start
      information[k * width + k] = isBias(k) ? 1 / WIDE : 1e-9;
      if (isBias(k)) gradient[k] = -value[k]! / WIDE;
    }
    for (const statement of statements) {
      const { gap, used } = predict(statement);
      const p = logistic(gap);
      const residual = statement.share - p;
      const weight = p * (1 - p);
      for (let i = 0; i < used; i += 1) {
        gradient[places[i]!]! += residual * slopes[i]!;
        for (let j = 0; j < used; j += 1) {
          information[places[i]! * width + places[j]!]! += weight * slopes[i]! * slopes[j]!;
        }
      }
    }
    const factor = factorCholesky(information, width);
    if (factor === null) return null;
    const step = solveCholesky(factor, width, gradient);
    const largest = step.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    if (!Number.isFinite(largest)) return null;
    const share = largest > 1 ? 0.5 / largest : 1;
    for (let k = 0; k < width; k += 1) value[k]! += share * step[k]!;
    if (value.some((each) => Math.abs(each) > LARGEST)) return null;
    if (largest > 1e-9) continue;
    const inverse = invertCholesky(factor, width);
    const scores = new Map<string, Float64Array>();
    for (const statement of statements) {
      const { gap, used } = predict(statement);
      const own = scores.get(statement.cluster) ?? new Float64Array(width);
      scores.set(statement.cluster, own);
      for (let i = 0; i < used; i += 1) own[places[i]!]! += (statement.share - logistic(gap)) * slopes[i]!;
    }
    const estimate = estimatesOf(value, inverse, [...scores.values()], models);
    return {
      theta: Array.from(value.subarray(0, models)),
      judges: Array.from({ length: judges }, (_, k) => ({
        discrimination: estimate(models + OWN * k),
        slotBias: estimate(models + OWN * k + 1),
        length: estimate(models + OWN * k + 2),
      })),
      iterations: iteration,
    };
  }
  return null;
}

/** Logits; further out there is no maximum but at infinity. */
const LARGEST = 30;

function estimatesOf(
  value: Float64Array,
  inverse: Float64Array,
  scores: readonly Float64Array[],
  models: number,
): (k: number) => Estimate {
  const width = value.length;
  const groups = scores.length;
  return (k) => {
    // Σθ = 0 costs one degree; a model of many parameters needs more clusters than it has
    const freedom = groups - models;
    if (freedom < 2) return { value: value[k]!, low: null, high: null };
    let variance = 0;
    for (const score of scores) {
      let moved = 0;
      for (let j = 0; j < width; j += 1) moved += inverse[k * width + j]! * score[j]!;
      variance += moved * moved;
    }
    const half = student95(freedom) * Math.sqrt((groups / (groups - 1)) * variance);
    return { value: value[k]!, low: value[k]! - half, high: value[k]! + half };
  };
}
