/** A value of a FlatBuffer table: a number of so many bytes, or what stands elsewhere in the buffer. */
export type FlatValue =
  | { readonly bytes: 1 | 2 | 4; readonly value: number }
  | { readonly bytes: 8; readonly value: number }
  | { readonly table: readonly (FlatValue | null)[] }
  | { readonly tables: readonly (readonly (FlatValue | null)[])[] }
  | { readonly text: string }
  | { readonly structs: readonly (readonly number[])[] };

/**
 * A FlatBuffer with one root table; fields by their number, null where one is not written. Every object stands behind
 * the one that points to it, each at a multiple of 8, which is as much as any value of it needs.
 */
export function writeFlat(root: readonly (FlatValue | null)[]): Uint8Array {
  const out = new FlatWriter();
  out.root(root);
  return out.bytes();
}

class FlatWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #size = 8;

  root(fields: readonly (FlatValue | null)[]): void {
    const table = this.#table(fields);
    // not before: writing it may have moved the bytes
    this.#view.setUint32(0, table, true);
  }

  bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#size + (-this.#size & 7));
  }

  /** Returns where it stands. */
  #table(fields: readonly (FlatValue | null)[]): number {
    const offsetsSize = 4 + 2 * fields.length;
    // the list of offsets ends where the table starts, at a multiple of 8
    const offsets = this.#reserve(offsetsSize + (-offsetsSize & 7));
    const inline = 4 + 12 * fields.length;
    const table = this.#reserve(inline + 8);
    this.#view.setInt32(table, table - offsets, true);
    let at = 4;
    const later: [number, FlatValue][] = [];
    for (const [i, field] of fields.entries()) {
      if (field === null) continue;
      const size = 'bytes' in field ? field.bytes : 4;
      at += -at & (size - 1);
      this.#view.setUint16(offsets + 4 + 2 * i, at, true);
      if ('bytes' in field) this.#number(table + at, field.bytes, field.value);
      else later.push([table + at, field]);
      at += size;
    }
    this.#view.setUint16(offsets, offsetsSize, true);
    this.#view.setUint16(offsets + 2, at, true);
    for (const [place, value] of later) {
      const target = this.#elsewhere(value);
      this.#view.setUint32(place, target - place, true);
    }
    return table;
  }

  #elsewhere(value: FlatValue): number {
    if ('table' in value) return this.#table(value.table);
    if ('tables' in value) {
      const list = this.#reserve(4 + 4 * value.tables.length);
      this.#view.setUint32(list, value.tables.length, true);
      for (const [i, table] of value.tables.entries()) {
        const place = list + 4 + 4 * i;
        const target = this.#table(table);
        this.#view.setUint32(place, target - place, true);
      }
      return list;
    }
    if ('structs' in value) {
      const width = value.structs[0]?.length ?? 0;
      // the numbers behind the count stand at a multiple of 8
      const list = this.#reserve(8 + 8 * width * value.structs.length) + 4;
      this.#view.setUint32(list, value.structs.length, true);
      for (const [i, number] of value.structs.flat().entries()) this.#number(list + 4 + 8 * i, 8, number);
      return list;
    }
    const text = new TextEncoder().encode('text' in value ? value.text : '');
    const at = this.#reserve(4 + text.length + 1);
    this.#view.setUint32(at, text.length, true);
    this.#bytes.set(text, at + 4);
    return at;
  }

  #number(at: number, bytes: 1 | 2 | 4 | 8, value: number): void {
    if (bytes === 1) this.#view.setUint8(at, value);
    else if (bytes === 2) this.#view.setInt16(at, value, true);
    else if (bytes === 4) this.#view.setInt32(at, value, true);
    else this.#view.setBigInt64(at, BigInt(value), true);
  }

  /** Room at a multiple of 8. */
  #reserve(length: number): number {
    const at = this.#size + (-this.#size & 7);
    this.#size = at + length;
    if (this.#size + 8 > this.#bytes.length) {
      const wider = new Uint8Array(2 * (this.#size + 8));
      wider.set(this.#bytes);
      this.#bytes = wider;
      this.#view = new DataView(wider.buffer);
    }
    return at;
  }
}
