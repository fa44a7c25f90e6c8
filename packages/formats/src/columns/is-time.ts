const [ZERO, NINE, DOT, DASH, COLON, SPACE, CAPITAL_T, CAPITAL_Z] = [
  0x30, 0x39, 0x2e, 0x2d, 0x3a, 0x20, 0x54, 0x5a,
];
const DATE_TIME = 19;
/** More digits than a number of seconds or milliseconds has. */
const LONGEST_NUMBER = 30;

/** Digits with at most one point among them. */
export function isPlainNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0;
  let points = 0;
  for (let at = start; at < end; at += 1) {
    const unit = bytes[at]!;
    if (unit >= ZERO && unit <= NINE) digits += 1;
    else if (unit === DOT) points += 1;
    else return false;
  }
  return digits > 0 && points <= 1 && end - start <= LONGEST_NUMBER;
}

/**
 * 2024-05-01T12:00:00, with a space for the T, a fraction, and a Z, where they are. Strict: `false` says that a slower
 * look is needed, not that it is no time.
 */
export function isIsoTime(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < DATE_TIME) return false;
  const pair = (offset: number): number => {
    const [tens, ones] = [bytes[start + offset]! - ZERO, bytes[start + offset + 1]! - ZERO];
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? 99 : 10 * tens + ones;
  };
  const is = (offset: number, unit: number) => bytes[start + offset] === unit;
  if (!is(4, DASH) || !is(7, DASH) || !is(13, COLON) || !is(16, COLON)) return false;
  if (!is(10, CAPITAL_T) && !is(10, SPACE)) return false;
  const [month, day] = [pair(5), pair(8)];
  if (pair(0) > 98 || pair(2) > 98 || month < 1 || month > 12 || day < 1 || day > 28) return false;
  if (pair(11) > 23 || pair(14) > 59 || pair(17) > 59) return false;
  let at = start + DATE_TIME;
  if (at < end && bytes[at] === DOT) {
    at += 1;
    const from = at;
    while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at += 1;
    if (at === from || at - from > 9) return false;
  }
  if (at < end && bytes[at] === CAPITAL_Z) at += 1;
  return at === end;
}
