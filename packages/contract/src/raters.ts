import { z } from 'zod';

const nullable = () => z.number().nullable();

/** One voter as the board's engine sees them. Shares 0..1; null: not from these votes. */
export const raterReportSchema = z
  .strictObject({
    rater: z.string().describe('Pseudonym, as in the campaign’s progress'),
    votes: z.number().int().describe('Votes that were looked at'),
    agreement: nullable().describe('How often others said the same of the same battle'),
    agreement_low: nullable().describe('95 % interval'),
    agreement_high: nullable(),
    agreement_battles: z.number().int(),
    reliability: nullable().describe(
      'Share of the votes that the answers decided; the rest are habit (noisy Bradley–Terry)',
    ),
    reliability_low: nullable().describe('95 % of its posterior'),
    reliability_high: nullable(),
    confusion_reliability: nullable().describe(
      'How often the vote is the truth of a battle that others decided, too (Dawid and Skene)',
    ),
    evidence: z
      .strictObject({
        value: z
          .number()
          .describe('Likelihood of a habit against what the others’ votes expect, the largest so far'),
        p: z
          .number()
          .describe('1 / value, at most 1: somebody who votes as expected gets so low with this chance'),
        after: z.number().int().describe('Votes until then'),
        habit: z
          .enum(['uniform', 'coin', 'reversed', 'always-a', 'always-b'])
          .describe('The way of voting that is nearest'),
      })
      .nullable(),
    first_slot: nullable().describe('How often slot a wins, of the votes that decide'),
    first_slot_low: nullable(),
    first_slot_high: nullable(),
    decided: z.number().int(),
    tie_share: z.number(),
    completion_code: z
      .string()
      .nullable()
      .describe(
        'What the voter was shown at the quota; no other voter has it. Null: not there yet, or none is given',
      ),
  })
  .meta({ id: 'RaterReport' });
export type RaterReportJson = z.infer<typeof raterReportSchema>;

export const raterReportsSchema = z
  .strictObject({
    at: z.string().describe('Every vote that was committed by then is in'),
    votes: z.number().int().describe('The newest votes, which were looked at'),
    of: z.number().int().describe('Votes that count'),
    converged: z.boolean().describe('False: too few votes connect the models, so reliability is a guess'),
    raters: z.array(raterReportSchema).describe('Most votes first, at most 500'),
  })
  .meta({ id: 'RaterReports' });
export type RaterReports = z.infer<typeof raterReportsSchema>;

export const voterGroupsSchema = z
  .strictObject({
    kept_days: z.number().int().describe('Addresses are forgotten so many days after they were seen last'),
    groups: z
      .array(
        z.strictObject({
          address: z.string().describe('Keyed hash, of use in this campaign alone'),
          voters: z.number().int(),
          votes: z.number().int(),
          single_voters: z.number().int().describe('Voters who cast one vote and no more'),
          quarantined: z.number().int().describe('Of the votes, those in quarantine'),
          first_at: z.string(),
          last_at: z.string(),
        }),
      )
      .describe('Most votes first, at most 500'),
  })
  .meta({ id: 'VoterGroups' });
export type VoterGroups = z.infer<typeof voterGroupsSchema>;

export const quarantineVotesSchema = z
  .strictObject({
    address: z.string().max(64).optional().describe('Votes of voters who came from it, as in `voter-groups`'),
    from: z.iso.datetime().optional().describe('Cast at this time or later'),
    to: z.iso.datetime().optional().describe('Cast before'),
    outcome: z.enum(['a', 'b', 'tie', 'both_bad']).optional(),
    most_votes: z.number().int().min(1).optional().describe('Votes of voters who cast so many, or fewer'),
    release: z.boolean().default(false).describe('Let them count again'),
    dry_run: z.boolean().default(false).describe('Say what would change, and change nothing'),
  })
  .meta({ id: 'VoteFilter' });

export const quarantinedVotesSchema = z
  .strictObject({
    votes: z.number().int().describe('Votes that the conditions hold for'),
    voters: z.number().int(),
    changed: z.number().int().describe('Of the votes, what came into quarantine or left it'),
  })
  .meta({ id: 'QuarantinedVotes' });

export const quarantineReplySchema = z
  .strictObject({
    rater: z.string().describe('Pseudonym, as in the campaign’s progress'),
    votes: z.number().int().describe('All that they cast in this campaign, what they took back included'),
    changed: z.number().int().describe('Of these, what came into quarantine or left it with this call'),
  })
  .meta({ id: 'Quarantine' });
export type QuarantineReply = z.infer<typeof quarantineReplySchema>;
