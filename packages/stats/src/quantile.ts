/**
 * Quantiles by linear interpolation between order statistics (Hyndman and Fan's type 7, as numpy's default).
 * @param values finite, at least one, any order
 * @param shares 0..1 each
 */
export function quantiles(values: ArrayLike<number>, shares: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError('quantiles of no values');
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const low = sorted[below]!;
    return low + (place - below) * (sorted[Math.min(below + 1, sorted.length - 1)]! - low);
  });
}

/** One quantile; see `quantiles`. */
export function quantile(values: ArrayLike<number>, share: number): number {
  return quantiles(values, [share])[0]!;
}
