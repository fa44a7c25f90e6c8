/**
 * One field of a protobuf message as it stands on the wire. Only what ONNX files use is kept: varints, bytes and the two
 * fixed widths; groups are refused.
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export type Field = {
  readonly id: number;
  /** A varint; bytes (texts, messages, packed numbers); or the bytes of a fixed-width number. */
  readonly value: bigint | Uint8Array;
  /** Of a fixed-width number: 4 or 8. */
  readonly width?: 4 | 8;
};

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** @throws RangeError where the bytes end within a field, or hold what no ONNX file holds */
export function readFields(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError(`a number that does not end, at byte ${at}`);
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new RangeError(`a field is cut off at byte ${at}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const key = varint();
    const id = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (id === 0) throw new RangeError(`no field has the number 0, at byte ${at}`);
    if (wire === VARINT) fields.push({ id, value: varint() });
    else if (wire === BYTES) fields.push({ id, value: take(Number(varint())) });
    else if (wire === FIXED32) fields.push({ id, value: take(4), width: 4 });
    else if (wire === FIXED64) fields.push({ id, value: take(8), width: 8 });
    else throw new RangeError(`wire type ${wire} at byte ${at}`);
  }
  return fields;
}

/** The inverse of `readFields`. */
export function writeFields(fields: readonly Field[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { id, value, width } of fields) {
    if (typeof value === 'bigint')
      parts.push(varintBytes((BigInt(id) << 3n) | BigInt(VARINT)), varintBytes(value));
    else if (width !== undefined)
      parts.push(varintBytes((BigInt(id) << 3n) | BigInt(width === 4 ? FIXED32 : FIXED64)), value);
    else
      parts.push(varintBytes((BigInt(id) << 3n) | BigInt(BYTES)), varintBytes(BigInt(value.length)), value);
  }
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param value negative numbers take ten bytes, as protobuf's int64 does */
function varintBytes(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

const utf8 = { read: new TextDecoder(), write: new TextEncoder() };

export function textField(id: number, text: string): Field {
  return { id, value: utf8.write.encode(text) };
}

export function numberField(id: number, value: number): Field {
  return { id, value: BigInt(value) };
}

export function messageField(id: number, fields: readonly Field[]): Field {
  return { id, value: writeFields(fields) };
}

/** Texts of every field of this number. */
export function textsOf(fields: readonly Field[], id: number): string[] {
  return bytesOf(fields, id).map((bytes) => utf8.read.decode(bytes));
}

export function textOf(fields: readonly Field[], id: number): string {
  return textsOf(fields, id).at(-1) ?? '';
}

export function bytesOf(fields: readonly Field[], id: number): Uint8Array[] {
  return fields.flatMap((field) => (field.id === id && typeof field.value !== 'bigint' ? [field.value] : []));
}

/** Whole numbers of a repeated field, packed or not, as signed 64-bit ones. */
export function numbersOf(fields: readonly Field[], id: number): number[] {
  return fields.flatMap((field) => {
    if (field.id !== id) return [];
    if (typeof field.value === 'bigint') return [Number(BigInt.asIntN(64, field.value))];
    return readPacked(field.value);
  });
}

export function numberOf(fields: readonly Field[], id: number): number | null {
  return numbersOf(fields, id).at(-1) ?? null;
}

function readPacked(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    numbers.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return numbers;
}
