import { getLocale } from '#paraglide/runtime.js';

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;
const GIGABYTE = KILOBYTE * MEGABYTE;

const shown = (value: number, digits: number) =>
  value.toLocaleString(getLocale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A number of bytes for people: "79 B", "12 kB", "3.4 MB". */
export function byteText(bytes: number): string {
  if (bytes < 10 * KILOBYTE) return `${shown(bytes, 0)} B`;
  if (bytes < MEGABYTE) return `${shown(bytes / KILOBYTE, 0)} kB`;
  if (bytes < GIGABYTE) return `${shown(bytes / MEGABYTE, 1)} MB`;
  return `${shown(bytes / GIGABYTE, 1)} GB`;
}
