import {
  BOTH_BAD_POLICIES,
  CLUSTER_CHOICES,
  INTERVAL_METHODS,
  RATING_METHODS,
  REWEIGHTINGS,
  STYLE_DEFINITIONS,
  STYLE_FEATURES,
  TIE_POLICIES,
} from '@agon/domain';
import { z } from 'zod';

const nullable = () => z.number().nullable();

/** One model's rating as `agon rank --json` prints it. Ratings in Elo points, win rates in per cent. */
export const modelRatingSchema = z
  .strictObject({
    model: z.string(),
    rating: nullable(),
    low: nullable(),
    high: nullable(),
    rank: nullable(),
    rank_low: nullable(),
    rank_high: nullable(),
    comparisons: z.number(),
    wins: z.number(),
    losses: z.number(),
    ties: z.number(),
    win_rate: nullable().optional(),
    win_rate_se: nullable().optional(),
    win_rate_low: nullable().optional().describe('95 % interval of the win rate, per cent'),
    win_rate_high: nullable().optional(),
    discrete_win_rate: nullable().optional(),
    lc_win_rate: nullable().optional().describe('length-controlled: win rate at equal length, per cent'),
    lc_win_rate_se: nullable().optional(),
    lc_win_rate_low: nullable().optional(),
    lc_win_rate_high: nullable().optional(),
    people_rating: nullable()
      .optional()
      .describe('prediction-powered: the rating of people alone, without the judges'),
    people_low: nullable().optional(),
    people_high: nullable().optional(),
    plain_rating: nullable().optional().describe('contextual: the rating with style not taken out'),
  })
  .meta({ id: 'ModelRating' });
export type ModelRatingJson = z.infer<typeof modelRatingSchema>;

export const ratingSettingsSchema = z
  .strictObject({
    method: z.enum(RATING_METHODS),
    ties: z.enum(TIE_POLICIES),
    both_bad: z.enum(BOTH_BAD_POLICIES),
    interval: z.enum(INTERVAL_METHODS),
    cluster: z.enum(CLUSTER_CHOICES),
    rounds: z.number().int(),
    seed: z.number().int(),
    anchor: z.string(),
    k: z.number(),
    initial: z.number(),
    baseline: z.string().nullable(),
    panel: z.array(z.string()).optional().describe('win-rate: reference models that each count alike'),
    style: z.array(z.enum(STYLE_FEATURES)),
    style_definition: z.enum(STYLE_DEFINITIONS),
    ridge: nullable(),
    reweight: z.enum(REWEIGHTINGS),
    prior: nullable(),
  })
  .meta({ id: 'RatingSettings' });

const planFields = {
  model_a: z.string(),
  model_b: z.string(),
  gap: z.number(),
  margin: z.number(),
  settled: z.boolean(),
  votes: z.number().nullable().describe('Head to head, to show a gap of this size with 80 % power'),
};

/** Fields that a board kept before they were told does not have are optional. */
const groupInsightsSchema = z
  .strictObject({
    models: z.array(z.string()),
    pairwise: z.array(z.array(nullable())).describe('P(row model is truly above column model)'),
    p_first: z.array(z.number()),
    tiers: z.array(z.number().int()),
    flip: z
      .strictObject({
        leader: z.string(),
        challenger: z.string(),
        votes: z.number().int(),
        of: z.number(),
        gap_after: z.number(),
      })
      .nullable()
      .describe('The fewest comparisons found whose removal takes the first place away, verified by a refit'),
    planner: z.array(z.strictObject(planFields)),
    ask: z
      .array(
        z.strictObject({
          ...planFields,
          gap: planFields.gap.optional(),
          margin: planFields.margin.optional(),
          settled: planFields.settled.optional(),
          votes: planFields.votes.optional(),
          gain: z.number().describe('By what share one vote lowers the sum of the variances'),
          information: z.number().describe('Nats that one vote is expected to tell'),
        }),
      )
      .optional()
      .describe('The ten pairs on which one more vote tells most'),
  })
  .meta({ id: 'GroupInsights' });
export type GroupInsightsJson = z.infer<typeof groupInsightsSchema>;

const ratingInsightsSchema = groupInsightsSchema
  .extend({
    others: z
      .array(groupInsightsSchema)
      .optional()
      .describe('Every other group of models that can be compared, the larger first'),
  })
  .describe('Of the largest group of models that can be compared')
  .meta({ id: 'RatingInsights' });
export type RatingInsightsJson = z.infer<typeof ratingInsightsSchema>;

/** The document of `agon rank --json`; also what the board is made from. */
export const ratingResultSchema = z
  .strictObject({
    method: z.enum(RATING_METHODS),
    settings: ratingSettingsSchema,
    comparisons: z.strictObject({
      read: z.number().int(),
      used: z.number().int(),
      excluded: z.array(z.strictObject({ reason: z.string(), count: z.number().int() })),
    }),
    fit: z.strictObject({
      converged: z.boolean(),
      iterations: z.number().int(),
      components: z.array(z.array(z.string())),
    }),
    models: z.array(modelRatingSchema),
    tie_parameter: z
      .strictObject({
        name: z.enum(['nu', 'theta']),
        value: z.number(),
        low: nullable(),
        high: nullable(),
        equal_tie_share: z.number().describe('How often two equal models tie, 0..1'),
      })
      .optional()
      .describe('davidson (nu) and rao-kupper (theta) only'),
    style: z
      .array(
        z.strictObject({
          feature: z.enum(STYLE_FEATURES),
          coefficient: nullable().describe('Logits for one standard deviation of the feature'),
          low: nullable(),
          high: nullable(),
          odds: nullable().describe('e to the coefficient'),
          odds_low: nullable(),
          odds_high: nullable(),
          mean: z.number(),
          sd: z.number(),
        }),
      )
      .optional()
      .describe('contextual only: what each feature is worth'),
    judge_power: z
      .strictObject({
        lambda: z.number().describe('How far judges are trusted, 0..1; 0: people alone'),
        gain: z.number().describe('Votes that would be as good without the judges, as a multiple'),
        narrower: nullable().describe('By what share the intervals are narrower than those of people alone'),
        votes: z.number().int(),
        paired_votes: z.number().int().describe('Votes on a battle that a judge decided, too'),
        judged_battles: z.number().int(),
        extra_battles: z.number().int().describe('Battles that judges decided and no person'),
      })
      .optional()
      .describe('prediction-powered only: what judges added to people’s votes'),
    insights: ratingInsightsSchema
      .nullable()
      .optional()
      .describe('Where asked for: what the whole covariance tells; null where it tells nothing'),
    warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'RatingResult' });
export type RatingResultJson = z.infer<typeof ratingResultSchema>;
