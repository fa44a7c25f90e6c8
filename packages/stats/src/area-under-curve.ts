/**
 * Probability that a positive case scores above a negative one, ties counting half: the area under the ROC curve
 * (Hanley and McNeil, 1982, Radiology 143(1)).
 * @param weights how often each case counts; absent: once
 * @returns null without a case of either kind, and where a score is NaN
 */
export function areaUnderCurve(
  scores: ArrayLike<number>,
  positive: ArrayLike<boolean>,
  weights?: ArrayLike<number>,
): number | null {
  for (let at = 0; at < scores.length; at += 1) if (Number.isNaN(scores[at])) return null;
  const order = Array.from({ length: scores.length }, (_, at) => at).sort((x, y) => scores[x]! - scores[y]!);
  let [below, positives, won] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let [level, own] = [0, 0];
    let to = from;
    for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to += 1) {
      const weight = weights === undefined ? 1 : weights[order[to]!]!;
      if (positive[order[to]!]) own += weight;
      else level += weight;
    }
    won += own * (below + level / 2);
    below += level;
    positives += own;
    from = to;
  }
  return below > 0 && positives > 0 ? won / (below * positives) : null;
}
