import { z } from 'zod';
import { pageOf, pageQuerySchema } from './paging.ts';
import { providerNameSchema } from './providers.ts';

export const RUN_KINDS = ['verdicts', 'answers', 'probe', 'trial'] as const;
export const RUN_STANDINGS = ['counted', 'suspect', 'admitted', 'excluded'] as const;
export const RUN_STATES = ['queued', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;

const count = z.number().int();

/** What every run may say about how it asks. */
export const askingFields = {
  model: z.string().min(1).max(500).describe('As the provider knows it'),
  provider: providerNameSchema.nullable().default(null).describe('Name of a provider'),
  base_url: z
    .string()
    .max(2000)
    .nullable()
    .default(null)
    .describe('A provider made on the spot: for administrators and the owner of the data folder'),
  api_key_env: z
    .string()
    .regex(/^[A-Z_][A-Z0-9_]{0,99}$/)
    .nullable()
    .default(null)
    .describe('With `base_url`: name of the environment variable that holds the key'),
  concurrency: z.number().int().min(1).max(1024).default(8).describe('Calls in flight at most'),
  budget_usd: z.number().positive().nullable().default(null).describe('The run pauses before it costs more'),
  seed: z.number().int().nonnegative().default(1),
};

export const runCallsSchema = z.strictObject({
  total: count,
  pending: count.describe('Not ended: waiting or in flight'),
  in_flight: count,
  done: count,
  failed: count.describe('Without a reply, given up; `retry` asks them again'),
  sent: count,
  unasked: count.describe(
    'Done without being asked: equal answers, rules, items that lack what the judge needs',
  ),
  retried: count,
});
export const runTokensSchema = z.strictObject({ prompt: count, cached: count, completion: count });
export const runErrorSchema = z.strictObject({
  reason: z.string().describe('Why a call has no reply, or a reply no result; `run`: why the run stopped'),
  count,
  example: z.string(),
});

export const standingFields = {
  standing: z
    .enum(RUN_STANDINGS)
    .describe(
      'Whether boards count its verdicts: `counted` ones when it has ended, `suspect` ones if admitted',
    ),
  standing_reason: z
    .string()
    .nullable()
    .describe('Of a suspect run: names of the checks that failed; else what was said with the decision'),
};

/** The document of a run of any kind, at any moment. */
export const runSchema = z
  .strictObject({
    run: z.string(),
    kind: z.enum(RUN_KINDS),
    campaign: z.string().nullable(),
    title: z.string().nullable().describe('Title of its campaign'),
    provider: z.string(),
    model: z.string(),
    subject: z.string().describe('What is asked: the name of the judge, of the model that answers'),
    state: z.enum(RUN_STATES),
    error: z.string().nullable().describe('Why it is paused or failed'),
    ...standingFields,
    started_at: z.string(),
    finished_at: z.string().nullable(),
    seconds: z.number(),
    calls: runCallsSchema,
    results: z.record(z.string(), count).describe('How many replies were read as what'),
    tokens: runTokensSchema,
    cost: z.number().nullable().describe('USD; null: the provider does not say'),
    budget: z.number().nullable(),
    concurrency: count,
    seed: count,
    pace: z
      .strictObject({
        in_flight: count,
        limit: count.describe('Calls that may be in flight now'),
        per_second: z.number(),
        rate_limited: count,
        latency_ms: z.number().nullable(),
        resting_until: z.string().nullable(),
      })
      .nullable()
      .describe('As its worker said last; null: not begun, or ended'),
    errors: z.array(runErrorSchema),
  })
  .meta({ id: 'Run' });
export type RunJson = z.infer<typeof runSchema>;
export const runListSchema = pageOf(runSchema);

export const runQuerySchema = pageQuerySchema.extend({
  campaign: z.string().optional(),
  kind: z.enum(RUN_KINDS).optional(),
  state: z.literal('open').optional().describe('Only those that are queued or running'),
});

export const resumeRunSchema = z
  .strictObject({ budget_usd: z.number().positive().optional().describe('A new budget, for the whole run') })
  .meta({ id: 'ResumeRun' });

export const admitRunSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(2000).nullable().default(null) })
  .meta({ id: 'AdmitRun' });
export const excludeRunSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(2000) })
  .meta({ id: 'ExcludeRun' });

export const rereadReplySchema = z
  .strictObject({ read: count, changed: count, parser: z.string() })
  .meta({ id: 'Reread' });

export const startAnswerRunSchema = z
  .strictObject({
    ...askingFields,
    as: z
      .string()
      .min(1)
      .max(500)
      .nullable()
      .default(null)
      .describe('Name of the model in the campaign; null: as the provider knows it'),
    system: z.string().max(100_000).default(''),
    temperature: z.number().min(0).max(2).nullable().default(null).describe('Null: the model’s own'),
    max_tokens: z.number().int().min(1).max(1_000_000).default(2048),
    repeat: z.number().int().min(1).max(20).default(1).describe('Answers to each prompt'),
    limit: z.number().int().positive().nullable().default(null).describe('Prompts at most'),
  })
  .meta({ id: 'NewAnswerRun' });
export type StartAnswerRunBody = z.input<typeof startAnswerRunSchema>;
