import { getLocale } from '#paraglide/runtime.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
/** Below this whole seconds would be too coarse. */
const FEW_SECONDS = 10;
/** Below this a cent would be too coarse, US dollars. */
const SMALL_USD = 0.1;

/** A length of time in its two largest units. @param seconds ≥ 0 */
export function durationText(seconds: number): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour') =>
    new Intl.NumberFormat(getLocale(), {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: 1,
    }).format(value);
  if (seconds < FEW_SECONDS) return unit(seconds, 'second');
  const whole = Math.round(seconds);
  if (whole < 2 * MINUTE) return unit(whole, 'second');
  if (whole < 2 * HOUR) {
    const rest = whole % MINUTE;
    const minutes = unit(Math.floor(whole / MINUTE), 'minute');
    return rest === 0 ? minutes : `${minutes} ${unit(rest, 'second')}`;
  }
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const hours = unit(Math.floor(whole / HOUR), 'hour');
  return minutes === 0 ? hours : `${hours} ${unit(minutes, 'minute')}`;
}

/** The same for what is only guessed: one unit, from minutes on. @param seconds ≥ 0 */
export function roughDurationText(seconds: number): string {
  if (seconds < 2 * MINUTE) return durationText(seconds);
  return durationText(Math.round(seconds / MINUTE) * MINUTE);
}

/** US dollars to the cent, small sums to two digits that say something. */
export function costText(usd: number): string {
  const isSmall = usd > 0 && usd < SMALL_USD;
  return new Intl.NumberFormat(getLocale(), {
    style: 'currency',
    currency: 'USD',
    ...(isSmall ? { maximumSignificantDigits: 2 } : {}),
  }).format(usd);
}

/** Calls a second: whole above ten, one digit below, two below one. */
export function rateText(perSecond: number): string {
  const digits = perSecond >= 10 ? 0 : perSecond >= 1 ? 1 : 2;
  return perSecond.toLocaleString(getLocale(), { maximumFractionDigits: digits });
}

/** Milliseconds, or seconds where they are more than one. */
export function latencyText(ms: number): string {
  const isLong = ms >= 1000;
  return new Intl.NumberFormat(getLocale(), {
    style: 'unit',
    unit: isLong ? 'second' : 'millisecond',
    unitDisplay: 'short',
    maximumFractionDigits: isLong ? 1 : 0,
  }).format(isLong ? ms / 1000 : ms);
}

/** How long ago something was, in its largest unit. @param nowMs since the epoch */
export function agoText(iso: string, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - Date.parse(iso)) / 1000);
  const format = new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto', style: 'short' });
  if (seconds < MINUTE) return format.format(-Math.round(seconds), 'second');
  if (seconds < HOUR) return format.format(-Math.floor(seconds / MINUTE), 'minute');
  if (seconds < DAY) return format.format(-Math.floor(seconds / HOUR), 'hour');
  return format.format(-Math.floor(seconds / DAY), 'day');
}

export const countText = (value: number): string => value.toLocaleString(getLocale());
