/** Numbers as the board shows them: whole, with their uncertainty, or not at all. */
export const NOTHING = '—';

export function whole(value: number | null): string {
  // a real minus sign, as wide as the plus
  return value === null ? NOTHING : String(Math.round(value)).replace('-', '−');
}

/** Half the width of an interval, as "± 14"; empty where there is none. */
export function margin(low: number | null, high: number | null): string {
  return low === null || high === null ? '' : `± ${Math.round((high - low) / 2)}`;
}

/** "3", or "2–4" where the votes cannot tell. */
export function rankRange(rank: number | null, low: number | null, high: number | null): string {
  if (rank === null) return NOTHING;
  return low === null || high === null || low === high ? String(low ?? rank) : `${low}–${high}`;
}

/** A share 0..1 in per cent with one decimal, without the sign. */
export function percent(share: number | null, digits = 1): string {
  return share === null ? NOTHING : (100 * share).toFixed(digits);
}
