import {
  BOARD_METHODS,
  BOARD_SWITCHES,
  BOTH_BAD_POLICIES,
  CLUSTER_CHOICES,
  COMPARISON_SOURCES,
  INTERVAL_METHODS,
  REWEIGHTINGS,
  STYLE_DEFINITIONS,
  TIE_POLICIES,
} from '@agon/domain';
import { z } from 'zod';
import { CAMPAIGN_STATES } from './campaigns.ts';
import { numberText } from './number-text.ts';
import { pageOf } from './paging.ts';
import { modelRatingSchema, ratingResultSchema } from './rating-json.ts';

/** Every switch and filter of the board; the page keeps the same names in its URL. Absent: the default. */
export const boardQuerySchema = z
  .strictObject({
    source: z
      .enum(COMPARISON_SOURCES)
      .default('people')
      .describe('Whose comparisons order the table and fill the heat map'),
    method: z.enum(BOARD_METHODS).default(BOARD_SWITCHES.method),
    ties: z.enum(TIE_POLICIES).default(BOARD_SWITCHES.ties),
    both_bad: z.enum(BOTH_BAD_POLICIES).default(BOARD_SWITCHES.both_bad),
    interval: z.enum(INTERVAL_METHODS).default(BOARD_SWITCHES.interval),
    cluster: z.enum(CLUSTER_CHOICES).default(BOARD_SWITCHES.cluster),
    style: z
      .string()
      .optional()
      .describe('contextual: length,headers,lists,bold,position,same-family; absent: the first four'),
    style_definition: z.enum(STYLE_DEFINITIONS).default(BOARD_SWITCHES.style_definition),
    reweight: z.enum(REWEIGHTINGS).default(BOARD_SWITCHES.reweight),
    prior: numberText(z.number().positive())
      .optional()
      .describe('bradley-terry: standard deviation in logits of a normal prior on the ratings'),
    ridge: numberText(z.number().nonnegative())
      .optional()
      .describe('contextual: pull of the coefficients to 0; absent: as the definition has it'),
    baseline: z
      .string()
      .optional()
      .describe('length-controlled, win-rate: the model that the others are compared with'),
    category: z.string().optional(),
    language: z.string().optional(),
    turn: numberText(z.number().int().positive()).optional(),
    judge: z.string().optional().describe('One judge; absent: all'),
    anchor: z.string().optional().describe('mean=1000 or MODEL=1114'),
  })
  .meta({ id: 'BoardQuery' });
export type BoardQuery = z.infer<typeof boardQuerySchema>;

export const boardModelSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  provider: z.string().nullable(),
  licence: z.string().nullable(),
  open_weights: z.boolean().nullable(),
  retired: z.boolean(),
});

export const boardScoreSchema = z.strictObject({
  model: z.string(),
  benchmark: z.string(),
  /** Fraction 0..1. */
  score: z.number(),
  n: z.number().int().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  source: z.string(),
});

export const benchmarkSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** Score of guessing, 0..1. */
  chance: z
    .number()
    .nullable()
    .describe('Score of guessing, 0..1; null: nobody has said, and it counts as 0'),
});

export const agreementSummarySchema = z
  .strictObject({
    left: z.string(),
    right: z.string(),
    items: z.number().int(),
    agreement: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    ties_dropped: z.boolean(),
    ceiling: z.strictObject({ items: z.number().int(), agreement: z.number().nullable() }),
  })
  .meta({ id: 'AgreementSummary' });

const exclusionSchema = z.strictObject({ reason: z.string(), count: z.number().int() });

/** All that the board page shows, so that a snapshot of it is the page. */
export const boardSchema = z
  .strictObject({
    campaign: z.strictObject({
      slug: z.string(),
      title: z.string(),
      state: z.enum(CAMPAIGN_STATES),
      attribution: z.string().nullable(),
    }),
    snapshot: z.string().nullable().describe('Id where this is a kept snapshot; null: live'),
    at: z.string(),
    query: boardQuerySchema,
    counts: z.strictObject({
      votes: z.number().int(),
      raters: z.number().int(),
      verdicts: z.number().int(),
      judges: z.number().int(),
      benchmarks: z.number().int(),
      excluded: z.array(exclusionSchema),
      excluded_verdicts: z
        .array(exclusionSchema)
        .optional()
        .describe('Missing in snapshots from before runs of verdicts were checked'),
    }),
    facets: z.strictObject({
      categories: z.array(z.strictObject({ name: z.string(), comparisons: z.number().int() })),
      languages: z.array(z.strictObject({ name: z.string(), comparisons: z.number().int() })),
      turns: z.array(z.number().int()),
      judges: z.array(z.string()),
    }),
    models: z.array(boardModelSchema),
    people: ratingResultSchema
      .nullable()
      .describe('Null where there is no comparison to fit; `empty` says why'),
    judges: ratingResultSchema.nullable(),
    empty: z.strictObject({ people: z.string().nullable(), judges: z.string().nullable() }),
    pairs: z
      .array(
        z.strictObject({
          model_a: z.string(),
          model_b: z.string(),
          wins: z.number(),
          ties: z.number(),
          losses: z.number(),
        }),
      )
      .describe('Head to head from model a’s side, under `query.source` and its filters'),
    benchmarks: z.array(benchmarkSchema),
    scores: z.array(boardScoreSchema),
    unsettled: z
      .strictObject({
        places: z.tuple([z.number().int(), z.number().int()]),
        model_a: z.string(),
        model_b: z.string(),
        gap: z.number(),
        margin: z.number(),
        votes_needed: z.number().int().nullable(),
      })
      .nullable()
      .describe('The best two neighbours that the votes cannot tell apart yet'),
    agreement: z.array(agreementSummarySchema),
  })
  .meta({ id: 'Board' });
export type Board = z.infer<typeof boardSchema>;

const ofSources = <Schema extends z.ZodType>(schema: Schema) =>
  z.strictObject({ people: schema.nullable(), judges: schema.nullable() });

/** One model against another, from the first one's side. */
const rivalSchema = z
  .strictObject({
    model: z.string(),
    wins: z.number(),
    ties: z.number(),
    losses: z.number(),
    share: z.number().describe('Wins and half of the ties over all, 0..1'),
    low: z.number().nullable().describe('95 % Wilson interval of the share'),
    high: z.number().nullable(),
    expected: z
      .number()
      .nullable()
      .describe('The share that both ratings say, 0..1; null where the method says none'),
  })
  .meta({ id: 'Rival' });

/** Ratings of one category, fitted from its comparisons alone. */
export const boardCategorySchema = z
  .strictObject({
    category: z.string(),
    comparisons: z.number().int(),
    models: z.array(modelRatingSchema).nullable().describe('Null where nothing can be fitted'),
    warnings: z.array(z.strictObject({ code: z.string(), message: z.string() })),
  })
  .meta({ id: 'BoardCategory' });
export const boardCategoriesSchema = z
  .strictObject({ query: boardQuerySchema, categories: z.array(boardCategorySchema) })
  .meta({ id: 'BoardCategories' });
export type BoardCategories = z.infer<typeof boardCategoriesSchema>;

/** One model on the board: what each source says of it, against whom, in which category, and at which time. */
export const boardModelPageSchema = z
  .strictObject({
    campaign: z.strictObject({ slug: z.string(), title: z.string(), state: z.enum(CAMPAIGN_STATES) }),
    at: z.string(),
    query: boardQuerySchema,
    model: boardModelSchema,
    sources: ofSources(
      z.strictObject({
        rating: modelRatingSchema,
        /** Models that have a rank. */
        ranked: z.number().int(),
        rivals: z.array(rivalSchema),
        categories: z.array(
          z.strictObject({
            category: z.string(),
            comparisons: z.number().int(),
            rating: modelRatingSchema.nullable(),
            ranked: z.number().int(),
          }),
        ),
      }),
    ),
    scores: z.array(boardScoreSchema.extend({ title: z.string(), chance: z.number().nullable() })),
    history: z
      .array(
        z.strictObject({
          snapshot: z.string(),
          at: z.string(),
          votes: z.number().int(),
          verdicts: z.number().int(),
          people: modelRatingSchema.nullable(),
          judges: modelRatingSchema.nullable(),
        }),
      )
      .describe('Snapshots under the same switches and filters, oldest first'),
  })
  .meta({ id: 'BoardModelPage' });
export type BoardModelPage = z.infer<typeof boardModelPageSchema>;

/** One SSE message: something changed; the page asks for the board again. `event: board`. */
export const boardEventSchema = z.strictObject({
  votes: z.number().int(),
  verdicts: z.number().int(),
  at: z.string(),
});
export type BoardEvent = z.infer<typeof boardEventSchema>;

export const WEIGHT_PRESETS = {
  default: { people: 50, judges: 20, benchmarks: 30 },
  people: { people: 100, judges: 0, benchmarks: 0 },
  measured: { people: 0, judges: 0, benchmarks: 100 },
  equal: { people: 1, judges: 1, benchmarks: 1 },
} as const;

export const UNIFIED_METHODS = ['composite', 'ability'] as const;

export const MISSING_CELLS = ['predict', 'leave-out'] as const;

export const unifiedQuerySchema = z
  .strictObject({
    people: numberText(z.number().min(0).max(100)).default(50),
    judges: numberText(z.number().min(0).max(100)).default(20),
    benchmarks: numberText(z.number().min(0).max(100)).default(30),
    each: z
      .string()
      .optional()
      .describe('Weights of single benchmarks within theirs: NAME=0.5,NAME=2; not named: 1'),
    missing: z
      .enum(MISSING_CELLS)
      .default('predict')
      .describe(
        'predict: a missing cell counts as predicted; leave-out: the weight goes to what was measured',
      ),
    method: z
      .enum(UNIFIED_METHODS)
      .default('composite')
      .describe(
        'composite: a weighted mean; ability: what people like and what benchmarks measure, estimated together',
      ),
  })
  .meta({ id: 'UnifiedQuery' });
export type UnifiedQuery = z.infer<typeof unifiedQuerySchema>;

export const unifiedCellSchema = z.strictObject({
  kind: z.enum([...COMPARISON_SOURCES, 'benchmark']),
  /** On the 0..100 scale of the composite; null: not measured, and not predictable. */
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  n: z.number().int().nullable(),
  imputed: z.boolean(),
  raw: z
    .number()
    .nullable()
    .describe('As the source says it: Elo points, or a share 0..1; null where predicted'),
});

const shareOrNull = z.number().min(0).max(1).nullable();

/** All cells with their errors: what a browser ranks again under other weights. */
const evidenceSchema = z
  .strictObject({
    version: z.literal(1),
    models: z.array(z.string()),
    sources: z.array(
      z.strictObject({
        source: z.string(),
        kind: z.enum([...COMPARISON_SOURCES, 'benchmark']),
        cells: z.array(
          z
            .strictObject({
              value: z.number(),
              se: z.number().nullable(),
              n: z.number().int().nullable(),
              imputed: z.boolean(),
              fitSd: z.number().nullable(),
            })
            .nullable(),
        ),
        board: z
          .strictObject({
            members: z.array(z.number().int()),
            logits: z.array(z.number()),
            covariance: z.array(z.number()).nullable(),
            panel: z.array(z.number().int()),
          })
          .nullable(),
      }),
    ),
    residualSd: z.strictObject({ objective: z.number(), subjective: z.number() }),
    panel: z.array(z.string()),
  })
  .describe(
    'Cells 0..100 by source and model, the logits of boards with their covariance, and what was predicted',
  )
  .meta({ id: 'Evidence' });

const estimateSchema = z.strictObject({
  value: z.number(),
  low: z.number(),
  high: z.number(),
});

/** What the ability model found of each source. */
const abilitySchema = z
  .strictObject({
    anchored: z.boolean().describe('False: nobody voted, and the scale is the judges’'),
    rho: estimateSchema.describe('How strongly liking follows measuring'),
    liking: z
      .array(z.strictObject({ model: z.string(), ...estimateSchema.shape }))
      .describe('Logits by which people like a model more than its benchmarks predict'),
    shared_bias: z
      .array(z.strictObject({ model: z.string(), ...estimateSchema.shape }))
      .describe('Logits by which all judges favour a model against people'),
    judges: z.array(
      z.strictObject({
        judge: z.string(),
        discrimination: estimateSchema.describe('How strongly verdicts follow what people like; people 1'),
        taste_sd: z.number().describe('Spread of its own taste over models, logits'),
        misfit: z.number().nullable().describe('Mean squared residual; near 1 where the model holds'),
        bias: z.array(z.strictObject({ model: z.string(), ...estimateSchema.shape })),
      }),
    ),
    benchmarks: z.array(
      z.strictObject({
        benchmark: z.string(),
        discrimination: estimateSchema,
        residual_sd: z.number().describe('Spread of cells about their prediction, logits'),
        misfit: z.number().nullable(),
      }),
    ),
    people_misfit: z.number().nullable(),
  })
  .meta({ id: 'Ability' });

/** The document of `agon board --json`. Scores 0..100. */
export const unifiedSchema = z
  .strictObject({
    snapshot: z.string().nullable(),
    at: z.string(),
    method: z.enum(['composite-v1', 'ability-v1', 'composite-v2', 'ability-v2']),
    missing: z.enum(MISSING_CELLS),
    weights: z.record(z.string(), z.number()).describe('people, judges, benchmarks, and benchmarks by name'),
    weights_hash: z.string(),
    models: z.array(
      z.strictObject({
        model: z.string(),
        score: z.number().nullable(),
        low: z.number().nullable(),
        high: z.number().nullable(),
        rank: z.number().int().nullable().describe('Null without a score, and where provisional'),
        rank_low: z.number().int().nullable(),
        rank_high: z.number().int().nullable(),
        p_top: z.number().nullable(),
        tier: z.number().int().nullable(),
        observed: shareOrNull.describe('Share of the weight whose cells were measured'),
        measured: z.strictObject({ present: z.number().int(), of: z.number().int() }),
        provisional: z
          .boolean()
          .describe('Measured for less than 60 % of the weight, or not at all by a pillar that has weight'),
        cells: z.record(z.string(), unifiedCellSchema).describe('Keys: people, judges, and one a benchmark'),
      }),
    ),
    evidence: evidenceSchema
      .nullable()
      .describe('Null in snapshots from before version 2, and under ability'),
    ability: abilitySchema.nullable(),
    diagnostics: z.strictObject({
      missing_cells: z.number().int(),
      cells: z.number().int(),
      panel: z.strictObject({
        models: z.array(z.string()),
        since: z.string().nullable().describe('Snapshot that froze the panel; null: it follows the board'),
      }),
      above: z
        .array(z.array(z.number()))
        .describe('P(row above column) among the ranked, in their order; empty where an error is not known'),
      leave_one_out: z.array(
        z.strictObject({ without: z.string(), same_order: z.boolean(), order: z.array(z.string()) }),
      ),
      flips: z
        .array(
          z.strictObject({
            source: z.string(),
            from: z.number(),
            to: z.number(),
            challenger: z.string(),
          }),
        )
        .describe('For each weight, as a share of all, the nearest at which somebody else is first'),
      acceptability: z
        .array(z.strictObject({ model: z.string(), near: z.number(), any: z.number() }))
        .describe('Share of weightings near these, and of all there are, under which a model is first'),
      rules: z.array(z.strictObject({ rule: z.string(), order: z.array(z.string()) })),
      correlations: z.array(
        z.strictObject({
          left: z.string(),
          right: z.string(),
          models: z.number().int(),
          tau: z.number().nullable(),
          low: z.number().nullable(),
          high: z.number().nullable(),
        }),
      ),
      next: z
        .array(
          z.strictObject({
            model: z.string(),
            source: z.string(),
            imputed: z.boolean(),
            share: z.number(),
            narrower: z.number(),
          }),
        )
        .describe('Cells whose measuring would narrow the top of the ranking most'),
      anchors: z.record(z.string(), z.string()).describe('What 0 and 100 mean for each source, in words'),
      notes: z.array(z.string()),
    }),
  })
  .meta({ id: 'Unified' });
export type Unified = z.infer<typeof unifiedSchema>;

export const REPORT_FORMATS = ['html', 'pdf', 'xlsx', 'csv', 'jsonl', 'json', 'md', 'tex'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const REPORT_MEDIA_TYPES: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html',
  pdf: 'application/pdf',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
  jsonl: 'application/x-ndjson',
  json: 'application/json',
  md: 'text/markdown',
  tex: 'application/x-tex',
};
export const REPORT_LOCALES = ['en', 'zh'] as const;
export type ReportLocale = (typeof REPORT_LOCALES)[number];

export const reportQuerySchema = z
  .strictObject({
    as: z.enum(REPORT_FORMATS).default('html'),
    locale: z.enum(REPORT_LOCALES).default('en'),
  })
  .meta({ id: 'ReportQuery' });

export const snapshotSchema = z
  .strictObject({
    id: z.string(),
    campaign: z.string(),
    title: z.string(),
    at: z.string(),
    votes: z.number().int(),
    verdicts: z.number().int(),
  })
  .meta({ id: 'Snapshot' });
export const snapshotListSchema = pageOf(snapshotSchema);
export const createSnapshotSchema = z.strictObject({ query: boardQuerySchema.partial().default({}) });
export const keptSnapshotSchema = z.strictObject({
  snapshot: snapshotSchema,
  seal: z
    .strictObject({
      version: z.number().int().describe('Shape in which it was kept; it is shown in today’s'),
      sha256: z.string().describe('Of board and unified ranking as kept, in canonical JSON; hex'),
      signature: z
        .string()
        .nullable()
        .describe(
          'Ed25519 of agon/snapshot/1, the id and the hash, a line each; base64url. Null: kept before seals',
        ),
      public_key: z.string().describe('Raw Ed25519 key of this server, base64url'),
      intact: z.boolean().nullable().describe('False: what is stored is not what was signed'),
    })
    .describe('What tells a kept snapshot from a changed one'),
  board: boardSchema,
  unified: unifiedSchema,
});
export type KeptSnapshot = z.infer<typeof keptSnapshotSchema>;
