import type { RatingInsights } from '@agon/domain';
import { wilsonInterval, Z95 } from '@agon/stats';
import { ELO_PER_LOGIT, logistic } from '../elo-scale.ts';
import {
  type Evidence,
  type EvidenceCell,
  type EvidenceInput,
  type EvidenceSourceCells,
  type RatedBoard,
  sideOf,
  UNKNOWN_ITEMS,
} from './evidence.ts';
import { predictCells } from './predict-cells.ts';

/**
 * Puts ratings and scores on one scale, each between fixed anchors: a benchmark between guessing (0) and every item
 * solved (100), a board as the expected share of wins against the panel, ties as halves. Predicts missing cells.
 * Models outside the largest group of a board have no cell there: no number compares two groups.
 */
export function gatherEvidence(input: EvidenceInput): Evidence {
  const measured = [
    boardCells('people', input.people, input),
    boardCells('judges', input.judges, input),
    ...input.benchmarks.map((benchmark) => benchmarkCells(benchmark, input)),
  ].filter((source) => source.cells.some((cell) => cell !== null));
  const predicted = predictCells(
    measured.map(({ kind, cells }) => ({
      side: sideOf(kind),
      values: cells.map((cell) => cell?.value ?? null),
    })),
    input.models.length,
  );
  const rated = measured.filter(({ board }) => board !== null);
  const panel = new Set(
    rated.flatMap(({ board }) => board!.panel.map((row) => input.models[board!.members[row]!]!)),
  );
  return {
    version: 1,
    models: [...input.models],
    sources: measured.map((source, k) => ({
      ...source,
      cells: source.cells.map((cell, model) => cell ?? predicted.cells[k]![model]!),
    })),
    residualSd: predicted.residualSd,
    panel: input.models.filter((model) => panel.has(model)),
  };
}

function boardCells(kind: 'people' | 'judges', board: RatedBoard, input: EvidenceInput): EvidenceSourceCells {
  const none: EvidenceSourceCells = { source: kind, kind, cells: input.models.map(() => null), board: null };
  if (board.result === null) return none;
  const largest = new Set(board.result.fit.components[0] ?? []);
  const place = new Map(input.models.map((model, at) => [model, at]));
  const rows = board.result.models.filter(
    ({ model, rating }) => rating !== null && largest.has(model) && place.has(model),
  );
  if (rows.length < 2) return none;
  const logits = rows.map(({ rating }) => rating! / ELO_PER_LOGIT);
  const asked = new Set(input.panel);
  const named = rows.flatMap(({ model }, at) => (asked.has(model) ? [at] : []));
  // a panel of one would leave that one without an opponent
  const panel = named.length >= 2 ? named : rows.map((_, at) => at);
  const covariance = covarianceOf(
    rows.map(({ model }) => model),
    board.insights,
  );
  const cells: (EvidenceCell | null)[] = input.models.map(() => null);
  rows.forEach(({ model, low, high, comparisons }, at) => {
    const se =
      covariance === null
        ? low === null || high === null
          ? null
          : (shareAt(logits, panel, at, high / ELO_PER_LOGIT) -
              shareAt(logits, panel, at, low / ELO_PER_LOGIT)) /
            (2 * Z95)
        : shareError(logits, panel, at, covariance);
    cells[place.get(model)!] = {
      value: shareAt(logits, panel, at, logits[at]!),
      se,
      n: comparisons,
      imputed: false,
      fitSd: null,
    };
  });
  return {
    source: kind,
    kind,
    cells,
    board: { members: rows.map(({ model }) => place.get(model)!), logits, covariance, panel },
  };
}

/** Expected share of wins of row `at`, in per cent, against the panel without itself, were its logit `own`. */
function shareAt(logits: readonly number[], panel: readonly number[], at: number, own: number): number {
  let sum = 0;
  let others = 0;
  for (const other of panel) {
    if (other === at) continue;
    sum += logistic(own - logits[other]!);
    others += 1;
  }
  return (100 * sum) / others;
}

/** The delta method: the share bends with each logit of the panel, and those go together. */
function shareError(
  logits: readonly number[],
  panel: readonly number[],
  at: number,
  covariance: readonly number[],
): number {
  const slope = new Float64Array(logits.length);
  const others = panel.filter((other) => other !== at);
  for (const other of others) {
    const p = logistic(logits[at]! - logits[other]!);
    const by = (100 * p * (1 - p)) / others.length;
    slope[at]! += by;
    slope[other]! -= by;
  }
  let variance = 0;
  for (let i = 0; i < slope.length; i += 1) {
    for (let j = 0; j < slope.length; j += 1) variance += slope[i]! * slope[j]! * covariance[triangle(i, j)]!;
  }
  return Math.sqrt(Math.max(0, variance));
}

/** Place of (i, j) in a symmetric matrix that is kept as its lower triangle. */
function triangle(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}

function covarianceOf(models: readonly string[], insights: RatingInsights | null): number[] | null {
  if (insights === null) return null;
  const place = new Map(insights.models.map((model, at) => [model, at]));
  const rows = models.map((model) => place.get(model));
  if (rows.some((row) => row === undefined)) return null;
  return rows.flatMap((i, at) => rows.slice(0, at + 1).map((j) => insights.covariance[i!]![j!]!));
}

function benchmarkCells(
  benchmark: EvidenceInput['benchmarks'][number],
  input: EvidenceInput,
): EvidenceSourceCells {
  const chance = benchmark.chance ?? 0;
  const span = 1 - chance;
  return {
    source: benchmark.name,
    kind: 'benchmark',
    board: null,
    cells: input.models.map((model) => {
      const found = input.scores.find((row) => row.model === model && row.benchmark === benchmark.name);
      if (found === undefined || !(span > 0)) return null;
      // Wilson's half width: a score of 0 or 1 is not certain
      const { low, high } = wilsonInterval(found.score, found.n ?? UNKNOWN_ITEMS);
      const se = low === null || high === null ? null : (100 * (high - low)) / (2 * Z95 * span);
      return { value: (100 * (found.score - chance)) / span, se, n: found.n, imputed: false, fitSd: null };
    }),
  };
}
