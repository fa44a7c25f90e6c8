import { fitBradleyTerry } from '../bradley-terry/fit-bradley-terry.ts';
import { logistic } from '../elo-scale.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import { maximiseTieModel, type TieMaximum } from '../ties/fit-tie-model.ts';
import { tieModelBounds } from '../ties/tie-model-bounds.ts';

/** P(first), P(second), P(tie) of two models, by their numbers in the table. */
export type OutcomeChances = (i: number, j: number) => readonly [number, number, number];

/** No outcome is ever held to be impossible. */
const MIN_PROBABILITY = 1e-3;

/** Counts, weighted or not; what only errors need is left out. */
export type ChancesTable = Omit<PairTable, 'count' | 'square' | 'squarePoints' | 'squarePoints2' | 'plain'>;

/**
 * What a strongly connected table expects of its pairs: Davidson's model; where that has no finite maximum,
 * Bradley–Terry with the share of ties that there is.
 * @param maximise finds Davidson's maximum, null where there is none
 */
export function outcomeChances(
  table: ChancesTable,
  maximise: (table: ChancesTable) => TieMaximum | null = (own) => maximiseTieModel(own, 'davidson'),
): OutcomeChances {
  const tied = tieModelBounds(table) === 'bounded' ? maximise(table) : null;
  if (tied !== null) {
    const nu = Math.exp(tied.eta);
    return (i, j) => {
      const half = Math.exp((tied.theta[i]! - tied.theta[j]!) / 2);
      return floored(half, 1 / half, nu);
    };
  }
  const { theta } = fitBradleyTerry(table);
  const all = table.weight.reduce((sum, weight) => sum + weight, 0);
  const ties = table.ties.reduce((sum, weight) => sum + weight, 0) / all;
  return (i, j) => {
    const first = logistic(theta[i]! - theta[j]!);
    return floored((1 - ties) * first, (1 - ties) * (1 - first), ties);
  };
}

function floored(first: number, second: number, tie: number): [number, number, number] {
  const sum = first + second + tie;
  const kept = 1 - 3 * MIN_PROBABILITY;
  return [
    MIN_PROBABILITY + (kept * first) / sum,
    MIN_PROBABILITY + (kept * second) / sum,
    MIN_PROBABILITY + (kept * tie) / sum,
  ];
}
