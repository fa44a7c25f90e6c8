import { z } from 'zod';
import { pageOf } from './paging.ts';

export const UNSCORED_REASONS = [
  'timeout',
  'refused',
  'unparseable',
  'two_labels',
  'cut_off',
  'inconsistent_order',
  'provider_error',
  'cancelled',
] as const;

export const judgeSchema = z
  .strictObject({
    id: z.string().describe('Name of the instrument: its folder under judges/'),
    title: z.string(),
    measures: z.string(),
    mode: z.literal('pairwise'),
    identity: z.string().describe('Name and content hash, stamped on every verdict'),
    template: z.string(),
    settings: z.strictObject({ temperature: z.number(), max_tokens: z.number().int() }),
    origin: z.enum(['built_in', 'imported']),
  })
  .meta({ id: 'Judge' });
export type JudgeJson = z.infer<typeof judgeSchema>;
export const judgeListSchema = pageOf(judgeSchema);

export const startJudgeRunSchema = z
  .strictObject({
    judge: z.string(),
    model: z.string().min(1),
    base_url: z.url(),
    api_key_env: z
      .string()
      .regex(/^[A-Z_][A-Z0-9_]*$/)
      .nullable()
      .default(null)
      .describe('Name of the variable in the judge process that holds the key'),
    orders: z.enum(['both', 'first', 'random']).default('both'),
    limit: z.number().int().positive().nullable().default(null),
    repeat: z.number().int().min(1).max(20).default(1),
    concurrency: z.number().int().min(1).max(256).default(8),
    budget_usd: z.number().positive().nullable().default(null),
    seed: z.number().int().nonnegative().default(1),
  })
  .meta({ id: 'NewJudgeRun' });
export type StartJudgeRunBody = z.input<typeof startJudgeRunSchema>;

export const JUDGE_RUN_STATES = ['queued', 'running', 'done', 'cancelled', 'failed'] as const;

/** The document of `agon judge run --json`, at any moment of the run. */
export const judgeRunSchema = z
  .strictObject({
    run: z.string(),
    campaign: z.string(),
    judge: z.string(),
    identity: z.string(),
    model: z.string(),
    base_url: z.string(),
    state: z.enum(JUDGE_RUN_STATES),
    started_at: z.string(),
    finished_at: z.string().nullable(),
    battles: z.number().int(),
    calls: z.strictObject({
      total: z.number().int(),
      pending: z.number().int(),
      sent: z.number().int(),
      failed: z.number().int(),
      retried: z.number().int(),
    }),
    verdicts: z.strictObject({
      ok: z.strictObject({ a: z.number().int(), b: z.number().int(), tie: z.number().int() }),
      unscored: z.record(z.string(), z.number().int()),
    }),
    tokens: z.strictObject({
      prompt: z.number().int(),
      cached: z.number().int(),
      completion: z.number().int(),
    }),
    cost: z.number().nullable(),
    seconds: z.number(),
    suspect: z.boolean(),
    probes: z.strictObject({
      position_consistency: z.number().nullable().describe('Share of battles judged alike in both orders'),
      first_slot_rate: z
        .number()
        .nullable()
        .describe('Share of scored, non-tie verdicts for the slot shown first'),
    }),
    errors: z.array(z.strictObject({ reason: z.string(), count: z.number().int(), example: z.string() })),
  })
  .meta({ id: 'JudgeRun' });
export type JudgeRunJson = z.infer<typeof judgeRunSchema>;
export const judgeRunListSchema = pageOf(judgeRunSchema);
