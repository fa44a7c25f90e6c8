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
  // all raters' tables in one, and for each label where its item and its column of its rater's table begin
  const confusion = new Float64Array(raters * kinds * kinds);
  const itemAt = Int32Array.from(labels, ({ item }) => item * kinds);
  const columnAt = Int32Array.from(labels, ({ rater, label }) => rater * kinds * kinds + label);
  const said = new Float64Array(confusion.length);
  const logs = new Float64Array(items * kinds);
  let before = Number.NEGATIVE_INFINITY;
  for (let iteration = 1; ; iteration += 1) {
    prevalence.fill(0);
    confusion.fill(SMOOTHING);
    for (let at = 0; at < posterior.length; at += 1) prevalence[at % kinds]! += posterior[at]!;
    normalise(prevalence, 0, kinds);
    for (let at = 0; at < labels.length; at += 1) {
      const item = itemAt[at]!;
      const column = columnAt[at]!;
      for (let k = 0; k < kinds; k += 1) confusion[column + k * kinds]! += posterior[item + k]!;
    }
    for (let row = 0; row < confusion.length; row += kinds) normalise(confusion, row, kinds);
    for (let at = 0; at < said.length; at += 1) said[at] = Math.log(confusion[at]!);
    const common = prevalence.map((share) => Math.log(Math.max(share, 1e-300)));
    for (let at = 0; at < logs.length; at += 1) logs[at] = common[at % kinds]!;
    for (let at = 0; at < labels.length; at += 1) {
      const item = itemAt[at]!;
      const column = columnAt[at]!;
      for (let k = 0; k < kinds; k += 1) logs[item + k]! += said[column + k * kinds]!;
    }
    let logLikelihood = 0;
    for (let from = 0; from < logs.length; from += kinds) {
      let top = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < kinds; k += 1) top = Math.max(top, logs[from + k]!);
      let sum = 0;
      for (let k = 0; k < kinds; k += 1) {
        const share = Math.exp(logs[from + k]! - top);
        posterior[from + k] = share;
        sum += share;
      }
      logLikelihood += top + Math.log(sum);
      normalise(posterior, from, kinds);
    }
    if (Math.abs(logLikelihood - before) < 1e-9 * (1 + Math.abs(before)) || iteration >= 1000) {
      const tables = Array.from({ length: raters }, (_, rater) =>
        confusion.slice(rater * kinds * kinds, (rater + 1) * kinds * kinds),
      );
      return {
        posterior,
        prevalence,
        confusion: tables,
        reliability: Float64Array.from(tables, (table) =>
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
