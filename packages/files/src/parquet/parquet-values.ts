import {
  dayTextOf,
  decimalOf,
  parseCell,
  storableText,
  timeTextOf,
  wholeNumberOf,
} from '@agon/formats/values';
import type { ParquetParsers } from 'hyparquet';

/** How Parquet's types become what the same value is in JSON; times to the last digit, as ISO texts in UTC. */
export const VALUE_PARSERS: ParquetParsers = {
  timestampFromMilliseconds: (count) => timeTextOf(BigInt(count), 3),
  timestampFromMicroseconds: (count) => timeTextOf(BigInt(count), 6),
  timestampFromNanoseconds: (count) => timeTextOf(BigInt(count), 9),
  dateFromDays: dayTextOf,
  stringFromBytes: textOf,
  jsonFromBytes: (bytes) => jsonOf(textOf(bytes)),
  geometryFromBytes: () => null,
  geographyFromBytes: () => null,
  uuidFromBytes: uuidOf,
};

/** Bytes that are no UTF-8 become U+FFFD; so does a null character, which no database stores. */
function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

function jsonOf(text: string): unknown {
  const value = parseCell(text);
  if (value !== undefined) return value;
  if (/^\s*[[{]/.test(text)) return text;
  try {
    const scalar = JSON.parse(text) as unknown;
    return typeof scalar === 'string' ? storableText(scalar) : scalar;
  } catch {
    return text;
  }
}

function uuidOf(bytes: Uint8Array): string | null {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Made what JSON has in its place: null for nothing and for NaN, digits for whole numbers beyond ±2^53. */
export function plainValue(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isNaN(value) ? null : value;
    case 'bigint':
      return wholeNumberOf(value);
    case 'object':
      return value === null ? null : plainObject(value);
    default:
      return null;
  }
}

function plainObject(value: object): unknown {
  if (value instanceof Uint8Array) return textOf(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>, plainValue);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)]));
}

/** An unscaled decimal as Parquet stores it, in any of its ways. */
export function decimalValue(unscaled: unknown, scale: number): number | string | null {
  if (unscaled === null || unscaled === undefined) return null;
  const digits = unscaled instanceof Uint8Array ? signedOf(unscaled) : BigInt(unscaled as number | bigint);
  return decimalOf(digits, scale);
}

/** Big-endian, two's complement. */
function signedOf(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}
