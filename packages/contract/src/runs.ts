import { z } from 'zod';
import { pageOf, pageQuerySchema } from './paging.ts';
import { EFFORTS } from './provider-presets.ts';
import { providerNameSchema } from './providers.ts';

const RUN_STANDINGS = ['counted', 'suspect', 'admitted', 'excluded'] as const;
export const RUN_KINDS = ['verdicts', 'answers', 'probe', 'trial', 'drift'] as const;
export const RUN_STATES = ['queued', 'running', 'paused', 'done', 'cancelled', 'failed'] as const;

const count = z.number().int();

const perMillion = z.number().nonnegative().max(1_000_000);
const pricesSchema = z
  .strictObject({
    input: perMillion,
    cached: perMillion
      .nullable()
      .default(null)
      .describe('Of prompt tokens that were cached; null: as the others'),
    output: perMillion,
  })
  .describe('USD for a million tokens');

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
  prices: pricesSchema
    .nullable()
    .default(null)
    .describe('What calls cost where the provider does not say; null: as the published price of the model'),
  batch: z
    .boolean()
    .default(false)
    .describe('By the provider’s batch endpoint: within a day, often for half the price'),
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
export const runTokensSchema = z.strictObject({
  prompt: count,
  cached: count,
  completion: count,
  reasoning: count.describe('Of the completion tokens'),
});
export const runErrorSchema = z.strictObject({
  reason: z
    .string()
    .describe(
      'Why a call has no reply, or a reply no result; `run`: why the run stopped; `waiting: …`: is asked again; `passed: …`: met on the way to a reply',
    ),
  code: z.string().describe('The reason without what stands before it: what `retry` and `readings` take'),
  state: z
    .enum(['stopped', 'failed', 'waiting', 'passed', 'unscored'])
    .describe(
      '`failed`: `retry` asks these calls again; `unscored`: `readings` reads these replies again; `passed`: asked again with success',
    ),
  count,
  example: z.string(),
  last_at: z.string().nullable().describe('When it was met last; null: before this was kept'),
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
const runBatchSchema = z.strictObject({
  batch: count,
  remote_id: z.string().nullable().describe('The provider’s own id; null: not sent yet'),
  state: z.enum(['sending', 'waiting', 'collected', 'ended']),
  remote_state: z.string().nullable().describe('As the provider says it'),
  calls: count,
  created_at: z.string(),
  checked_at: z.string().nullable(),
  expires_at: z
    .string()
    .nullable()
    .describe('When the provider gives it up at the latest; null: not sent yet'),
  file: z.string().nullable().describe('The provider’s id of the file of requests; null: not uploaded yet'),
});

/** What a run goes by when it counts what it costs. */
export const spendingFields = {
  cost_estimated: z.boolean().describe('Some of the cost was computed from tokens and `prices`'),
  prices: z
    .strictObject({
      input: z.number(),
      cached: z.number().nullable(),
      output: z.number(),
      from: z.string(),
    })
    .nullable()
    .describe('USD for a million tokens, and where they come from; null: not known'),
  batches: z.array(runBatchSchema).describe('Of a run that asks in batches, oldest first'),
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
    identity: z
      .string()
      .nullable()
      .describe('Of a judge: its name and the hash of its file; null: it has none'),
    state: z.enum(RUN_STATES),
    error: z.string().nullable().describe('Why it is paused or failed'),
    ...standingFields,
    started_at: z.string(),
    finished_at: z.string().nullable(),
    seconds: z.number(),
    calls: runCallsSchema,
    results: z.record(z.string(), count).describe('How many replies were read as what'),
    tokens: runTokensSchema,
    cost: z.number().nullable().describe('USD; null: the provider does not say, and no price is known'),
    ...spendingFields,
    settings: z
      .record(z.string(), z.union([z.string(), z.number(), z.null()]))
      .describe('What its kind asks under; answers: their settings and the hash of them'),
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
export const runListSchema = pageOf(runSchema).extend({
  tally: z
    .array(
      z.strictObject({
        kind: z.enum(RUN_KINDS),
        state: z.enum(RUN_STATES),
        suspect: z.boolean().describe('Boards leave its verdicts out until somebody admits them'),
        count,
      }),
    )
    .describe('All runs of the campaign, or that one may see, by kind and state, whatever else is asked for'),
});
export type RunListJson = z.infer<typeof runListSchema>;

const point = z.strictObject({
  at: z.string().describe('When it begins'),
  seconds: z.number().describe('How much of it the run was worked on'),
  per_second: z.number().describe('Replies in a second, on average'),
  in_flight: count.describe('Most calls in flight'),
  limit: count.describe('Most calls that were allowed in flight'),
  turned_away: count.describe('Calls that the provider answered with 429'),
});

/** What a run went through, kept when it has ended. */
export const runHistorySchema = z
  .strictObject({
    step_seconds: z.number().describe('Length of a point; doubles as the run becomes long'),
    points: z.array(point).describe('Oldest first, at most 240; times in which nobody worked are left out'),
    turned_away: z.strictObject({
      calls: count.describe('Answers of 429'),
      bursts: count.describe('With less than ten seconds between them they are one'),
      last_at: z.string().nullable(),
      early: count.describe('Calls asked again before the time that the provider had named'),
      longest_wait_ms: z.number().describe('From an answer of 429 to the same call asked again'),
      lost: count.describe('Calls given up for it'),
    }),
    limits: z
      .array(
        z.strictObject({
          of: z.enum(['requests', 'tokens']),
          allowed: z.number(),
          used: z.number().describe('When it was heard of last'),
          window_seconds: z
            .number()
            .nullable()
            .describe(
              'What it is counted over, from how fast it is whole again; null: the headers do not tell',
            ),
          at: z.string(),
        }),
      )
      .describe('As the headers of replies told them last'),
  })
  .meta({ id: 'RunHistory' });
export type RunHistoryJson = z.infer<typeof runHistorySchema>;

export const runQuerySchema = pageQuerySchema.extend({
  campaign: z.string().optional(),
  kind: z.enum(RUN_KINDS).optional(),
  state: z
    .enum(['open', 'suspect', ...RUN_STATES])
    .optional()
    .describe(
      '`open`: queued or running; `suspect`: boards leave its verdicts out until somebody admits them',
    ),
});

export const runReasonQuerySchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('Only those of this reason: `code` of one of the run’s `errors`'),
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
    top_p: z.number().gt(0).max(1).nullable().default(null).describe('Null: the model’s own'),
    sampling_seed: z
      .number()
      .int()
      .nonnegative()
      .max(2 ** 31 - 1)
      .nullable()
      .default(null)
      .describe('Sent with each call, one more with each repeat; null: none, or the number of the repeat'),
    effort: z.enum(EFFORTS).nullable().default(null).describe('How long the model reasons; null: its own'),
    thinking_budget: z
      .number()
      .int()
      .min(0)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe('Tokens of reasoning at most, where the provider takes a limit'),
    max_tokens: z.number().int().min(1).max(1_000_000).default(2048),
    repeat: z.number().int().min(1).max(20).default(1).describe('Answers to each prompt'),
    limit: z.number().int().positive().nullable().default(null).describe('Prompts at most'),
  })
  .meta({ id: 'NewAnswerRun' });
export type StartAnswerRunBody = z.input<typeof startAnswerRunSchema>;

/** What an answer run would ask and cost, before anything is asked. */
export const answerEstimateSchema = z
  .strictObject({
    calls: count,
    answered: count.describe('Answers under these settings that are there already, and are not asked again'),
    prompt_tokens: count.describe('Estimated from the texts that would be sent'),
    completion_tokens: z.strictObject({
      expected: count,
      most: count.describe('Every reply as long as it may be'),
      from: z.enum(['replies', 'answers', 'guess']).describe('What `expected` goes by'),
    }),
    cost: z
      .strictObject({ low: z.number(), expected: z.number(), high: z.number() })
      .nullable()
      .describe('USD; null: no price is known'),
    prices: runSchema.shape.prices,
    price_share: z.number().describe('What a batched call costs of a live one; 1: asked live'),
    settings: runSchema.shape.settings,
  })
  .meta({ id: 'AnswerEstimate' });
export const judgeEstimateSchema = answerEstimateSchema
  .omit({ answered: true, settings: true })
  .extend({
    scored: count.describe('Calls that this judge and model have scored already, and are not asked again'),
  })
  .meta({ id: 'JudgeEstimate' });
export type JudgeEstimateJson = z.infer<typeof judgeEstimateSchema>;
export type AnswerEstimateJson = z.infer<typeof answerEstimateSchema>;
