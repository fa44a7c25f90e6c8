import type { ComparisonSource, Outcome } from '@agon/domain';

/**
 * What a format's columns mean for a comparison, said once for the whole file, so that rows can be read without making
 * texts of them. It says the same as the format's `read`, which reads every row that is not regular.
 */
export type ComparisonPlan = {
  readonly winners: Readonly<Record<string, Outcome>>;
  /** Labels of the column `source`; null: all people. Without a label, a row with a judge and no rater is a judge's. */
  readonly sources: Readonly<Record<string, ComparisonSource>> | null;
  /** The first of these that is filled names the rater. */
  readonly raters: readonly string[];
  readonly prompts: readonly string[];
  /** Columns that must not be blank where they are filled. */
  readonly texts: readonly string[];
  readonly category: boolean;
  /** Reads `weight`, `share_a` and `turn`. */
  readonly weighted: boolean;
  /** The first of these that is filled is when; `asNumber`: dates are refused. */
  readonly times: readonly string[];
  readonly asNumber: boolean;
  /** With one of these columns the file is read row by row. */
  readonly not: readonly string[];
};
