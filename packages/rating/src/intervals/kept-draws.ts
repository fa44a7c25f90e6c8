import { normalDraws, studentScales } from '@agon/stats';

/**
 * The last draws for one use, kept: a board that is fitted again after each vote asks for the same ones every time. A tag
 * and a seed decide them.
 */
export class KeptDraws {
  readonly #tag: string;
  readonly #draws: number;
  readonly #noise = new Kept<Float64Array>();
  readonly #scales = new Kept<Float64Array>();
  readonly #scaled = new Kept<Float64Array>();

  constructor(tag: string, draws: number) {
    this.#tag = tag;
    this.#draws = draws;
  }

  /** Draws × `m` of N(0, 1), row by row. */
  normal(seed: number, m: number): Float64Array {
    return this.#noise.get(`${seed}/${m}`, () => normalDraws(`${this.#tag}/${seed}`, this.#draws * m));
  }

  /** What makes each row one of Student's t: see `studentScales`. */
  scales(seed: number, degrees: number): Float64Array {
    return this.#scales.get(`${seed}/${degrees}`, () =>
      studentScales(`${this.#tag}/${seed}/student`, this.#draws, degrees),
    );
  }

  /** Draws × `m` of Student's t, row by row. */
  student(seed: number, m: number, degrees: number): Float64Array {
    const normal = this.normal(seed, m);
    if (degrees === Number.POSITIVE_INFINITY) return normal;
    return this.#scaled.get(`${seed}/${m}/${degrees}`, () => {
      const rows = normal.slice();
      scaleRows(rows, m, this.scales(seed, degrees));
      return rows;
    });
  }
}

/** Multiplies each row of `m` numbers by its scale, in place. */
export function scaleRows(rows: Float64Array, m: number, scales: Float64Array): void {
  for (let row = 0; row < scales.length; row += 1) {
    const scale = scales[row]!;
    for (let at = row * m; at < (row + 1) * m; at += 1) rows[at]! *= scale;
  }
}

class Kept<Value> {
  #key: string | null = null;
  #value: Value | null = null;

  get(key: string, make: () => Value): Value {
    if (this.#key !== key || this.#value === null) {
      this.#value = make();
      this.#key = key;
    }
    return this.#value;
  }
}
