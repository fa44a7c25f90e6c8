import type { ParquetType } from '@agon/formats/parquet';
import type { StoredKind } from '../ports/exporter.ts';
import type { completionRows } from './completion-rows.ts';
import type { boardRow, rowOf } from './export-rows.ts';

/** A column for each field, of a type that can hold it. */
type ColumnsOf<Row> = { readonly [Field in keyof Row]-?: TypeOf<NonNullable<Row[Field]>> };
type TypeOf<Value> = [Value] extends [string]
  ? Extract<ParquetType, 'STRING' | 'TIMESTAMP'>
  : [Value] extends [number]
    ? Extract<ParquetType, 'DOUBLE' | 'INT64'>
    : [Value] extends [boolean]
      ? 'BOOLEAN'
      : [Value] extends [readonly string[]]
        ? 'LIST'
        : never;

/** What judges are given beside a prompt. */
const MATERIAL = {
  reference: 'LIST',
  rubric: 'STRING',
  criteria: 'STRING',
  checklist: 'LIST',
  context: 'LIST',
} as const;

/** The columns of each export as Parquet, the same whatever its rows hold. */
export const EXPORT_COLUMNS: {
  readonly [What in StoredKind]: ColumnsOf<ReturnType<(typeof rowOf)[What]>>;
} & {
  readonly board: ColumnsOf<ReturnType<typeof boardRow>>;
  readonly completions: ColumnsOf<Awaited<ReturnType<typeof completionRows>>[number]>;
} = {
  votes: {
    id: 'STRING',
    seq: 'INT64',
    battle: 'STRING',
    rater: 'STRING',
    prompt_id: 'STRING',
    category: 'STRING',
    language: 'STRING',
    turn: 'INT64',
    model_a: 'STRING',
    model_b: 'STRING',
    winner: 'STRING',
    weight: 'DOUBLE',
    share_a: 'DOUBLE',
    first_outcome: 'STRING',
    undone: 'BOOLEAN',
    excluded: 'STRING',
    tags_a: 'LIST',
    tags_b: 'LIST',
    note: 'STRING',
    shown_ms: 'INT64',
    draw_probability: 'DOUBLE',
    draw_reason: 'STRING',
    source: 'STRING',
    import: 'STRING',
    source_id: 'STRING',
    timestamp: 'TIMESTAMP',
    hash: 'STRING',
  },
  prompts: {
    prompt_id: 'STRING',
    prompt: 'LIST',
    category: 'STRING',
    language: 'STRING',
    ...MATERIAL,
  },
  answers: {
    prompt_id: 'STRING',
    category: 'STRING',
    language: 'STRING',
    prompt: 'LIST',
    model: 'STRING',
    answer: 'LIST',
    names_itself: 'BOOLEAN',
    ...MATERIAL,
  },
  battles: {
    id: 'STRING',
    prompt_id: 'STRING',
    model_a: 'STRING',
    model_b: 'STRING',
    turn: 'INT64',
    origin: 'STRING',
    state: 'STRING',
    rater: 'STRING',
    draw_probability: 'DOUBLE',
    draw_reason: 'STRING',
    skip_reason: 'STRING',
    drawn_at: 'TIMESTAMP',
    ...MATERIAL,
  },
  verdicts: {
    id: 'STRING',
    battle: 'STRING',
    judge: 'STRING',
    judge_model: 'STRING',
    source: 'STRING',
    rater: 'STRING',
    prompt_id: 'STRING',
    category: 'STRING',
    language: 'STRING',
    model_a: 'STRING',
    model_b: 'STRING',
    turn: 'INT64',
    slot_order: 'STRING',
    repeat: 'INT64',
    winner: 'STRING',
    weight: 'DOUBLE',
    unscored: 'STRING',
    excluded: 'STRING',
    share_a: 'DOUBLE',
    raw: 'STRING',
    source_id: 'STRING',
    timestamp: 'TIMESTAMP',
  },
  scores: {
    model: 'STRING',
    benchmark: 'STRING',
    score: 'DOUBLE',
    n: 'INT64',
    source: 'STRING',
    chance: 'DOUBLE',
  },
  completions: { rater: 'STRING', votes: 'INT64', completion_code: 'STRING' },
  board: {
    model: 'STRING',
    rating: 'DOUBLE',
    low: 'DOUBLE',
    high: 'DOUBLE',
    rank: 'INT64',
    rank_low: 'INT64',
    rank_high: 'INT64',
    comparisons: 'DOUBLE',
    wins: 'DOUBLE',
    losses: 'DOUBLE',
    ties: 'DOUBLE',
    win_rate: 'DOUBLE',
    win_rate_se: 'DOUBLE',
    win_rate_low: 'DOUBLE',
    win_rate_high: 'DOUBLE',
    discrete_win_rate: 'DOUBLE',
    lc_win_rate: 'DOUBLE',
    lc_win_rate_se: 'DOUBLE',
    lc_win_rate_low: 'DOUBLE',
    lc_win_rate_high: 'DOUBLE',
    people_rating: 'DOUBLE',
    people_low: 'DOUBLE',
    people_high: 'DOUBLE',
    plain_rating: 'DOUBLE',
    judges_rating: 'DOUBLE',
    judges_low: 'DOUBLE',
    judges_high: 'DOUBLE',
  },
};
