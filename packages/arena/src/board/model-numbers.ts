import type { ComparisonBlock } from '../ports/comparison-store.ts';

type Named = Pick<ComparisonBlock, 'a' | 'b'>;

/** Models of a block numbered in the order in which some of its rows name them. */
export class ModelNumbers {
  /** The block's codes, by number. */
  readonly codes: number[] = [];
  readonly #numberOf: number[] = [];
  /** The row that named each first, by code. */
  readonly #first: number[] = [];

  /** Takes the models of a row in; rows come in order. */
  meet({ a, b }: Named, row: number): void {
    this.#meetOne(a[row]!, row);
    this.#meetOne(b[row]!, row);
  }

  /** Whether one of the row's models has its number from this row. */
  isFirst({ a, b }: Named, row: number): boolean {
    return this.#first[a[row]!] === row || this.#first[b[row]!] === row;
  }

  /** Whether both of the row's models were named by rows before it, so that numbers are the same with and without it. */
  isLater({ a, b }: Named, row: number): boolean {
    return (this.#first[a[row]!] ?? row) < row && (this.#first[b[row]!] ?? row) < row;
  }

  numberOf(code: number): number {
    return this.#numberOf[code]!;
  }

  /** A column of the block's codes as numbers; itself where they are the same. */
  renumber(column: Uint16Array): Uint16Array {
    if (this.codes.every((code, number) => code === number)) return column;
    const numberOf = this.#numberOf;
    return column.map((code) => numberOf[code]!);
  }

  #meetOne(code: number, row: number): void {
    if (this.#numberOf[code] !== undefined) return;
    this.#numberOf[code] = this.codes.push(code) - 1;
    this.#first[code] = row;
  }
}
