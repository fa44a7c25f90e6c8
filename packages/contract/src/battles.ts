import { OUTCOMES } from '@agon/domain';
import { z } from 'zod';
import { pageQuerySchema } from './paging.ts';
import { shownTextSchema, shownTurnSchema } from './voting.ts';

export const BATTLE_SORTS = ['last_vote', 'oldest', 'most_votes', 'disagreement'] as const;
/** What most of the votes say; `none`: no vote counts. */
export const BATTLE_OUTCOMES = ['a', 'b', 'tie', 'both_bad', 'split', 'none'] as const;
/** A judge's verdict beside the votes. */
export const AGREEMENTS = [
  'agrees',
  'disagrees',
  'changed_by_order',
  'unscored',
  'people_split',
  'no_verdict',
] as const;
const MAX_TEXT = 200;

const yes = z.enum(['true', 'false']).optional();
const name = z.string().max(MAX_TEXT).optional();
const filterFields = {
  q: z
    .string()
    .trim()
    .min(2)
    .max(MAX_TEXT)
    .optional()
    .describe('Somewhere in the prompt or in an answer, as it stands there, whatever the case'),
  outcome: z.enum(BATTLE_OUTCOMES).optional().describe('What most of the votes say'),
  agreement: z.enum(AGREEMENTS).optional().describe('The judge’s verdict beside the votes'),
  unscored: name.describe('Why the judge has no outcome, in some order: `cut_off`, `two_labels` …'),
  judge: name.describe('Identity; without it the judge of `run`, or the one with most verdicts'),
  judge_model: name.describe('The model that it asked, where it asked several'),
  category: name,
  language: name,
  model: name,
  against: name.describe('A second model: battles of both'),
  voter: name.describe('Pseudonym'),
  run: name.describe('With a verdict of this run'),
  note: yes.describe('With a note of a voter'),
  quarantined: yes.describe('With votes that boards leave out'),
  sort: z
    .enum(BATTLE_SORTS)
    .default('last_vote')
    .describe('`disagreement`: most votes that say otherwise than the judge first'),
};

export const battleQuerySchema = z.strictObject(filterFields);
export type BattleQueryJson = z.output<typeof battleQuerySchema>;
export const listBattlesQuerySchema = pageQuerySchema.extend(filterFields);
export const exportBattlesQuerySchema = battleQuerySchema.extend({
  as: z.enum(['csv', 'jsonl']).default('jsonl'),
});

const count = () => z.number().int();
const votesSchema = z.strictObject({ a: count(), b: count(), tie: count(), both_bad: count() });
const modelsSchema = z.strictObject({ a: z.string(), b: z.string() });

const listedJudgeSchema = z
  .strictObject({
    name: z.string(),
    identity: z.string(),
    model: z.string().describe('Empty where an import does not say'),
    verdicts: count().describe('Battles with a verdict of it'),
    control: z.boolean().describe('A rule without a model'),
  })
  .meta({ id: 'ListedJudge' });
export type ListedJudgeJson = z.infer<typeof listedJudgeSchema>;

const listedVerdictSchema = z.strictObject({
  judge: z.string(),
  identity: z.string(),
  model: z.string(),
  ab: z
    .string()
    .nullable()
    .describe('With answer a first: an outcome, or why there is none; null: not judged'),
  ba: z.string().nullable(),
  other: z.string().nullable().describe('In no known order, or both orders as one'),
  decided: z.enum([...OUTCOMES, 'changed', 'unscored']).describe('All orders together'),
  agreement: z.enum(AGREEMENTS).nullable().describe('Null: there is no vote to agree with'),
});
export type ListedVerdictJson = z.infer<typeof listedVerdictSchema>;

const materialSchema = z
  .strictObject({
    reference: z.array(z.string()).nullable(),
    rubric: z
      .strictObject({
        name: z.string(),
        levels: z.array(z.strictObject({ score: z.number(), text: z.string() })),
      })
      .nullable(),
    criteria: z.array(z.strictObject({ id: z.string(), text: z.string(), weight: z.number() })).nullable(),
    checklist: z.array(z.string()).nullable(),
    context: z.array(z.string()).nullable(),
  })
  .meta({ id: 'PromptMaterial' });

export const listedBattleSchema = z
  .strictObject({
    id: z.string().describe('Of the first of all battles about these two answers'),
    prompt_id: z.string().nullable().describe('The source’s own id of the prompt'),
    prompt: z.string().nullable().describe('Its first words; null: the campaign does not hold it'),
    category: z.string().nullable(),
    language: z.string().nullable(),
    turns: count().nullable().describe('Turns that were shown'),
    models: modelsSchema,
    votes: votesSchema.describe('Votes that count'),
    outcome: z
      .enum([...OUTCOMES, 'split'])
      .nullable()
      .describe('What most of them say'),
    left_out: count().describe('Votes that stand and that boards leave out'),
    notes: count(),
    last_vote: z.string().nullable(),
    verdicts: z.array(listedVerdictSchema),
  })
  .meta({ id: 'ListedBattle' });
export type ListedBattleJson = z.infer<typeof listedBattleSchema>;

export const battleListSchema = z
  .strictObject({
    items: z.array(listedBattleSchema),
    next_cursor: z.string().nullable(),
    as_of: z
      .string()
      .describe('Votes and verdicts until then are in; a large campaign is read again every few minutes'),
    judges: z.array(listedJudgeSchema).describe('Those with most verdicts first'),
    judge: listedJudgeSchema.nullable().describe('The one that `agreement` is about'),
    models: z.array(z.string()).describe('What battles can be filtered by'),
    categories: z.array(z.string()),
    languages: z.array(z.string()),
    counts: z
      .strictObject({
        all: count(),
        found: count(),
        agreement: z.record(z.enum(AGREEMENTS), count()),
        note: count(),
        quarantined: count(),
      })
      .nullable()
      .describe('What the filter finds, and what each further one would leave; null: counting took too long'),
  })
  .meta({ id: 'BattleList' });
export type BattleListJson = z.infer<typeof battleListSchema>;

const battleVoteSchema = z.strictObject({
  id: z.string(),
  voter: z.string().nullable().describe('Pseudonym; null: an imported row that names nobody'),
  outcome: z.enum(OUTCOMES).describe('As it stands'),
  first_outcome: z.enum(OUTCOMES),
  state: z.enum(['counted', 'quarantined', 'undone', 'changed_after_reveal']),
  reason: z.string().nullable().describe('Why it is in quarantine'),
  imported: z.boolean(),
  source: z.string().nullable().describe('File that it was imported from'),
  seconds: z.number().nullable().describe('How long the battle was on the screen'),
  reasons: z.strictObject({ a: z.array(z.string()), b: z.array(z.string()) }).nullable(),
  note: z.string().nullable(),
  weight: z.number(),
  at: z.string().nullable(),
  changes: z.array(
    z.strictObject({
      kind: z.enum(['undo', 'recast', 'annotate']),
      outcome: z.enum(OUTCOMES).nullable(),
      after_reveal: z.boolean(),
      at: z.string(),
    }),
  ),
});
export type BattleVoteJson = z.infer<typeof battleVoteSchema>;

const battleVerdictSchema = z.strictObject({
  id: z.string(),
  judge: z.string(),
  identity: z.string(),
  control: z.boolean(),
  model: z.string(),
  order: z.enum(['ab', 'ba', 'reconciled', 'unknown']).describe('`ab`: answer a was shown first'),
  repeat: count(),
  outcome: z.enum(OUTCOMES).nullable().describe('In the slots of this page, whatever order the judge saw'),
  unscored: z.string().nullable(),
  share_a: z.number().nullable().describe('Slot a’s share of the point, 0..1, where the judge says it'),
  parser: z.string().nullable(),
  run: z.string().nullable(),
  standing: z.string().nullable().describe('Whether boards count its run: `counted`, `suspect` …'),
  imported: z.boolean(),
  prompt_tokens: count().nullable(),
  completion_tokens: count().nullable(),
  cost: z.number().nullable().describe('USD'),
  seconds: z.number().nullable(),
  reply_end: z.string().nullable().describe('Its last characters; null: there is no reply'),
  at: z.string().nullable(),
});
export type BattleVerdictJson = z.infer<typeof battleVerdictSchema>;

const battleAnswerSchema = z.strictObject({
  model: z.string(),
  turns: z
    .array(
      shownTurnSchema.extend({
        text: z.string(),
        names: z.array(z.string()).describe('How it names its model'),
      }),
    )
    .nullable()
    .describe('Null: the campaign does not hold the text'),
  prompt_tokens: count().nullable(),
  completion_tokens: count().nullable().describe('All turns together'),
  made_by: z
    .strictObject({
      run: z.string(),
      provider: z.string(),
      model: z.string(),
      settings: z.record(z.string(), z.unknown()),
    })
    .nullable()
    .describe('Null: it was imported'),
});
export type BattleAnswerJson = z.infer<typeof battleAnswerSchema>;

export const battlePageSchema = z
  .strictObject({
    id: z
      .string()
      .describe('Of the first battle about these two answers; models and outcomes are in its slots'),
    prompt_id: z.string().nullable(),
    category: z.string().nullable(),
    language: z.string().nullable(),
    shown_turns: count().nullable(),
    prompt: z.strictObject({ turns: z.array(shownTextSchema.extend({ text: z.string() })) }).nullable(),
    material: materialSchema.describe('What judges are given beside it; voters are not shown it'),
    answers: z.strictObject({ a: battleAnswerSchema, b: battleAnswerSchema }),
    battles: z
      .array(
        z.strictObject({
          id: z.string(),
          origin: z.enum(['draw', 'import', 'judge']),
          state: z.enum(['issued', 'voted', 'skipped', 'expired', 'kept']),
          draw_probability: z.number().nullable(),
          skip_reason: z.string().nullable(),
          at: z.string(),
        }),
      )
      .describe('Every battle about these two answers'),
    votes: z.array(battleVoteSchema),
    verdicts: z.array(battleVerdictSchema),
    place: z
      .strictObject({
        position: count().nullable().describe('From 1; null: the filter does not find it'),
        previous: z.string().nullable(),
        next: z.string().nullable(),
      })
      .describe('Where it is in the list with the same filter'),
  })
  .meta({ id: 'Battle' });
export type BattlePageJson = z.infer<typeof battlePageSchema>;

export const verdictReplySchema = z
  .strictObject({
    verdict: z.string(),
    run: z.string(),
    replies: z.array(z.string()).describe('What the model wrote, raw: one text a turn'),
    reasoning: z.string().nullable(),
    finish_reason: z.string().nullable(),
    model: z.string().nullable().describe('As the server named it'),
    fingerprint: z.string().nullable(),
    request: z
      .strictObject({
        messages: z.array(
          z.strictObject({ role: z.enum(['system', 'user', 'assistant']), text: z.string() }),
        ),
      })
      .nullable()
      .describe('Rendered again from what the run keeps; null: from before enough of it was kept'),
  })
  .meta({ id: 'VerdictReply' });
export type VerdictReplyJson = z.infer<typeof verdictReplySchema>;
