/**
 * Fisher's exact test of two shares, one-sided: where both are one share, the chance that of all that have the mark at
 * least so many fall to the first.
 * @param first how many of how many have the mark; whole numbers, 0 ≤ part ≤ of
 * @param second as `first`
 * @returns P(X ≥ first.part), 0..1, of X hypergeometric with the sums of both held fixed; 1 where nothing has the mark
 * @see Fisher (1935), The logic of inductive inference; Agresti, Categorical Data Analysis, 3.5.1
 */
export function fisherTail(
  first: { readonly part: number; readonly of: number },
  second: { readonly part: number; readonly of: number },
): number {
  const marked = first.part + second.part;
  const least = Math.max(0, marked - second.of);
  const most = Math.min(first.of, marked);
  // relative to the term at `least`, in logarithms: with some thousand pairs a single term is 0 in floating point
  const logs = [0];
  for (let k = least + 1; k <= most; k += 1) {
    const before = logs.at(-1)!;
    const odds = ((first.of - k + 1) * (marked - k + 1)) / (k * (second.of - marked + k));
    logs.push(before + Math.log(odds));
  }
  const highest = Math.max(...logs);
  let [tail, all] = [0, 0];
  logs.forEach((log, i) => {
    const term = Math.exp(log - highest);
    all += term;
    if (least + i >= first.part) tail += term;
  });
  return tail / all;
}
