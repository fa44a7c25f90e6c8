import { parseDecimal } from './parse-decimal.ts';

/** From these on a number of seconds, milliseconds, microseconds is one of the next finer unit: no vote is from the year 5138. */
const [MILLISECONDS_FROM, MICROSECONDS_FROM, NANOSECONDS_FROM, TOO_LARGE] = [1e11, 1e14, 1e17, 1e20];
/** The year 10000, ms. */
const END_OF_TIME = 253_402_300_800_000;
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?\s?(?:Z|([+-])(\d\d):?(\d\d)?)?)?$/;

/**
 * Milliseconds since 1970 of seconds, milliseconds, microseconds or nanoseconds, told apart by their size, or of an ISO
 * date with or without a time; without a zone it is UTC. NaN for everything else, and outside the years 1970 to 9999.
 */
export function timeOf(value: unknown): number {
  if (typeof value === 'number') return timeOfNumber(value);
  if (typeof value !== 'string') return Number.NaN;
  const number = parseDecimal(value);
  return Number.isNaN(number) ? timeOfDate(value.trim()) : timeOfNumber(number);
}

/** The same of a number. */
export function timeOfNumber(value: number): number {
  if (!(value >= 0 && value < TOO_LARGE)) return Number.NaN;
  if (value < MILLISECONDS_FROM) return Math.round(value * 1000);
  if (value < MICROSECONDS_FROM) return Math.round(value);
  return Math.round(value / (value < NANOSECONDS_FROM ? 1e3 : 1e6));
}

function timeOfDate(text: string): number {
  const found = ISO.exec(text);
  if (found === null) return Number.NaN;
  const [year, month, day, hour, minute, second] = found
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0)) as [number, number, number, number, number, number];
  const [zoneHour, zoneMinute] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59 || zoneHour > 15 || zoneMinute > 59) return Number.NaN;
  const date = Date.UTC(year, month - 1, day);
  // the 30th of February is the 2nd of March to Date.UTC
  if (month < 1 || new Date(date).getUTCMonth() !== month - 1 || day < 1) return Number.NaN;
  const zone = (found[8] === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000;
  const fraction = Math.round(1000 * Number(`0.${found[7] ?? 0}`));
  const time = date + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - zone;
  return time >= 0 && time < END_OF_TIME ? time : Number.NaN;
}
