import { STYLE_COUNTS, type StyleCount } from '@agon/domain';

/** Columns that judges are given, beside the prompt and its answers. */
export const MATERIAL_COLUMNS = ['reference', 'rubric', 'criteria', 'checklist', 'context'] as const;

/** Columns that name who compared; the first that is filled does. */
export const PERSON_COLUMNS = [
  'rater',
  'voter',
  'user',
  'user_id',
  'annotator',
  'annotator_id',
  'worker',
  'worker_id',
] as const;
export const RATER_COLUMNS = [...PERSON_COLUMNS, 'judge', 'judge_hash', 'evaluation_session_id'] as const;
export const TIME_COLUMNS = ['timestamp', 'tstamp', 'at'] as const;

/** FastChat's name for a count of one side's answers; tokens are the length, with and without code. */
export function styleField(count: StyleCount, slot: 'a' | 'b'): string {
  switch (count) {
    case 'length':
    case 'lengthWithoutCode':
      return `sum_assistant_${slot}_tokens`;
    case 'headers':
      return `header_count_${slot}`;
    case 'lists':
      return `list_count_${slot}`;
    case 'bold':
      return `bold_count_${slot}`;
  }
}

const COUNTED = STYLE_COUNTS.flatMap((count) => [styleField(count, 'a'), styleField(count, 'b')]);
/** Columns that style is read from, beside the answers themselves. */
export const STYLE_COLUMNS: readonly string[] = ['conv_metadata', ...new Set(COUNTED)];

/** What a row of any format may say of a comparison whose models, outcome, prompt and source it has told. */
export const EXTRA_COLUMNS: readonly string[] = [
  ...RATER_COLUMNS,
  ...TIME_COLUMNS,
  ...STYLE_COLUMNS,
  'weight',
  'share_a',
  'turn',
  'category',
  'language',
  'anony',
  'dedup_tag',
];

/** What our own exports say of a vote that does not count. */
export const STANDING_COLUMNS = ['undone', 'excluded'] as const;

/** What every table of comparisons may say beside the models, the outcome and the prompt. */
export const COMMON_COLUMNS: readonly string[] = [...EXTRA_COLUMNS, ...STANDING_COLUMNS, 'source'];

/** Columns that hold the prompt's text in a table of comparisons; the first that is filled does. */
export const PROMPT_TEXT_COLUMNS = ['prompt', 'instruction', 'question'] as const;
export const CONVERSATION_COLUMNS = ['conversation_a', 'conversation_b'] as const;
/** Pairs of columns with the two answers; the first of which something is there shows them. */
export const ANSWER_COLUMNS = [
  ['answer_a', 'answer_b'],
  ['response_a', 'response_b'],
] as const;

/** One column an outcome, as Kaggle's 55k set has it: exactly one of them is set. */
export const ONE_HOT = [
  ['winner_model_a', 'a'],
  ['winner_model_b', 'b'],
  ['winner_tie', 'tie'],
  ['winner_both_bad', 'both_bad'],
  ['winner_bothbad', 'both_bad'],
] as const;

/** All that a table with model_a and model_b may have, whatever its format is called; some formats know further ids. */
export const TABLE_COLUMNS: readonly string[] = [
  'model_a',
  'model_b',
  'winner',
  'preference',
  'prompt_id',
  ...ONE_HOT.map(([column]) => column),
  ...COMMON_COLUMNS,
  ...CONVERSATION_COLUMNS,
  ...PROMPT_TEXT_COLUMNS,
  ...ANSWER_COLUMNS.flat(),
  ...MATERIAL_COLUMNS,
];
