/**
 * Cohen's kappa, (p_o − p_e) / (1 − p_e).
 * @param table counts, k × k row by row: how often the first said row and the second said column; any scale
 * @param weights `quadratic`: categories are ordered, and disagreement counts by the square of its distance
 * @returns null without counts, and where both always said the same one category
 * @see Cohen (1960), Educational and Psychological Measurement 20(1); Cohen (1968), Psychological Bulletin 70(4)
 */
export function cohenKappa(
  table: ArrayLike<number>,
  categories: number,
  weights: 'nominal' | 'quadratic' = 'nominal',
): number | null {
  const rows = new Float64Array(categories);
  const columns = new Float64Array(categories);
  let total = 0;
  for (let i = 0; i < categories; i += 1) {
    for (let j = 0; j < categories; j += 1) {
      const count = table[i * categories + j]!;
      rows[i]! += count;
      columns[j]! += count;
      total += count;
    }
  }
  let seen = 0;
  let expected = 0;
  for (let i = 0; i < categories; i += 1) {
    for (let j = 0; j < categories; j += 1) {
      const cost = weights === 'nominal' ? Number(i !== j) : (i - j) ** 2;
      seen += cost * table[i * categories + j]!;
      expected += (cost * rows[i]! * columns[j]!) / total;
    }
  }
  return expected > 0 ? 1 - seen / expected : null;
}
