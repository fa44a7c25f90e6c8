/** A whole number of 64 bits: a number where that holds it, else the text of its digits, as JSON's are read. */
export function wholeNumberOf(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/**
 * A time as ISO 8601 in UTC, to its last digit.
 * @param count of units since 1970 @param digits of the fraction of a second that a unit is: 3 for milliseconds
 * @returns the count's own digits where no calendar reaches
 */
export function timeTextOf(count: bigint, digits: 0 | 3 | 6 | 9): string {
  const unit = 10n ** BigInt(digits);
  const fraction = ((count % unit) + unit) % unit;
  const date = new Date(Number((count - fraction) / unit) * 1000);
  if (Number.isNaN(date.getTime())) return String(count);
  const whole = date.toISOString().slice(0, -5);
  return fraction === 0n ? `${whole}Z` : `${whole}.${String(fraction).padStart(digits, '0')}Z`;
}

/** A day as ISO 8601. @param days since 1970 */
export function dayTextOf(days: number): string {
  return timeTextOf(BigInt(days) * 86_400n, 0).slice(0, -10);
}

/** A decimal with all its digits: a number where a number prints the same, else a text. @param scale digits behind the point */
export function decimalOf(unscaled: bigint, scale: number): number | string {
  const sign = unscaled < 0n ? '-' : '';
  const all = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const point = all.length - scale;
  const fraction = all.slice(point).replace(/0+$/, '');
  const text = `${sign}${all.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
  return String(Number(text)) === text ? Number(text) : text;
}
