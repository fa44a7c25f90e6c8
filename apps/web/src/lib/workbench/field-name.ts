import { m } from '#paraglide/messages.js';

const FIELDS: Readonly<Record<string, () => string>> = {
  model_a: m.workbench_field_model_a,
  model_b: m.workbench_field_model_b,
  winner: m.workbench_field_winner,
  winner_model_a: m.workbench_field_winner_model_a,
  winner_model_b: m.workbench_field_winner_model_b,
  winner_tie: m.workbench_field_winner_tie,
  winner_both_bad: m.workbench_field_winner_both_bad,
  preference: m.workbench_field_preference,
  share_a: m.workbench_field_share_a,
  prompt_id: m.workbench_field_prompt_id,
  prompt: m.workbench_field_prompt,
  rater: m.workbench_field_rater,
  judge: m.workbench_field_judge,
  turn: m.workbench_field_turn,
  category: m.workbench_field_category,
  language: m.workbench_field_language,
  weight: m.workbench_field_weight,
  timestamp: m.workbench_field_timestamp,
  id: m.workbench_field_id,
  model: m.workbench_field_model,
  answer: m.workbench_field_answer,
  answer_a: m.workbench_field_answer_a,
  answer_b: m.workbench_field_answer_b,
  reference: m.workbench_field_reference,
  rubric: m.workbench_field_rubric,
  criteria: m.workbench_field_criteria,
  checklist: m.workbench_field_checklist,
  context: m.workbench_field_context,
  benchmark: m.workbench_field_benchmark,
  score: m.workbench_field_score,
  source: m.workbench_field_source,
  n: m.workbench_field_n,
  models: m.workbench_field_models,
  ends: m.workbench_field_ends,
};

/** What a field of a format means, in the reader's words; a field of a format newer than this page is its own name. */
export function fieldName(field: string): string {
  return FIELDS[field]?.() ?? field;
}

const FORMATS: Readonly<Record<string, () => string>> = {
  plain: m.workbench_format_plain,
  answers: m.workbench_format_answers,
  prompts: m.workbench_format_prompts,
  scores: m.workbench_format_scores,
  'answer-sheet': m.workbench_format_sheet,
};

/** Our own formats in the reader's words; those of others under the names that they have. */
export function formatName(format: { readonly id: string; readonly title: string }): string {
  return FORMATS[format.id]?.() ?? format.title;
}
