import type { RatingSettings } from '@agon/domain';
import type { ScoredRows } from '../covariance/sum-joint-clusters.ts';
import { logistic } from '../elo-scale.ts';
import type { ContextualPoint } from './climb-contextual.ts';
import {
  BLOCK_ROWS,
  type ContextualBlock,
  type ContextualColumns,
  plainBlock,
  scanContextualRows,
} from './scan-contextual-rows.ts';

/** The comparisons that a fit used, where it stands, and its penalty. */
export type FittedContextual = {
  readonly columns: ContextualColumns;
  readonly settings: Pick<RatingSettings, 'ties' | 'bothBad'>;
  readonly place: Int32Array;
  /** How many comparisons the fit used. */
  readonly used: number;
  readonly point: ContextualPoint;
  readonly penalty: number;
};

/** Numbers of the rows that count, in order. */
export function listRows(
  columns: ContextualColumns,
  settings: Pick<RatingSettings, 'ties' | 'bothBad'>,
  place: Int32Array,
): Int32Array {
  const rows = new Int32Array(columns.length);
  let length = 0;
  scanContextualRows(columns, settings, place, plainBlock(columns.width), (block) => {
    rows.set(block.row.subarray(0, block.length), length);
    length += block.length;
  });
  return rows.slice(0, length);
}

/** Scores (w (y − p) (e_i − e_j), w (y − p) x − λβ / n) of the rows that `listRows` lists. */
export function contextualScores(fitted: FittedContextual): ScoredRows {
  const { columns, settings, place, used, point, penalty } = fitted;
  const { theta, beta } = point;
  const width = beta.length;
  const back = beta.map((value) => (penalty * value) / used);
  const score = new Float64Array(BLOCK_ROWS);
  const extras = new Float64Array(BLOCK_ROWS * width);
  return {
    models: theta.length,
    width,
    scan(visit) {
      const block = plainBlock(width);
      scanContextualRows(columns, settings, place, block, ({ length, i, j, y, w, x }: ContextualBlock) => {
        for (let row = 0; row < length; row += 1) {
          const from = row * width;
          let gap = theta[i[row]!]! - theta[j[row]!]!;
          for (let f = 0; f < width; f += 1) gap += x[from + f]! * beta[f]!;
          const own = w[row]! * (y[row]! - logistic(gap));
          score[row] = own;
          for (let f = 0; f < width; f += 1) extras[from + f] = own * x[from + f]! - back[f]!;
        }
        visit({ length, i, j, score, extras });
      });
    },
  };
}
