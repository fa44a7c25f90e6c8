/** What is asked again of a judge to see whether its model is still the one that it was, and what became of it. */
import { z } from 'zod';
import { askingFields, RUN_STATES } from './runs.ts';

const count = z.number().int();
const share = z.number().min(0).max(1);
const estimateSchema = z
  .strictObject({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
  .describe('With its 95 % interval; null: too little to tell');

export const DRIFT_STATES = ['same', 'changed', 'name_changed_only', 'too_few'] as const;
const stateSchema = z
  .enum(DRIFT_STATES)
  .describe(
    '`changed`: more verdicts than chance explains; `name_changed_only`: another model name or fingerprint, the same verdicts; `too_few`: not to be told',
  );

const changedFields = {
  pairs: count.describe('Requests with a verdict before and a reply now'),
  changed: count.describe('Of those, the ones that are read otherwise now'),
  share: z
    .strictObject({ value: share.nullable(), low: share.nullable(), high: share.nullable() })
    .describe('Changed of pairs, with Wilson’s 95 % interval'),
};
const namesFields = {
  models: z.array(z.string()).describe('As the server named its model'),
  fingerprints: z.array(z.string()).describe('`system_fingerprint`, where the server gives one'),
};

const driftCheckSchema = z.strictObject({
  run: z.string(),
  run_state: z.enum(RUN_STATES),
  started_at: z.string(),
  state: stateSchema.nullable().describe('Null: under way'),
  ...changedFields,
  orders: z.array(z.strictObject({ order: z.enum(['ab', 'ba']), ...changedFields })),
  unscored: count.describe('Of those that changed: replies that hold no verdict any more'),
  p: share.nullable().describe('Chance of so many changes from a judge that stayed the same'),
  expected: z
    .strictObject({
      share,
      pairs: count.describe('Repeated requests that say so; 0: none did, and the share is assumed'),
    })
    .nullable()
    .describe('Verdicts that change from one time to the next of a judge that stayed the same'),
  kappa: estimateSchema.nullable().describe('Cohen’s kappa of the verdicts before and now'),
  ...namesFields,
  renamed: z.boolean().describe('A model name or fingerprint that was not there before'),
  people: z
    .strictObject({
      battles: count.describe('With votes, and verdicts of both times'),
      before: estimateSchema.nullable().describe('Kappa of the verdicts before and people’s votes'),
      after: estimateSchema.nullable(),
      change: estimateSchema.nullable().describe('After less before, over the same draws of prompts'),
      mcnemar: z
        .strictObject({ only_before: count, only_after: count, p: share })
        .describe('Battles on which only one of both says what most people say'),
    })
    .nullable()
    .describe('Null: nobody voted on these battles'),
});
export type DriftCheckJson = z.infer<typeof driftCheckSchema>;

export const judgeDriftSchema = z
  .strictObject({
    campaign: z.string(),
    judge: z.string(),
    identity: z.string(),
    model: z.string(),
    provider: z.string(),
    battles: count,
    calls: count.describe('What each check asks: these battles in the orders that were scored'),
    voted: count.describe('Battles of these with people’s votes'),
    seed: count,
    frozen_at: z.string(),
    basis: z
      .strictObject({ from: z.string(), to: z.string(), ...namesFields })
      .describe('When the verdicts were given that checks are held against, and by what'),
    every_hours: count.nullable().describe('Null: only when somebody asks'),
    next_at: z.string().nullable(),
    failure: z.string().nullable().describe('Why the last check by schedule could not start'),
    budget: z.number().nullable().describe('Of one check, USD'),
    state: stateSchema.nullable().describe('By the newest check that could tell; null: none has ended'),
    checks: z.array(driftCheckSchema).describe('The newest ones, newest first'),
  })
  .meta({ id: 'JudgeDrift' });
export type JudgeDriftJson = z.infer<typeof judgeDriftSchema>;

export const judgeDriftsSchema = z
  .strictObject({
    items: z.array(judgeDriftSchema).describe('One for each provider whose verdicts are watched'),
    watchable: z.boolean().describe('A run of it is done whose verdicts can be asked for again'),
  })
  .meta({ id: 'JudgeDrifts' });

const which = {
  model: z.string().max(500).optional().describe('Judge model, where one judge asked several'),
};

export const driftQuerySchema = z.strictObject(which);

/** No more than these are worth their cost each night. */
const MAX_BATTLES = 512;
const MAX_HOURS = 8760;

export const checkDriftSchema = z
  .strictObject({
    ...which,
    provider: askingFields.provider.describe('Whose verdicts; null: of its newest run that counts'),
    items: z
      .number()
      .int()
      .min(1)
      .max(MAX_BATTLES)
      .default(64)
      .describe('Battles; drawn once, at the first check'),
    seed: askingFields.seed,
    every_hours: z
      .number()
      .int()
      .min(1)
      .max(MAX_HOURS)
      .nullable()
      .optional()
      .describe('A check by itself after so many hours each; null: not any more; missing: as it is'),
    budget_usd: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe('Of one check; null: as it is, at first 1 where costs can be counted'),
    prices: askingFields.prices,
    check: z.boolean().default(true).describe('False: nothing is asked now'),
    accept: z
      .boolean()
      .default(false)
      .describe('The newest check that is done becomes what later ones are held against'),
  })
  .meta({ id: 'CheckDrift' });
export type CheckDriftBody = z.input<typeof checkDriftSchema>;
