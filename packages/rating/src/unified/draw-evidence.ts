import { factorSemidefinite, normalDraws, type SquareMatrix, seededRandom, shapeDraws } from '@agon/stats';
import { logistic } from '../elo-scale.ts';
import { type Evidence, sideOf } from './evidence.ts';

/** Joint draws of every cell: by source and model, one array of draws each, 0..100; empty where there is no cell. */
export type EvidenceDraws = {
  readonly draws: number;
  readonly values: readonly (readonly Float64Array[])[];
};

export const DRAWS = 1000;

/** For rankings of which only the order is asked. */
export const NO_DRAWS: EvidenceDraws = { draws: 0, values: [] };

/**
 * Seeded draws of all cells. Ratings of a board are drawn together, so that a win rate and the panel it is against agree;
 * benchmarks are drawn one by one; predictions of one model in one side share the error of its ability.
 */
export function drawEvidence(evidence: Evidence, seed: number, draws = DRAWS): EvidenceDraws {
  const { models, sources, residualSd } = evidence;
  const random = seededRandom(`unified/${seed}`);
  // one stream a model and side, used by all its predictions there
  const abilities = models.map(() => ({
    objective: normalDraws(random, draws),
    subjective: normalDraws(random, draws),
  }));
  const values = sources.map(({ kind, cells, board }) => {
    const side = sideOf(kind);
    const drawn = cells.map((cell, model): Float64Array => {
      const own = normalDraws(random, draws);
      if (cell === null) return new Float64Array(0);
      if (!cell.imputed) return own.map((z) => cell.value + (cell.se ?? 0) * z);
      const logit = Math.log(cell.value / (100 - cell.value));
      const ability = abilities[model]![side];
      return own.map(
        (z, draw) => 100 * logistic(logit + cell.fitSd! * ability[draw]! + residualSd[side] * z),
      );
    });
    if (board !== null && board.covariance !== null) {
      const [shares] = drawBoards(
        Float64Array.from(board.logits),
        fullMatrix(board.covariance, board.logits.length),
        [{ rows: board.logits.map((_, row) => row), panel: board.panel }],
        `unified/${seed}/${kind}`,
        draws,
      );
      board.members.forEach((model, row) => {
        drawn[model] = shares![row]!;
      });
    }
    return drawn;
  });
  return { draws, values };
}

function fullMatrix(lower: readonly number[], n: number): SquareMatrix {
  const full = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      full[i * n + j] = lower[next]!;
      full[j * n + i] = lower[next]!;
      next += 1;
    }
  }
  return full;
}

/**
 * Win rates, in per cent, under logits that are drawn together.
 * @param boards groups of logits, each with those of its rows that a win rate is against
 * @returns by board and row, one array of draws each
 */
export function drawBoards(
  logits: Float64Array,
  covariance: SquareMatrix,
  boards: readonly { readonly rows: readonly number[]; readonly panel: readonly number[] }[],
  tag: string,
  draws: number,
): Float64Array[][] {
  const n = logits.length;
  const errors = shapeDraws(normalDraws(tag, draws * n), draws, factorSemidefinite(covariance, n), n);
  const values = boards.map(({ rows }) => rows.map(() => new Float64Array(draws)));
  for (let draw = 0; draw < draws; draw += 1) {
    boards.forEach(({ rows, panel }, board) => {
      const rating = rows.map((at) => logits[at]! + errors[draw * n + at]!);
      rating.forEach((own, row) => {
        let sum = 0;
        let others = 0;
        for (const other of panel) {
          if (other === row) continue;
          sum += logistic(own - rating[other]!);
          others += 1;
        }
        values[board]![row]![draw] = (100 * sum) / others;
      });
    });
  }
  return values;
}
