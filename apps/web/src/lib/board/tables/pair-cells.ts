import type { Board } from '@agon/contract';
import { wilsonInterval } from '@agon/stats';

/** One model against another, from the first one's side. */
export type PairCell = {
  readonly wins: number;
  readonly ties: number;
  readonly losses: number;
  readonly n: number;
  /** Wins and half of the ties over all, 0..1. */
  readonly share: number;
  /** 95 % Wilson interval of the share. */
  readonly low: number | null;
  readonly high: number | null;
};

/** Head to head in both directions; pairs that never met have no cell. */
export class PairCells {
  readonly most: number;
  readonly #cells = new Map<string, Map<string, PairCell>>();

  constructor(pairs: Board['pairs']) {
    let most = 0;
    for (const { model_a: a, model_b: b, wins, ties, losses } of pairs) {
      const n = wins + ties + losses;
      if (n === 0) continue;
      this.#put(a, b, cellOf(wins, ties, losses));
      this.#put(b, a, cellOf(losses, ties, wins));
      most = Math.max(most, n);
    }
    this.most = most;
  }

  get(row: string, column: string): PairCell | undefined {
    return this.#cells.get(row)?.get(column);
  }

  #put(row: string, column: string, cell: PairCell): void {
    const cells = this.#cells.get(row) ?? new Map<string, PairCell>();
    cells.set(column, cell);
    this.#cells.set(row, cells);
  }
}

function cellOf(wins: number, ties: number, losses: number): PairCell {
  const n = wins + ties + losses;
  const share = (wins + ties / 2) / n;
  return { wins, ties, losses, n, share, ...wilsonInterval(share, n) };
}

/** How many shades a heat map has: 0 the lowest, 8 the highest, 4 the middle. */
const SHADES = 9;

/** @param share 0..1 */
export function shadeOf(share: number): number {
  return Math.min(SHADES - 1, Math.max(0, Math.floor(share * SHADES)));
}
