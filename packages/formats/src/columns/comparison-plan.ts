import type { JudgeRule } from '../readers/common-fields.ts';

/**
 * In what a format of comparisons differs from the others that have model_a, model_b and winner, said once for the whole
 * file, so that rows can be read without making texts of them. It says the same as the format's `read`, which reads every
 * row that is not regular.
 */
export type ComparisonPlan = {
  /** Who a name under `judge` is. */
  readonly judge: JudgeRule;
  /** Columns that name the prompt; the first that is filled does, with the prefix before it, `prompt_id` without. */
  readonly prompts: readonly string[];
  readonly promptPrefix: string;
  /** Columns that name the comparison, which must not be blank where they are filled. */
  readonly ids: readonly string[];
  /** Columns with texts, which tell prompts apart where no id does. */
  readonly promptTexts: readonly string[];
};
