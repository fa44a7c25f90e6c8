/** Look of the many small fields of a form that starts a run. */
export const LABEL = 'block text-small text-second';
export const FIELD =
  'mt-1 min-h-11 w-full rounded-box border border-third bg-surface px-3 text-base text-ink wide:min-h-9';
