import { z } from 'zod';
import { campaignRoleSchema } from './campaign-members.ts';
import { pageOf } from './paging.ts';

export const slugSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'small letters, digits and hyphens, at most 63')
  .describe('Name of the campaign in URLs and on the command line');

export const CAMPAIGN_STATES = ['draft', 'open', 'closed'] as const;
export const SELF_NAMING_RULES = ['flag', 'mask', 'exclude'] as const;
const ANSWER_CHOICES = ['newest', 'oldest', 'any'] as const;
const BLANK_ANSWER_RULES = ['skip', 'draw'] as const;
const REVEAL_TIMES = ['final', 'at_once'] as const;
export const SKIP_REASONS = [
  'cannot_judge',
  'both_same',
  'broken_display',
  'offensive',
  'names_a_model',
  'other',
] as const;

/** What can be set, without defaults: a change must leave what it does not name as it is. */
const settingFields = {
  reveal: z.boolean().describe('Show after the vote who the models were'),
  reveal_when: z
    .enum(REVEAL_TIMES)
    .describe(
      'When it is shown: once the vote can no longer be undone, or with the reply to the vote, which then is left out of ratings if it is changed',
    ),
  show_others: z.boolean().describe('Show after the vote how others voted'),
  quota: z.number().int().positive().nullable().describe('Votes asked of one voter; null: no limit'),
  tags: z
    .array(z.string().min(1).max(40))
    .max(12)
    .describe('Optional reasons that a voter may tick after a vote'),
  notes: z.boolean(),
  self_naming: z
    .enum(SELF_NAMING_RULES)
    .describe(
      'What happens to an answer that names its own model: counted and marked, shown masked, or never drawn',
    ),
  answer_choice: z
    .enum(ANSWER_CHOICES)
    .describe(
      'Which answer is drawn where a model gave several to one prompt: its newest, its oldest, or any of them, each equally likely',
    ),
  blank_answers: z
    .enum(BLANK_ANSWER_RULES)
    .describe(
      'What happens to an answer without anything to read: never drawn for voters, or drawn and shown as empty. Where the answer to be drawn is blank and skipped, no other one of its model takes its place',
    ),
  sampling_seed: z.number().int().nonnegative(),
  battle_ttl_s: z.number().int().min(60).describe('An unfinished battle returns to the pool after this'),
  undo_grace_s: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .describe('How long the last vote can be undone, unless the next one comes first'),
  min_dwell_ms: z
    .number()
    .int()
    .min(0)
    .max(60_000)
    .describe('How long both answers must have been on screen before a vote is taken'),
  completion_code: z
    .string()
    .max(80)
    .nullable()
    .describe(
      'The start of the code that a voter is shown at the quota; the rest is the voter’s own. Null: none',
    ),
  consent_version: z.number().int().positive(),
  who: z
    .enum(['anyone', 'signed_in', 'invited'])
    .describe('Who may vote; `invited`: who comes by a link of `invitations`, each good for so many voters'),
  votes_per_minute: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .nullable()
    .describe(
      'Votes a minute from one network address, all its voters together (an IPv6 /64 counts as one); half of it may come at once. Null: no limit',
    ),
  offer_tie: z.boolean().describe('Voters may say that both answers are equally good'),
  offer_both_bad: z.boolean().describe('Voters may say that neither answer is any good'),
  target_votes: z
    .number()
    .int()
    .positive()
    .max(100_000_000)
    .nullable()
    .describe('Votes that the campaign is planned for; it stays open beyond them'),
};

/** What a researcher decides about a campaign. Every field has a default, so `{}` is a campaign. */
export const campaignSettingsSchema = z
  .strictObject({
    reveal: settingFields.reveal.default(true),
    reveal_when: settingFields.reveal_when.default('final'),
    show_others: settingFields.show_others.default(false),
    quota: settingFields.quota.default(null),
    tags: settingFields.tags.default(['correct', 'complete', 'clear', 'style', 'safe']),
    notes: settingFields.notes.default(true),
    self_naming: settingFields.self_naming.default('flag'),
    answer_choice: settingFields.answer_choice.default('newest'),
    blank_answers: settingFields.blank_answers.default('skip'),
    sampling_seed: settingFields.sampling_seed.default(1),
    battle_ttl_s: settingFields.battle_ttl_s.default(3600),
    undo_grace_s: settingFields.undo_grace_s.default(30),
    min_dwell_ms: settingFields.min_dwell_ms.default(300),
    completion_code: settingFields.completion_code.default(null),
    consent_version: settingFields.consent_version.default(1),
    who: settingFields.who.default('anyone'),
    votes_per_minute: settingFields.votes_per_minute.default(600),
    offer_tie: settingFields.offer_tie.default(true),
    offer_both_bad: settingFields.offer_both_bad.default(true),
    target_votes: settingFields.target_votes.default(null),
  })
  .meta({ id: 'CampaignSettings' });
const settingsChangeSchema = z.strictObject(settingFields).partial();
export type CampaignSettings = z.infer<typeof campaignSettingsSchema>;

export const campaignCountsSchema = z.strictObject({
  models: z.number().int(),
  prompts: z.number().int(),
  answers: z.number().int(),
  battles: z.number().int(),
  votes: z.number().int(),
  verdicts: z.number().int(),
});

export const campaignSchema = z
  .strictObject({
    slug: slugSchema,
    title: z.string(),
    description: z.string(),
    attribution: z
      .string()
      .nullable()
      .describe('Where prompts and answers come from, and under what licence'),
    state: z.enum(CAMPAIGN_STATES),
    settings: campaignSettingsSchema,
    counts: campaignCountsSchema,
    my_role: campaignRoleSchema.nullable().describe('What whoever asks may do here; null: as any visitor'),
    created_at: z.string(),
  })
  .meta({ id: 'Campaign' });
export type Campaign = z.infer<typeof campaignSchema>;

export const campaignListSchema = pageOf(campaignSchema);

export const createCampaignSchema = z
  .strictObject({
    slug: slugSchema,
    title: z.string().trim().min(1).max(200),
    description: z.string().max(4000).default(''),
    attribution: z.string().max(2000).nullable().default(null),
    settings: settingsChangeSchema.default({}),
  })
  .meta({ id: 'NewCampaign' });

export const changeCampaignSchema = z
  .strictObject({
    title: z.string().trim().min(1).max(200).optional(),
    description: z.string().max(4000).optional(),
    state: z.enum(CAMPAIGN_STATES).optional(),
    settings: settingsChangeSchema.optional(),
  })
  .meta({ id: 'CampaignChange' });

/** What a researcher watches: how far the campaign is, and where votes are thin. */
export const campaignProgressSchema = z
  .strictObject({
    votes: z.number().int(),
    votes_last_hour: z.number().int(),
    raters: z.number().int(),
    battles: z.strictObject({
      issued: z.number().int(),
      voted: z.number().int(),
      skipped: z.number().int(),
      expired: z.number().int(),
    }),
    skips: z.array(z.strictObject({ reason: z.enum(SKIP_REASONS), count: z.number().int() })),
    self_naming_answers: z.number().int(),
    blank_answers: z.number().int().describe('Answers without anything to read'),
    several_answers: z
      .number()
      .int()
      .describe(
        'How often a model has several answers to one prompt; the campaign’s settings say which is drawn',
      ),
    pairs: z.array(
      z.strictObject({
        model_a: z.string(),
        model_b: z.string(),
        votes: z.number().int(),
        issued: z.number().int(),
      }),
    ),
    raters_by_votes: z.array(
      z.strictObject({
        rater: z.string().describe('Pseudonym'),
        votes: z.number().int(),
        last_vote_at: z.string().nullable().describe('Null: imported votes that do not say when'),
        agreement: z
          .number()
          .nullable()
          .describe(
            'Share of votes equal to what most others said of the same two answers; null: never compared',
          ),
        agreement_n: z.number().int().describe('Votes that could be compared so'),
        median_ms: z.number().nullable().describe('Time between showing a battle and its vote'),
        tie_share: z.number().describe('Share of ties and both-bad'),
        left_share: z.number().nullable().describe('Share of decided votes for slot a, shown on the left'),
        excluded: z.number().int().describe('Votes that the board leaves out'),
      }),
    ),
  })
  .meta({ id: 'CampaignProgress' });
export const auditEntrySchema = z
  .strictObject({
    id: z.string(),
    at: z.string(),
    actor: z.string().describe('Name of the person, or of what acted'),
    action: z.string(),
    details: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Activity' });
export type AuditEntry = z.infer<typeof auditEntrySchema>;
export const activityListSchema = pageOf(auditEntrySchema);

export type CampaignProgress = z.infer<typeof campaignProgressSchema>;
