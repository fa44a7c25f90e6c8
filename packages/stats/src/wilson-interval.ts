import { Z95 } from './normal-distribution.ts';

/**
 * 95 % Wilson interval of a share (E. B. Wilson 1927).
 * @param share 0..1
 * @param n how many it is a share of, or null where unknown: no interval then
 * @returns ends within 0..1
 */
export function wilsonInterval(share: number, n: number | null): { low: number | null; high: number | null } {
  if (n === null || n <= 0) return { low: null, high: null };
  const scale = 1 + (Z95 * Z95) / n;
  const centre = (share + (Z95 * Z95) / (2 * n)) / scale;
  const half = (Z95 / scale) * Math.sqrt((share * (1 - share)) / n + (Z95 * Z95) / (4 * n * n));
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
