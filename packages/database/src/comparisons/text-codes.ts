import type { CodedNames } from '@agon/arena';

/** Numbers texts in the order in which they come. */
export class TextCodes implements CodedNames {
  readonly #codes = new Map<string, number>();
  readonly #names: string[] = [];

  get size(): number {
    return this.#names.length;
  }

  /** By code; grows with it. */
  get names(): readonly string[] {
    return this.#names;
  }

  has(name: string): boolean {
    return this.#codes.has(name);
  }

  codeOf(name: string): number {
    let code = this.#codes.get(name);
    if (code === undefined) {
      code = this.#names.length;
      this.#codes.set(name, code);
      this.#names.push(name);
    }
    return code;
  }

  nameOf(code: number): string {
    return this.#names[code]!;
  }
}
