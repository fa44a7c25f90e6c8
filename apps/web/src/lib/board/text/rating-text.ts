/** Numbers as the board shows them: whole, with their uncertainty, or not at all. */
export const NOTHING = '—';

/** Digits after the point: ratings have none, win rates one. */
export function rounded(value: number | null, digits = 0): string {
  // a real minus sign, as wide as the plus
  return value === null
    ? NOTHING
    : value
        .toFixed(digits)
        .replace(/^-0(?:\.0+)?$/, '0')
        .replace('-', '−');
}

/** Half the width of an interval, as "± 14"; empty where there is none. */
export function margin(low: number | null, high: number | null, digits = 0): string {
  return low === null || high === null ? '' : `± ${((high - low) / 2).toFixed(digits)}`;
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

/** A probability 0..1: "84 %", and "> 99 %" or "< 1 %" where the digits would claim too much. */
export function chance(share: number | null): string {
  if (share === null) return NOTHING;
  if (share > 0.99) return '> 99 %';
  return share < 0.01 ? '< 1 %' : `${Math.round(100 * share)} %`;
}
