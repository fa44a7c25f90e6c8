/** What one rater said of one item. */
export type RaterLabel = { readonly item: number; readonly rater: number; readonly label: number };

export type DawidSkeneFit = {
  /** P(true label of item), items × labels row by row. */
  readonly posterior: Float64Array;
  /** How common each label is. */
  readonly prevalence: Float64Array;
  /** For each rater, labels × labels row by row: P(says column | truth is row). */
  readonly confusion: readonly Float64Array[];
  /** Chance that the rater says the truth. */
  readonly reliability: Float64Array;
  readonly logLikelihood: number;
  readonly iterations: number;
};

/** Half a label of each kind more, so that nobody is ever held to be certain. */
const SMOOTHING = 0.5;

/**
 * Reliability of raters where several judged the same item, by EM from the majority's labels (Dawid and Skene, 1979,
 * Applied Statistics 28(1)), with half a pseudo-count in every cell of a rater's confusion.
 * @param labels codes 0 .. `kinds` − 1
 */
export function fitDawidSkene(
  labels: readonly RaterLabel[],
  items: number,
  raters: number,
  kinds: number,
): DawidSkeneFit {
  const posterior = new Float64Array(items * kinds);
  for (const { item, label } of labels) posterior[item * kinds + label]! += 1;
  for (let item = 0; item < items; item += 1) normalise(posterior, item * kinds, kinds);
  const prevalence = new Float64Array(kinds);
  const confusion = Array.from({ length: raters }, () => new Float64Array(kinds * kinds));
  let before = Number.NEGATIVE_INFINITY;
  for (let iteration = 1; ; iteration += 1) {
    prevalence.fill(0);
    for (const table of confusion) table.fill(SMOOTHING);
    for (let at = 0; at < posterior.length; at += 1) prevalence[at % kinds]! += posterior[at]!;
    normalise(prevalence, 0, kinds);
    for (const { item, rater, label } of labels) {
      for (let k = 0; k < kinds; k += 1)
        confusion[rater]![k * kinds + label]! += posterior[item * kinds + k]!;
    }
    for (const table of confusion) for (let k = 0; k < kinds; k += 1) normalise(table, k * kinds, kinds);
    const logs = new Float64Array(items * kinds);
    for (let at = 0; at < logs.length; at += 1)
      logs[at] = Math.log(Math.max(prevalence[at % kinds]!, 1e-300));
    for (const { item, rater, label } of labels) {
      for (let k = 0; k < kinds; k += 1) {
        logs[item * kinds + k]! += Math.log(confusion[rater]![k * kinds + label]!);
      }
    }
    let logLikelihood = 0;
    for (let item = 0; item < items; item += 1) {
      const own = logs.subarray(item * kinds, (item + 1) * kinds);
      const top = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
      let sum = 0;
      own.forEach((value, k) => {
        posterior[item * kinds + k] = Math.exp(value - top);
        sum += Math.exp(value - top);
      });
      logLikelihood += top + Math.log(sum);
      normalise(posterior, item * kinds, kinds);
    }
    if (Math.abs(logLikelihood - before) < 1e-9 * (1 + Math.abs(before)) || iteration >= 1000) {
      return {
        posterior,
        prevalence,
        confusion,
        reliability: Float64Array.from(confusion, (table) =>
          prevalence.reduce((sum, share, k) => sum + share * table[k * kinds + k]!, 0),
        ),
        logLikelihood,
        iterations: iteration,
      };
    }
    before = logLikelihood;
  }
}

function normalise(values: Float64Array, from: number, length: number): void {
  let sum = 0;
  for (let k = 0; k < length; k += 1) sum += values[from + k]!;
  for (let k = 0; k < length; k += 1) values[from + k] = sum > 0 ? values[from + k]! / sum : 1 / length;
}
