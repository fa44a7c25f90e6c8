import { OUTCOMES } from '@agon/domain';
import { z } from 'zod';
import { SKIP_REASONS } from './campaigns.ts';

/** One text as the page shows it: `html` is rendered and sanitised on the server, the same way for both slots. */
export const shownTextSchema = z
  .strictObject({ html: z.string(), direction: z.enum(['ltr', 'rtl', 'auto']) })
  .meta({ id: 'ShownText' });

/** One turn of an answer. A blank one has nothing to read, and no HTML: the page says so in the reader's language. */
export const shownTurnSchema = shownTextSchema.extend({ blank: z.boolean() }).meta({ id: 'ShownTurn' });
export type ShownTurn = z.infer<typeof shownTurnSchema>;

/**
 * A battle before the vote. Strict: no field can name a model, a provider's id, a token count or a timing.
 * `answers.a.turns[i]` answers `prompt.turns[i]`.
 */
export const blindBattleSchema = z
  .strictObject({
    id: z.string(),
    ticket: z.string().describe('Signed by the server; the only thing that a vote needs to name the battle'),
    expires_at: z.string(),
    prompt: z.strictObject({
      category: z.string().nullable(),
      language: z.string().nullable(),
      turns: z.array(shownTextSchema).min(1),
    }),
    answers: z.strictObject({
      a: z.strictObject({ turns: z.array(shownTurnSchema).min(1) }),
      b: z.strictObject({ turns: z.array(shownTurnSchema).min(1) }),
    }),
  })
  .meta({ id: 'BlindBattle' });
export type BlindBattle = z.infer<typeof blindBattleSchema>;

export const voterProgressSchema = z
  .strictObject({
    votes: z.number().int(),
    quota: z.number().int().nullable(),
    done: z.boolean(),
    completion_code: z.string().nullable(),
  })
  .meta({ id: 'VoterProgress' });
export type VoterProgress = z.infer<typeof voterProgressSchema>;

export const giveConsentSchema = z.strictObject({
  version: z.number().int().positive(),
  language: z.string().max(20),
  invitation: z.string().max(200).nullable().default(null).describe('Token of the link, where one is needed'),
});
export const consentReplySchema = z.strictObject({ progress: voterProgressSchema });

export const drawBattlesSchema = z.strictObject({
  count: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('How many battles to hold: the one to show, and the next'),
  holding: z.array(z.string()).max(10).default([]).describe('Battles that the page holds already'),
});
export const drawBattlesReplySchema = z
  .strictObject({
    battles: z.array(blindBattleSchema),
    progress: voterProgressSchema,
    exhausted: z.boolean().describe('This voter has seen every prompt-pair of the campaign'),
  })
  .meta({ id: 'DrawnBattles' });
export type DrawnBattles = z.infer<typeof drawBattlesReplySchema>;

export const castVoteSchema = z
  .strictObject({
    ticket: z.string(),
    outcome: z.enum(OUTCOMES),
    idempotency_key: z.string().min(8).max(80),
    shown_ms: z
      .number()
      .int()
      .nonnegative()
      .max(86_400_000)
      .nullable()
      .default(null)
      .describe('How long both answers were on screen, by the page’s clock; null: not measured'),
  })
  .meta({ id: 'NewVote' });
export type CastVoteBody = z.input<typeof castVoteSchema>;

/** Which of a model's answers to one prompt was shown. */
export const answerPlaceSchema = z
  .strictObject({
    number: z.number().int().positive().describe('From 1, the oldest'),
    of: z.number().int().min(2),
  })
  .meta({ id: 'AnswerPlace' });
export type AnswerPlace = z.infer<typeof answerPlaceSchema>;

export const revealSchema = z
  .strictObject({
    models: z.strictObject({ a: z.string(), b: z.string() }),
    answers: z
      .strictObject({ a: answerPlaceSchema.nullable(), b: answerPlaceSchema.nullable() })
      .describe('Null where the model has one answer to the prompt'),
    others: z
      .strictObject({
        a: z.number().int(),
        b: z.number().int(),
        tie: z.number().int(),
        both_bad: z.number().int(),
      })
      .nullable()
      .describe(
        'How others voted on the same two answers, in this voter’s slots; null where the campaign hides it',
      ),
  })
  .meta({ id: 'Reveal' });
export type Reveal = z.infer<typeof revealSchema>;

export const voteReplySchema = z
  .strictObject({
    vote: z.strictObject({
      id: z.string(),
      battle: z.string(),
      outcome: z.enum(OUTCOMES),
      at: z.string(),
      undo_until: z.string(),
    }),
    reveal: revealSchema
      .nullable()
      .describe(
        'Null while the vote can be undone, unless the campaign reveals at once; and where it never does',
      ),
    before: z
      .strictObject({ vote: z.string(), reveal: revealSchema })
      .nullable()
      .describe(
        'The names behind this voter’s vote before, which is final now; null where nothing is to be told, and in the reply to a request that came again',
      ),
    progress: voterProgressSchema,
  })
  .meta({ id: 'CountedVote' });
export type CountedVote = z.infer<typeof voteReplySchema>;

export const revealReplySchema = z.strictObject({
  reveal: revealSchema
    .nullable()
    .describe('Null while the vote can be undone, and where the campaign tells nobody'),
});

export const skipBattleSchema = z.strictObject({
  ticket: z.string(),
  reason: z.enum(SKIP_REASONS),
  note: z.string().max(2000).default(''),
});
export const skipReplySchema = z.strictObject({ progress: voterProgressSchema });

/** After an undo the battle is open again under the same ticket; the next vote on it is kept as a revision. */
export const undoReplySchema = z.strictObject({ battle: z.string(), progress: voterProgressSchema });

export const annotateVoteSchema = z.strictObject({
  tags: z.strictObject({ a: z.array(z.string()).max(12), b: z.array(z.string()).max(12) }).optional(),
  note: z.string().max(2000).optional(),
});
export const annotateReplySchema = z.strictObject({ vote: z.string(), at: z.string() });
