import { timeOfNumber } from '../time-of.ts';

const [ZERO, NINE, DOT, DASH, COLON, SPACE, CAPITAL_T, CAPITAL_Z] = [
  0x30, 0x39, 0x2e, 0x2d, 0x3a, 0x20, 0x54, 0x5a,
];
const [DATE, DATE_TIME] = [10, 19];
const MAX_DIGITS = 22;
/** Powers of ten that are numbers without loss. */
const POWERS = Array.from({ length: MAX_DIGITS + 1 }, (_, digits) => 10 ** digits);

/**
 * Milliseconds since 1970 of the usual spellings, without making a text: the same as `timeOf` has it, or NaN, which says
 * that a slower look is needed, not that it is no time.
 * @param isExact with false, the last bits may differ: it is only asked whether this is a time
 */
export function quickTime(bytes: Uint8Array, start: number, end: number, isExact: boolean): number {
  const isDate = end - start >= DATE_TIME && bytes[start + 4] === DASH;
  return isDate ? quickDate(bytes, start, end) : timeOfNumber(plainNumber(bytes, start, end, isExact));
}

/** Digits with at most one point among them; where it must be exact, few enough for that. */
function plainNumber(bytes: Uint8Array, start: number, end: number, isExact: boolean): number {
  let value = 0;
  let point = -1;
  for (let at = start; at < end; at += 1) {
    const unit = bytes[at]!;
    if (unit >= ZERO && unit <= NINE) value = 10 * value + (unit - ZERO);
    else if (unit === DOT && point < 0) point = at;
    else return Number.NaN;
  }
  const digits = end - start - (point < 0 ? 0 : 1);
  if (digits === 0 || digits > MAX_DIGITS || (isExact && value > Number.MAX_SAFE_INTEGER)) return Number.NaN;
  return point < 0 ? value : value / POWERS[end - point - 1]!;
}

/** 2024-05-01T12:00:00, with a space for the T, a fraction, and a Z, where they are. */
function quickDate(bytes: Uint8Array, start: number, end: number): number {
  const pair = (offset: number): number => {
    const [tens, ones] = [bytes[start + offset]! - ZERO, bytes[start + offset + 1]! - ZERO];
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : 10 * tens + ones;
  };
  const is = (offset: number, unit: number) => bytes[start + offset] === unit;
  if (!is(7, DASH) || !is(13, COLON) || !is(16, COLON)) return Number.NaN;
  if (!is(DATE, CAPITAL_T) && !is(DATE, SPACE)) return Number.NaN;
  const [year, month, day] = [100 * pair(0) + pair(2), pair(5), pair(8)];
  const [hour, minute, second] = [pair(11), pair(14), pair(17)];
  // later days are not in every month, and earlier years not allowed: the slower look tells
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return Number.NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  let at = start + DATE_TIME;
  let fraction = 0;
  if (at < end && bytes[at] === DOT) {
    const from = at + 1;
    at = from;
    while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
    if (at === from || at - from > 9) return Number.NaN;
    fraction = Math.round(1000 * plainNumber(bytes, from - 1, at, true));
  }
  if (at < end && bytes[at] === CAPITAL_Z) at += 1;
  if (at !== end) return Number.NaN;
  return Date.UTC(year, month - 1, day, hour, minute, second) + fraction;
}
