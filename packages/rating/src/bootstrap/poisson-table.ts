/** The largest mean with a table of its own; above it a count is a sum of independent draws, which is exact. */
export const LARGEST_MEAN = 192;
export const TABLE_ENTRIES = 256;
/** A 32-bit word gives the entry in its low 8 bits, and what is compared with the limit in the other 24. */
const LIMIT = 2 ** 24;

export type PoissonTable = { readonly entries: Int32Array; readonly least: number };

/** They depend on the mean alone: kept, 1 kB each. */
const known: (PoissonTable | undefined)[] = [];

/**
 * Alias table of Poisson(`mean`), 1..192, over 256 values from `least` on (Walker, 1977; Vose, 1991). For a random word
 * with low byte k, the value is `least` + k where word | 255, as a signed number, is below entry k; else `least` + k ^ x
 * with x the entry's low byte. The tails left out have less than 1e-15.
 */
export function poissonTable(mean: number): PoissonTable {
  const table = known[mean] ?? fillAliasTable(mean);
  known[mean] = table;
  return table;
}

function fillAliasTable(mean: number): PoissonTable {
  const entries = new Int32Array(TABLE_ENTRIES);
  const least = Math.max(0, mean - TABLE_ENTRIES / 2);
  const scaled = new Float64Array(TABLE_ENTRIES);
  let logFactorial = 0;
  for (let k = 2; k <= least; k += 1) logFactorial += Math.log(k);
  let total = 0;
  for (let k = 0; k < TABLE_ENTRIES; k += 1) {
    const value = least + k;
    if (k > 0 && value > 1) logFactorial += Math.log(value);
    scaled[k] = Math.exp(value * Math.log(mean) - mean - logFactorial);
    total += scaled[k]!;
  }
  const small: number[] = [];
  const large: number[] = [];
  for (let k = 0; k < TABLE_ENTRIES; k += 1) {
    scaled[k]! *= TABLE_ENTRIES / total;
    (scaled[k]! < 1 ? small : large).push(k);
  }
  while (small.length > 0 && large.length > 0) {
    const k = small.pop()!;
    const donor = large[large.length - 1]!;
    entries[k] = entryOf(k, donor, scaled[k]!);
    scaled[donor] = scaled[donor]! - (1 - scaled[k]!);
    if (scaled[donor]! >= 1) continue;
    large.pop();
    small.push(donor);
  }
  // either way the value is k
  for (const k of [...small, ...large]) entries[k] = entryOf(k, k, 0);
  return { entries, least };
}

/** `share`: how likely entry k keeps its own value, below 1. */
function entryOf(k: number, other: number, share: number): number {
  const limit = Math.min(Math.round(share * LIMIT), LIMIT - 1);
  return limit * 256 + (k ^ other) - 2 ** 31;
}
