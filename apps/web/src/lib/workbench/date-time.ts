import { getLocale } from '#paraglide/runtime.js';

/** Day and minute, in the reader's language and in UTC, so that the server and the browser write the same. */
export function dateTime(iso: string): string {
  return `${new Intl.DateTimeFormat(getLocale(), {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(new Date(iso))} UTC`;
}
