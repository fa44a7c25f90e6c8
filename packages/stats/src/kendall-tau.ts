/**
 * Kendall's τ_b (1945) of two lists of equal length: 1 for the same order, −1 for the reverse, ties taken off both.
 * @returns null where one of the lists has no two different values
 */
export function kendallTau(x: ArrayLike<number>, y: ArrayLike<number>): number | null {
  let [concordant, left, right] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const [dx, dy] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      concordant += dx * dy;
      left += dx * dx;
      right += dy * dy;
    }
  }
  return left === 0 || right === 0 ? null : concordant / Math.sqrt(left * right);
}
