/**
 * P(χ² ≥ x) with an even number of degrees of freedom, 0..1: the chance of fewer than degrees / 2 events of a Poisson
 * process by x / 2, Σ_{k < degrees/2} e^(-x/2) (x/2)^k / k!.
 * @throws RangeError for degrees that are odd, or x below 0
 */
export function chiSquareTail(x: number, degrees: number): number {
  check(degrees);
  if (!(x >= 0)) throw new RangeError(`χ² is a number from 0 on, not ${x}.`);
  if (x === 0) return 1;
  const mean = x / 2;
  let log = -mean;
  let sum = Math.exp(log);
  for (let k = 1; k < degrees / 2; k += 1) {
    log += Math.log(mean / k);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/**
 * The value that χ² with an even number of degrees of freedom passes with chance `alpha`, to the last digits.
 * @param alpha 0 < alpha < 1
 * @throws RangeError for degrees that are odd, or alpha out of range
 */
export function chiSquareCritical(alpha: number, degrees: number): number {
  check(degrees);
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`α lies between 0 and 1, and is ${alpha}.`);
  let low = 0;
  let high = degrees;
  while (chiSquareTail(high, degrees) > alpha) high *= 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (chiSquareTail(middle, degrees) > alpha) low = middle;
    else high = middle;
  }
}

function check(degrees: number): void {
  if (!(Number.isInteger(degrees) && degrees >= 2 && degrees % 2 === 0)) {
    throw new RangeError(`Degrees of freedom are an even number from 2 on here, not ${degrees}.`);
  }
}
