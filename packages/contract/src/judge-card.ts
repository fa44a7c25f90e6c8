import { z } from 'zod';
import { DRIFT_STATES } from './judge-drift.ts';
import { RUN_CHECKS } from './judges.ts';

const count = z.number().int();
const share = z.number().nullable();

/** A figure with its 95 % interval, resampled or linearised by prompt; null: not to be told from this data. */
const estimateSchema = z.strictObject({ value: share, low: share, high: share }).meta({ id: 'Estimate' });
export type EstimateJson = z.infer<typeof estimateSchema>;

const countedSchema = z.strictObject({
  value: share,
  low: share,
  high: share,
  part: z.number(),
  of: z.number(),
});

export const cardQuerySchema = z.strictObject({
  model: z.string().max(500).optional().describe('Judge model, where one judge asked several'),
  run: z.uuid().optional().describe('Verdicts of this run alone'),
});

/** How often one side repeats the winners that people's votes name. */
const agreementSchema = z
  .strictObject({
    agreement: estimateSchema.describe(
      'Share of votes naming a winner that are repeated; each order by itself, a tie is a miss',
    ),
    kappa: estimateSchema.describe('Cohen’s kappa over both winners and tie, ties of both sides included'),
    votes: count.describe('Votes naming a winner'),
    battles: count,
  })
  .meta({ id: 'WinnerAgreement' });

const subjectFields = {
  judge: z.string().describe('Name of the judge'),
  identity: z.string(),
  title: z.string(),
  origin: z.enum(['built_in', 'imported', 'own', 'control']),
  model: z.string().describe('Judge model; empty where an import does not say'),
};

/** What the card says in one line. `exceptions`: categories in which that rule repeats more votes. */
const summarySchema = z.strictObject({
  verdict: z.enum([
    'no_people',
    'too_few',
    'below_rule',
    'no_better_than_rule',
    'better_than_rule',
    'good_to_order',
    'like_people',
  ]),
  rule: z.string().nullable().describe('The rule without a model that repeats most votes'),
  over_rule: estimateSchema.describe('Agreement less that of the rule, −1..1'),
  way: share.describe('How far from that rule to two people, 0..1'),
  same_order: z.boolean().nullable().describe('It puts all rated models in people’s order'),
  exceptions: z.array(
    z.strictObject({
      category: z.string(),
      agreement: estimateSchema,
      rule: z.string(),
      rule_agreement: z.number(),
    }),
  ),
});

const gapSchema = z.strictObject({
  from: z.number().describe('Elo points between the two models by people’s votes'),
  below: z.number().nullable(),
  first_slot: countedSchema,
  slot_bias: estimateSchema.describe('Logits'),
  battles: count,
});

const scoredVotesSchema = z.strictObject({ votes: count, battles: count, prompts: count });
const chanceFiguresSchema = z.strictObject({
  log_loss: share.describe('Nats a vote, a tie as half a vote for each'),
  accuracy: share.describe('Of votes that name a winner'),
  brier: share,
  ece: share,
});
const rewardSchema = z.strictObject({
  form: z.enum(['pointwise', 'pairwise']),
  state: z.enum(['fitted', 'too_few']).describe('too_few: its scores have no chances, only who won'),
  slope: estimateSchema.describe('β of P(people prefer a) = σ(β · difference of scores), 0 or more'),
  fitted_on: scoredVotesSchema,
  held_out: scoredVotesSchema.describe('Each vote by the fit of the other folds: all figures are of these'),
  folds: count.describe('Of prompts, by a hash of their text'),
  needs: z.strictObject({ votes: count, prompts: count }),
  calibrated: chanceFiguresSchema,
  as_it_is: chanceFiguresSchema.describe('β = 1: the difference of scores read as a logit'),
  half: chanceFiguresSchema.describe('One half for every battle'),
  gain: estimateSchema.describe('Nats a vote that the fit is better than one half'),
});

const habitSchema = z.strictObject({
  habit: z.enum(['length', 'markdown', 'names_maker', 'own_family']),
  effect: estimateSchema.describe('Probability, −1..1: what the judge prefers beyond people’s votes'),
  battles: count.describe('Battles whose answers differ in it'),
});

const ruleSchema = z.strictObject({
  rule: z.enum(['logit_mean', 'prob_mean', 'agree_else_tie', 'separate']),
  agreement: estimateSchema,
  kappa: estimateSchema,
  ties: share.describe('Share of battles that it calls a tie'),
  battles: count,
});

const disagreementSchema = z.strictObject({
  battle: z.string(),
  prompt: z.string().describe('Its beginning'),
  category: z.string().nullable(),
  turns: count.nullable(),
  model_a: z.string(),
  model_b: z.string(),
  votes: z.strictObject({ a: count, b: count, tie: count }),
  ab: z.enum(['a', 'b', 'tie']).nullable(),
  ba: z.enum(['a', 'b', 'tie']).nullable(),
  judge: z.number().describe('The judge’s preference for a as a chance of people, 0..1'),
  people: z.number().describe('People’s mean vote for a, 0..1'),
  gain: z.number().describe('Share of the variance of all ratings that one more vote takes away, 0..1'),
  whole: z.boolean().describe('It shows all turns, so it can be sent back to people'),
  sent_back: z.strictObject({ wanted: count, votes: count }).nullable(),
});

export const judgeCardSchema = z
  .strictObject({
    campaign: z.strictObject({ slug: z.string(), title: z.string() }),
    at: z.string(),
    ...subjectFields,
    run: z.string().nullable(),
    models: z.array(z.string()).describe('Models that this judge asked in this campaign'),
    runs: z.array(
      z.strictObject({
        run: z.string(),
        provider: z.string(),
        started_at: z.string(),
        state: z.string(),
        standing: z.string(),
        standing_reason: z.string().nullable(),
      }),
    ),
    last_at: z.string().nullable(),
    tie_rule: z.literal('a tie repeats no winner'),
    summary: summarySchema,
    counts: z.strictObject({
      battles: count,
      of: count.describe('Battles that it judged; fewer are read where there are very many'),
      both_orders: count,
      verdicts: count,
      unscored: count,
      votes: count.describe('People’s votes on these battles'),
      prompts: count,
    }),
    agreement: z.strictObject({
      all: agreementSchema,
      auc: estimateSchema,
      people: agreementSchema.describe('Two people by the same rule'),
      people_pairs: count.describe('Pairs of votes of two people on one battle'),
      controls: z.array(agreementSchema.extend({ control: z.string() })),
      categories: z.array(
        agreementSchema.extend({
          category: z.string(),
          people: share,
          controls: z.array(z.strictObject({ control: z.string(), agreement: share })),
        }),
      ),
    }),
    orders: z.strictObject({
      consistency: countedSchema,
      consistency_by_chance: share,
      changed: z.strictObject({ to_first: count, to_second: count, by_tie: count }),
      repeatability: countedSchema,
      repeatability_by_chance: share,
      first_slot: countedSchema,
      slot_bias: estimateSchema.describe('Logits; null without probabilities'),
      slot_bias_battles: count,
      gaps: z.array(gapSchema),
    }),
    calibration: z.strictObject({
      votes: count,
      slope: share.describe('T of σ(T · logit + c); below 1: the judge is too sure'),
      offset: share,
      brier: share,
      brier_fitted: share.describe('On prompts that the fit did not see'),
      ece: share,
      ece_fitted: share,
      bins: z.array(z.strictObject({ says: z.number(), people: estimateSchema, votes: count })),
    }),
    reward: rewardSchema.nullable().describe('Of a judge that asks a reward model; null: of all others'),
    habits: z.strictObject({
      effects: z.array(habitSchema),
      people: estimateSchema.describe('What people’s preference adds: 1 follows it as it is'),
      battles: count,
      corrected: z.boolean().describe('The chance in few votes is taken out'),
      family: z.string().nullable().describe('Maker of the judge model'),
    }),
    rules: z.array(ruleSchema).describe('Ways to make one verdict of two orders, on the same battles'),
    unscored: z.array(z.strictObject({ reason: z.string(), count })),
    probes: z.array(
      z.strictObject({
        probe: z
          .enum(['beats_controls', 'more_consistent_than_chance', ...RUN_CHECKS])
          .describe('Of the run, or of the last one, where the judge was asked here; those of RunCheck'),
        passed: z.boolean().nullable().describe('null: not to be told'),
        part: z.number(),
        of: z.number(),
      }),
    ),
    order: z.strictObject({
      rho: share.describe('Spearman’s correlation of both rankings'),
      models: z.array(z.strictObject({ model: z.string(), people: estimateSchema, judge: estimateSchema })),
    }),
    map: z.strictObject({
      names: z.array(z.strictObject({ name: z.string(), kind: z.enum(['people', 'judge', 'control']) })),
      cells: z
        .array(z.array(z.strictObject({ agreement: share, n: count })))
        .describe('Of the winners that the row names, the share that the column names, too'),
    }),
    cost: z.strictObject({
      replies: count,
      usd: share,
      estimated: z.boolean(),
      usd_per_1000: share,
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      seconds_per_1000: share.describe('From the first to the last reply of each run'),
      latency_ms: share.describe('Mean of a reply'),
    }),
    disagreements: z.strictObject({ of: count, items: z.array(disagreementSchema) }),
  })
  .meta({ id: 'JudgeCard' });
export type JudgeCardJson = z.infer<typeof judgeCardSchema>;

export const jurySchema = z
  .strictObject({
    campaign: z.strictObject({ slug: z.string(), title: z.string() }),
    at: z.string(),
    battles: count,
    of: count,
    people: agreementSchema,
    controls: z.array(agreementSchema.extend({ control: z.string() })),
    judges: z.array(
      z.strictObject({
        ...subjectFields,
        name: z.string().describe('As in `map`'),
        verdicts: count,
        unscored: count,
        agreement: agreementSchema,
        consistency: countedSchema,
        first_slot: countedSchema,
        discrimination: estimateSchema.describe('β: 1 tells models apart as people do'),
        slot_bias: estimateSchema.describe('Logits for the answer shown first'),
        length: estimateSchema.describe('Logits for an answer twice as long'),
        without: estimateSchema.describe('Agreement of the jury without this judge'),
        usd_per_1000: share,
        suspect: z.boolean().describe('A run of it waits to be admitted'),
        drift: z
          .enum(DRIFT_STATES)
          .nullable()
          .describe('What checks found, the worst of its providers; null: none has ended'),
      }),
    ),
    map: judgeCardSchema.shape.map,
    errors: z.array(z.array(share)).describe('Correlation of the errors of each two judges'),
    error_correlation: share.describe('Mean over pairs of judges'),
    effective: share.describe('Judges that the jury is worth, K / (1 + (K − 1) ρ)'),
    juries: z.array(
      z.strictObject({
        way: z.enum(['mean', 'majority', 'dawid_skene']),
        agreement: agreementSchema,
      }),
    ),
  })
  .meta({ id: 'Jury' });
export type JuryJson = z.infer<typeof jurySchema>;

export const calibrateJudgeSchema = z.strictObject({
  model: z.string().max(500).optional().describe('Judge model, where the judge asked several'),
});
export const calibratedJudgeSchema = z
  .strictObject({
    judge: z.string(),
    identity: z.string(),
    model: z.string(),
    verdicts: count.describe('That have a chance now; 0: votes are too few'),
    changed: count,
    reward: rewardSchema,
  })
  .meta({ id: 'CalibratedJudge' });
export type CalibratedJudgeJson = z.infer<typeof calibratedJudgeSchema>;
