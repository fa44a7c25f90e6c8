/** What the prompt lab sends and gets back: judges that researchers write, dry runs of them, and two versions side by side. */
import { z } from 'zod';
import { judgeFaultSchema } from './judge-faults.ts';
import { pageOf } from './paging.ts';
import { askingFields, RUN_STATES, runCallsSchema, runErrorSchema, runTokensSchema } from './runs.ts';

const count = z.number().int();
const share = z.number().min(0).max(1);
/** No template that a model could read is longer. */
const LONGEST_SOURCE = 200_000;
/** Battles of one dry run: enough to see how a judge behaves, too few to stand for a run. */
const MAX_TRIED = 100;
const DEFAULT_TRIED = 5;

const sourceSchema = z
  .string()
  .min(1)
  .max(LONGEST_SOURCE)
  .describe('The judge’s whole file: front matter, then the template');

export const judgeSourceSchema = z.strictObject({ source: sourceSchema }).meta({ id: 'JudgeSource' });

export const judgeCheckSchema = z
  .strictObject({
    judge: z
      .strictObject({
        id: z.string(),
        title: z.string(),
        measures: z.string(),
        mode: z.string(),
        labels: z.array(z.string()),
        identity: z.string(),
        settings: z.strictObject({ temperature: z.number(), max_tokens: count }),
      })
      .nullable()
      .describe('Null where the source has faults'),
    faults: z.array(judgeFaultSchema),
    variables: z.array(
      z.strictObject({
        name: z.string(),
        used: z.boolean(),
        required: z.boolean().describe('The judge cannot be saved without it'),
      }),
    ),
    template_tokens: count.describe('Of the template alone, estimated from its characters'),
    saved: z
      .strictObject({ identity: z.string(), version: count.nullable() })
      .nullable()
      .describe('The version that asks exactly the same, if it was saved'),
    foreign: z
      .strictObject({
        format: z.string().describe('Whose template it is: `mt-bench`, `alpaca-eval` …'),
        source: z.string().describe('The same as a judge’s file of Agon'),
        notes: z.array(z.string()).describe('What could not be taken over as it was'),
      })
      .nullable()
      .describe('A template of another tool that can be converted; null: it is none'),
  })
  .meta({ id: 'JudgeCheck' });
export type JudgeCheckJson = z.infer<typeof judgeCheckSchema>;

export const judgeVersionSchema = z
  .strictObject({
    judge: z.string(),
    version: count.nullable().describe('From 1; null: came with Agon'),
    identity: z.string(),
    title: z.string(),
    measures: z.string(),
    template: z.string(),
    author: z.string().nullable().describe('Name; null: the owner of the data folder, or a judge of Agon'),
    created_at: z.string().nullable(),
    runs: count.describe('Runs that asked it, dry runs and drift checks included'),
  })
  .meta({ id: 'JudgeVersion' });
export type JudgeVersionJson = z.infer<typeof judgeVersionSchema>;
export const judgeVersionListSchema = pageOf(judgeVersionSchema);

export const savedJudgeSchema = judgeVersionSchema
  .extend({ saved: z.boolean().describe('False: a version that asks exactly the same was there already') })
  .meta({ id: 'SavedJudge' });
export type SavedJudgeJson = z.infer<typeof savedJudgeSchema>;

/** Whoever tries a judge waits for it: by a batch it could take a day. */
const { batch: _, ...liveFields } = askingFields;

export const startJudgeTrialSchema = z
  .strictObject({
    ...liveFields,
    judge: z.string().nullable().default(null).describe('A saved judge: `id`, or `id@hash` for one version'),
    source: sourceSchema
      .nullable()
      .default(null)
      .describe('Instead of `judge`: a draft, as it is written now'),
    battles: z.array(z.uuid()).max(MAX_TRIED).default([]).describe('Battles that were chosen'),
    voted: count
      .min(0)
      .max(MAX_TRIED)
      .default(DEFAULT_TRIED)
      .describe('Besides those: battles with most votes, spread over categories'),
    random: count.min(0).max(MAX_TRIED).default(DEFAULT_TRIED).describe('Besides those: drawn by `seed`'),
    orders: z.enum(['both', 'first']).default('both'),
    budget_usd: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('The dry run pauses before it costs more; null: 1 USD where costs can be counted'),
  })
  .meta({ id: 'NewJudgeTrial' });
export type StartJudgeTrialBody = z.input<typeof startJudgeTrialSchema>;

/** How many people said what, in the battle's own slots. */
const peopleCountsSchema = z.strictObject({
  a: z.number(),
  b: z.number(),
  tie: z.number().describe('Ties, and both bad'),
});
export type PeopleCountsJson = z.infer<typeof peopleCountsSchema>;

const trialReadingSchema = z.strictObject({
  order: z.string().describe('`ab`: the battle’s own order; `ba`: exchanged'),
  state: z.enum(['waiting', 'scored', 'unscored', 'failed']),
  outcome: z.enum(['a', 'b', 'tie', 'both_bad']).nullable().describe('In the battle’s own slots'),
  reason: z.string().nullable().describe('Why it is unscored, or why there is no reply'),
  message: z.string().nullable().describe('What the provider said where there is no reply'),
  probability: share.nullable().describe('That a is better, where the model gave probabilities'),
  tag: z.string().nullable().describe('What the reply’s verdict stands in: it may be marked'),
  system: z.string(),
  user: z.string(),
  raw: z.string().nullable(),
  reasoning: z.string().nullable(),
  finish_reason: z.string().nullable(),
  prompt_tokens: count.nullable(),
  completion_tokens: count.nullable(),
  cost: z.number().nullable().describe('USD'),
  latency_ms: z.number().nullable(),
});
export type TrialReadingJson = z.infer<typeof trialReadingSchema>;

const TRIAL_ITEM_STATES = [
  'waiting',
  'agrees',
  'people_say_a',
  'people_say_b',
  'people_say_tie',
  'people_split',
  'changed_by_order',
  'unscored',
  'no_votes',
] as const;

const trialItemSchema = z.strictObject({
  battle: z.string(),
  chosen: z.boolean().describe('Not drawn: it stays when others are drawn again'),
  prompt_key: z.string().nullable(),
  prompt: z.string().describe('How the prompt begins'),
  category: z.string().nullable(),
  model_a: z.string(),
  model_b: z.string(),
  people: peopleCountsSchema,
  state: z.enum(TRIAL_ITEM_STATES),
  readings: z.array(trialReadingSchema),
});
export type TrialItemJson = z.infer<typeof trialItemSchema>;

const changeSchema = z.strictObject({
  value: z.number(),
  low: z.number().nullable().describe('95 %'),
  high: z.number().nullable(),
});

const trialTotalsSchema = z.strictObject({
  agreement: share
    .nullable()
    .describe('Chance that a verdict is what one of the voters said, mean over battles; ties are a choice'),
  agreement_items: count,
  people_agree: share.nullable().describe('Chance that two of the voters said the same, mean over battles'),
  people_items: count,
  changed_by_order: share.nullable().describe('Of the battles that were scored in both orders'),
  both_orders: count,
  unscored: share.nullable().describe('Of the calls that have ended'),
  ended: count,
  cost_per_1000: z.number().nullable().describe('USD for 1,000 calls, each a verdict in one order'),
  seconds_per_1000: z.number().nullable().describe('Of waiting for replies, one after the other'),
});

export const judgeTrialSchema = z
  .strictObject({
    run: z.string(),
    campaign: z.string(),
    judge: z.string(),
    identity: z.string(),
    draft: z.boolean().describe('Tried as it was written, not as a saved version'),
    provider: z.string(),
    model: z.string(),
    state: z.enum(RUN_STATES),
    error: z.string().nullable(),
    seconds: z.number(),
    seed: count,
    calls: runCallsSchema,
    tokens: runTokensSchema,
    cost: z.number().nullable(),
    errors: z.array(runErrorSchema),
    items: z.array(trialItemSchema),
    totals: trialTotalsSchema,
    against: z
      .strictObject({
        identity: z.string(),
        version: count.nullable(),
        items: count.describe('Battles with votes that both have scored'),
        agreement: changeSchema.nullable().describe('This one less the saved one'),
        changed_by_order: z.number().nullable(),
        orders_items: count,
      })
      .nullable()
      .describe('The newest saved version on the same battles with the same model; null: it was not asked'),
  })
  .meta({ id: 'JudgeTrial' });
export type JudgeTrialJson = z.infer<typeof judgeTrialSchema>;

export const compareJudgesQuerySchema = z.strictObject({
  left: z.string().describe('Identity: `id@hash`'),
  right: z.string(),
  campaign: z.string(),
  model: z.string().optional().describe('Left out: the one that both were asked with most'),
});

const comparedSideSchema = z.strictObject({
  identity: z.string(),
  version: count.nullable(),
  template: z.string(),
  verdicts: count.describe('Calls that ended, in every order'),
  unscored: share.nullable(),
  agreement: share.nullable(),
  kappa: z.number().nullable(),
  kappa_low: z.number().nullable(),
  kappa_high: z.number().nullable(),
  changed_by_order: share.nullable(),
  both_orders: count,
  cost_per_1000: z.number().nullable(),
});

export const judgeComparisonSchema = z
  .strictObject({
    judge: z.string(),
    campaign: z.string(),
    model: z.string().nullable().describe('Null: no model was asked with both'),
    models: z.array(z.string()).describe('Those that both were asked with'),
    left: comparedSideSchema,
    right: comparedSideSchema,
    items: count.describe('Battles with votes that both have scored: what the figures below stand on'),
    kappa_change: changeSchema.nullable().describe('Right less left, by a bootstrap over prompts'),
    agreement_change: changeSchema.nullable(),
    mcnemar: z
      .strictObject({
        only_left: count.describe('Battles that only the left one gets right'),
        only_right: count,
        p: share,
      })
      .nullable(),
    verdict_changes: count.describe('Verdicts in one order that are not the same'),
    verdict_pairs: count.describe('Verdicts in one order that both gave'),
    changed: z
      .array(
        z.strictObject({
          battle: z.string(),
          prompt_key: z.string().nullable(),
          prompt: z.string(),
          category: z.string().nullable(),
          model_a: z.string(),
          model_b: z.string(),
          people: peopleCountsSchema,
          left: z.record(z.string(), z.string()).describe('Verdict, or why there is none, by order'),
          right: z.record(z.string(), z.string()),
        }),
      )
      .describe('The first 200 battles with another verdict'),
  })
  .meta({ id: 'JudgeComparison' });
export type JudgeComparisonJson = z.infer<typeof judgeComparisonSchema>;
