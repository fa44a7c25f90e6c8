import { z } from 'zod';
import { pageOf, pageQuerySchema } from './paging.ts';
import {
  askingFields,
  RUN_STATES,
  runCallsSchema,
  runErrorSchema,
  runTokensSchema,
  spendingFields,
  standingFields,
} from './runs.ts';

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
const JUDGE_MODES = ['pairwise', 'pointwise', 'criteria', 'checklist', 'listwise', 'grounded'] as const;

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
    archived_at: z.string().nullable().describe('It is left out of lists and cannot be asked; null: in use'),
  })
  .meta({ id: 'Judge' });
export type JudgeJson = z.infer<typeof judgeSchema>;
export const judgeListSchema = pageOf(judgeSchema);
export const judgeListQuerySchema = pageQuerySchema.extend({
  state: z.enum(['in_use', 'archived']).default('in_use'),
});
export const archiveJudgeSchema = z
  .strictObject({ archived: z.boolean().describe('False: back in use') })
  .meta({ id: 'ArchiveJudge' });

export const startJudgeRunSchema = z
  .strictObject({
    judge: z.string(),
    ...askingFields,
    model: z
      .string()
      .max(500)
      .default('')
      .describe('As the provider knows it; empty: a control judge, which asks none'),
    orders: z.enum(['both', 'first', 'random']).default('both'),
    limit: z.number().int().positive().nullable().default(null),
    repeat: z.number().int().min(1).max(20).default(1),
    admit: z.boolean().default(false).describe('Boards count its verdicts at once, whatever its checks say'),
  })
  .meta({ id: 'NewJudgeRun' });
export type StartJudgeRunBody = z.input<typeof startJudgeRunSchema>;

export const RUN_CHECKS = [
  'unscored',
  'consistency',
  'coin',
  'identical',
  'null_model',
  'planted_verdict',
  'repeat',
] as const;

/** How a run of verdicts did in one check. */
const runCheckSchema = z
  .strictObject({
    check: z.enum(RUN_CHECKS),
    n: z.number().int().describe('What was looked at: replies, battles judged in both orders, probes'),
    hits: z
      .number()
      .int()
      .describe(
        'unscored: without a verdict; consistency, coin: alike in both orders (coin: ties left out); identical: told apart; null_model: wins, or scores above the middle, of a text that answers nothing; planted_verdict: turned, or raised; repeat: same verdict or score again',
      ),
    share: z.number().nullable(),
    p: z.number().nullable().describe('coin: chance that a coin is as consistent or more'),
    passed: z.boolean().nullable().describe('Null: too little was asked to say, or it only tells'),
  })
  .meta({ id: 'RunCheck' });
export type RunCheckJson = z.infer<typeof runCheckSchema>;

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
    ...spendingFields,
    seconds: z.number(),
    suspect: z.boolean().describe('Some check failed; `standing` says whether boards count it'),
    ...standingFields,
    probes: z.strictObject({
      position_consistency: z.number().nullable().describe('Share of battles judged alike in both orders'),
      first_slot_rate: z
        .number()
        .nullable()
        .describe('Share of scored, non-tie verdicts for the slot shown first'),
      checks: z.array(runCheckSchema),
    }),
    errors: z.array(runErrorSchema),
  })
  .meta({ id: 'JudgeRun' });
export type JudgeRunJson = z.infer<typeof judgeRunSchema>;
export const judgeRunListSchema = pageOf(judgeRunSchema);
