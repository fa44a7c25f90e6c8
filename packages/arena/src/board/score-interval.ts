const Z = 1.959963984540054;

/**
 * 95 % Wilson interval of a share (Wilson 1927).
 * @param share 0..1
 * @param n items, or null where unknown: no interval then
 */
export function scoreInterval(share: number, n: number | null): { low: number | null; high: number | null } {
  if (n === null || n <= 0) return { low: null, high: null };
  const scale = 1 + (Z * Z) / n;
  const centre = (share + (Z * Z) / (2 * n)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
