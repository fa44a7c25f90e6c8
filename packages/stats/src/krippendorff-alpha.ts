/**
 * Krippendorff's alpha for unordered categories, 1 − D_o / D_e from coincidences; raters may miss units.
 * @param units for each unit, how often each category was said; units with fewer than two values do not count
 * @returns null where no unit has two values, or all values are one category
 * @see Krippendorff, Content Analysis (3rd ed. 2013), §12.3
 */
export function krippendorffAlpha(units: Iterable<ArrayLike<number>>, categories: number): number | null {
  const totals = new Float64Array(categories);
  let n = 0;
  let seen = 0;
  for (const counts of units) {
    let size = 0;
    for (let c = 0; c < categories; c += 1) size += counts[c]!;
    if (size < 2) continue;
    n += size;
    for (let c = 0; c < categories; c += 1) {
      totals[c]! += counts[c]!;
      seen += (counts[c]! * (size - counts[c]!)) / (size - 1);
    }
  }
  let expected = 0;
  for (const total of totals) expected += total * (n - total);
  return expected > 0 ? 1 - ((n - 1) * seen) / expected : null;
}
