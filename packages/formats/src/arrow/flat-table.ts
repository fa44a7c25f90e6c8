/**
 * A table of a FlatBuffer, read in place: fields are found through the table's own list of offsets, and a field that was
 * not written has its default. Only what Arrow's metadata needs.
 * @see https://flatbuffers.dev/internals/
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #offsets: number;
  readonly #offsetsSize: number;

  /** @throws RangeError where an offset leaves the bytes */
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#offsets = at - view.getInt32(at, true);
    this.#offsetsSize = view.getUint16(this.#offsets, true);
  }

  /** The table that a buffer starts with. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(0, true));
  }

  has(field: number): boolean {
    return this.#place(field) !== 0;
  }

  bool(field: number): boolean {
    const at = this.#place(field);
    return at !== 0 && this.#view.getUint8(at) !== 0;
  }

  uint8(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : this.#view.getUint8(at);
  }

  int16(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : this.#view.getInt16(at, true);
  }

  int32(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : this.#view.getInt32(at, true);
  }

  int64(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  text(field: number): string {
    const at = this.#target(field);
    if (at === 0) return '';
    const length = this.#view.getUint32(at, true);
    return new TextDecoder().decode(
      new Uint8Array(this.#view.buffer, this.#view.byteOffset + at + 4, length),
    );
  }

  /** Bytes of the metadata that the table lies in. */
  get size(): number {
    return this.#view.byteLength;
  }

  table(field: number): FlatTable | null {
    const at = this.#target(field);
    return at === 0 ? null : new FlatTable(this.#view, at);
  }

  tables(field: number): FlatTable[] {
    return this.#elements(field, 4).map(
      (at) => new FlatTable(this.#view, at + this.#view.getUint32(at, true)),
    );
  }

  /** A list of structs that hold nothing but 64-bit numbers, `width` each (a shorter number counts with its padding). */
  structs(field: number, width: number): number[][] {
    return this.#elements(field, 8 * width).map((at) =>
      Array.from({ length: width }, (_, i) => Number(this.#view.getBigInt64(at + 8 * i, true))),
    );
  }

  #elements(field: number, size: number): number[] {
    const at = this.#target(field);
    if (at === 0) return [];
    const length = this.#view.getUint32(at, true);
    if (length * size > this.#view.byteLength) throw new RangeError('a list longer than the metadata');
    return Array.from({ length }, (_, i) => at + 4 + i * size);
  }

  #place(field: number): number {
    const slot = 4 + 2 * field;
    if (slot >= this.#offsetsSize) return 0;
    const offset = this.#view.getUint16(this.#offsets + slot, true);
    return offset === 0 ? 0 : this.#at + offset;
  }

  #target(field: number): number {
    const at = this.#place(field);
    return at === 0 ? 0 : at + this.#view.getUint32(at, true);
  }
}
