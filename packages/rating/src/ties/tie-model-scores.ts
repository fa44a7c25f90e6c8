import type { SquareMatrix } from '@agon/stats';
import type { Votes } from '../bradley-terry/read-votes.ts';
import { BLOCK_ROWS } from '../contextual/scan-contextual-rows.ts';
import { OuterProducts } from '../covariance/outer-products.ts';
import type { ScoredRows } from '../covariance/sum-joint-clusters.ts';
import type { PairTable } from '../pairs/pair-table.ts';
import type { TieFit } from './fit-tie-model.ts';
import { type TieModel, tieTerms } from './tie-models.ts';

/** Derivatives by θ_low − θ_high, and by η, of one comparison; by 4 cell + kind, as `Votes` code them. */
export type TieScores = { readonly gap: Float64Array; readonly eta: Float64Array };

/** Outcomes are few, so each pair's scores are worked out once. */
export function tieScores(table: PairTable, model: TieModel, { theta, eta }: TieFit): TieScores {
  const scores = { gap: new Float64Array(4 * table.cells), eta: new Float64Array(4 * table.cells) };
  const terms = { value: 0, slopeGap: 0, slopeEta: 0, curveGap: 0, curveBoth: 0, curveEta: 0 };
  for (let cell = 0; cell < table.cells; cell += 1) {
    const gap = theta[table.low[cell]!]! - theta[table.high[cell]!]!;
    for (let kind = 0; kind < 3; kind += 1) {
      const [won, lost, tied] = [Number(kind === 0), Number(kind === 1), Number(kind === 2)];
      tieTerms(model, gap, eta, won, tied, lost, terms);
      scores.gap[4 * cell + kind] = terms.slopeGap;
      scores.eta[4 * cell + kind] = terms.slopeEta;
    }
  }
  return scores;
}

/** @param weight of the comparisons that `votes` are numbers of; absent: all weigh 1 */
export function scoredVotes(
  votes: Votes,
  table: PairTable,
  scores: TieScores,
  weight: Float64Array | undefined,
): ScoredRows {
  const i = new Int32Array(BLOCK_ROWS);
  const j = new Int32Array(BLOCK_ROWS);
  const score = new Float64Array(BLOCK_ROWS);
  const extras = new Float64Array(BLOCK_ROWS);
  return {
    models: table.models,
    width: 1,
    scan(visit) {
      for (let from = 0; from < votes.length; from += BLOCK_ROWS) {
        const length = Math.min(BLOCK_ROWS, votes.length - from);
        for (let k = 0; k < length; k += 1) {
          const code = votes.code[from + k]!;
          const w = weight === undefined ? 1 : weight[votes.row[from + k]!]!;
          i[k] = table.low[code >>> 2]!;
          j[k] = table.high[code >>> 2]!;
          score[k] = w * scores.gap[code]!;
          extras[k] = w * scores.eta[code]!;
        }
        visit({ length, i, j, score, extras });
      }
    },
  };
}

/** Σ u uᵀ, every comparison its own draw. `votes`: null where counts are the whole data. */
export function independentTieMeat(
  table: PairTable,
  scores: TieScores,
  votes: Votes | null,
  weight: Float64Array | undefined,
): SquareMatrix {
  // Σ w² by cell and kind
  const squares = new Float64Array(4 * table.cells);
  if (votes === null) {
    for (let cell = 0; cell < table.cells; cell += 1)
      squares.set([table.wins[cell]!, table.losses[cell]!, table.ties[cell]!], 4 * cell);
  } else {
    for (let k = 0; k < votes.length; k += 1) {
      const w = weight === undefined ? 1 : weight[votes.row[k]!]!;
      squares[votes.code[k]!]! += w * w;
    }
  }
  const sums = new OuterProducts(table.models, 1);
  for (let code = 0; code < squares.length; code += 1) {
    if (squares[code] === 0) continue;
    const root = Math.sqrt(squares[code]!);
    sums.add(table.low[code >>> 2]!, root * scores.gap[code]!);
    sums.add(table.high[code >>> 2]!, -root * scores.gap[code]!);
    sums.extra[0] = root * scores.eta[code]!;
    sums.close();
  }
  return sums.matrix();
}
