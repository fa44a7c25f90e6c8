/** The largest mean with a table of its own; above it a count is a sum of independent draws, which is exact. */
export const LARGEST_MEAN = 192;
export const TABLE_ENTRIES = 256;
/** A 32-bit word gives the entry in its upper 8 bits, and what is compared with the limit in the other 24. */
const LIMIT = 2 ** 24;

/**
 * Alias table of Poisson(`mean`), 1..192, over 256 values from `least` on (Walker, 1977; Vose, 1991): entry k has a limit,
 * and the value to take, less `least`, where the word's lower part reaches it. The tails left out have less than 1e-15.
 */
export function fillAliasTable(mean: number, entries: Uint32Array): { readonly least: number } {
  const least = Math.max(0, mean - TABLE_ENTRIES / 2);
  const chances = new Float64Array(TABLE_ENTRIES);
  let logFactorial = 0;
  for (let k = 2; k <= least; k += 1) logFactorial += Math.log(k);
  let total = 0;
  for (let k = 0; k < TABLE_ENTRIES; k += 1) {
    const value = least + k;
    if (k > 0 && value > 1) logFactorial += Math.log(value);
    chances[k] = Math.exp(value * Math.log(mean) - mean - logFactorial);
    total += chances[k]!;
  }
  const scaled = chances.map((chance) => (chance * TABLE_ENTRIES) / total);
  const small: number[] = [];
  const large: number[] = [];
  scaled.forEach((value, k) => {
    (value < 1 ? small : large).push(k);
  });
  while (small.length > 0 && large.length > 0) {
    const k = small.pop()!;
    const donor = large[large.length - 1]!;
    entries[2 * k] = Math.round(scaled[k]! * LIMIT);
    entries[2 * k + 1] = donor;
    scaled[donor] = scaled[donor]! - (1 - scaled[k]!);
    if (scaled[donor]! >= 1) continue;
    large.pop();
    small.push(donor);
  }
  for (const k of [...small, ...large]) {
    entries[2 * k] = LIMIT;
    entries[2 * k + 1] = k;
  }
  return { least };
}
