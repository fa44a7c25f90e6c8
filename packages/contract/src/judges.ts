import { z } from 'zod';
import { pageOf } from './paging.ts';
import { askingFields, RUN_STATES, runCallsSchema, runErrorSchema, runTokensSchema } from './runs.ts';

export const UNSCORED_REASONS = [
  'timeout',
  'refused',
  'unparseable',
  'two_labels',
  'cut_off',
  'low_coverage',
  'over_context',
  'not_applicable',
  'inconsistent_order',
  'provider_error',
  'cancelled',
] as const;

/** How a judge looks at answers; the modes of packages/judging. */
export const JUDGE_MODES = [
  'pairwise',
  'pointwise',
  'criteria',
  'checklist',
  'listwise',
  'grounded',
] as const;

export const judgeSchema = z
  .strictObject({
    id: z.string().describe('Name of the judge: its folder under judges/'),
    title: z.string(),
    measures: z.string(),
    mode: z.enum(JUDGE_MODES),
    identity: z.string().describe('Name and content hash, stamped on every verdict'),
    template: z.string(),
    settings: z.strictObject({
      temperature: z.number(),
      max_tokens: z.number().int(),
      top_logprobs: z.number().int(),
      seed: z.number().int().nullable(),
    }),
    labels: z.array(z.string()).describe('What its parser accepts'),
    parser: z.string().describe('Name of the parser that reads its replies'),
    needs: z.array(z.string()).describe('Inputs without which an item is not applicable'),
    uses: z.array(z.string()).describe('Inputs that it is shown where they are there'),
    order: z.strictObject({ runs: z.string(), combine: z.string() }),
    reask: z.number().int().describe('How often an unreadable reply is asked for again'),
    probes: z.array(z.string()),
    languages: z.array(z.string()).describe('Languages of battles that it is asked in; others get English'),
    template_hash: z.string(),
    parser_hash: z.string(),
    origin: z.enum(['built_in', 'imported', 'own', 'control']),
    version: z.number().int().nullable().describe('Of a judge that was written here, from 1'),
    author: z.string().nullable().describe('Name of who saved this version'),
  })
  .meta({ id: 'Judge' });
export type JudgeJson = z.infer<typeof judgeSchema>;
export const judgeListSchema = pageOf(judgeSchema);

export const startJudgeRunSchema = z
  .strictObject({
    judge: z.string(),
    ...askingFields,
    orders: z.enum(['both', 'first', 'random']).default('both'),
    limit: z.number().int().positive().nullable().default(null),
    repeat: z.number().int().min(1).max(20).default(1),
  })
  .meta({ id: 'NewJudgeRun' });
export type StartJudgeRunBody = z.input<typeof startJudgeRunSchema>;

/** The document of `agon judge run --json`, at any moment of the run. */
export const judgeRunSchema = z
  .strictObject({
    run: z.string(),
    campaign: z.string(),
    judge: z.string(),
    identity: z.string(),
    provider: z.string(),
    model: z.string(),
    base_url: z.string(),
    state: z.enum(RUN_STATES),
    started_at: z.string(),
    finished_at: z.string().nullable(),
    battles: z.number().int(),
    calls: runCallsSchema,
    verdicts: z.strictObject({
      ok: z.strictObject({ a: z.number().int(), b: z.number().int(), tie: z.number().int() }),
      unscored: z.record(z.string(), z.number().int()),
    }),
    tokens: runTokensSchema,
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
    errors: z.array(runErrorSchema),
  })
  .meta({ id: 'JudgeRun' });
export type JudgeRunJson = z.infer<typeof judgeRunSchema>;
export const judgeRunListSchema = pageOf(judgeRunSchema);
