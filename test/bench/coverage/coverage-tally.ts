/** An interval beside the number that it should hold; all in the unit of the line. */
export type Held = { readonly low: number; readonly high: number; readonly truth: number };

/** How often intervals held the truth. Those of one campaign share its luck, so errors come from whole campaigns. */
export class CoverageTally {
  readonly #shares: number[] = [];
  readonly #ranked: boolean[] = [];
  #intervals = 0;
  #width = 0;
  /** Campaigns of which the method gave no interval. */
  silent = 0;

  /** `allRanks`: every true rank lies in its rank set; null: there are no rank sets. */
  add(intervals: readonly Held[], allRanks: boolean | null): void {
    if (intervals.length === 0) {
      this.silent += 1;
      return;
    }
    let held = 0;
    for (const { low, high, truth } of intervals) {
      held += Number(low <= truth && truth <= high);
      this.#width += high - low;
    }
    this.#intervals += intervals.length;
    this.#shares.push(held / intervals.length);
    if (allRanks !== null) this.#ranked.push(allRanks);
  }

  get intervals(): number {
    return this.#intervals;
  }

  get width(): number {
    return this.#width / this.#intervals;
  }

  get coverage(): Estimate {
    return estimate(this.#shares);
  }

  get ranks(): Estimate | null {
    return this.#ranked.length === 0 ? null : estimate(this.#ranked.map(Number));
  }
}

/** A mean over campaigns with its standard error. */
export type Estimate = { readonly mean: number; readonly se: number };

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, se: Math.sqrt(squares / (n - 1) / n) };
}
