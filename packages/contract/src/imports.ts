import { z } from 'zod';
import { pageOf } from './paging.ts';
import { problemSchema } from './problem.ts';

/** A row's label → what it means: an outcome, with a strength where it counts more than once; or nothing to count. */
const labelMeaningSchema = z
  .string()
  .regex(/^(?:(?:a|b|tie|both_bad)(?:\*\d+(?:\.\d+)?)?|skip)$/)
  .describe('a, b, tie, both_bad or skip; a*3 counts three times');

const readingSchema = {
  format: z.string().optional().describe('Absent: found from the file'),
  map: z.record(z.string(), z.string()).optional().describe('Column of the file → field of the format'),
  labels: z.record(z.string(), labelMeaningSchema).optional().describe('Own label → what it means'),
  scale: z
    .union([z.literal(1), z.literal(100)])
    .optional()
    .describe('Scores: as fractions or in per cent'),
  preference: z
    .tuple([z.number(), z.number()])
    .optional()
    .describe('The two ends of a preference on a scale: the first means slot a, the second slot b'),
  models: z.array(z.string()).optional().describe('A sheet of answers: columns that are models'),
};

/** What a person may say about one file that the file does not say itself; it goes before what is said of all. */
export const importFileSchema = z.strictObject({
  name: z.string().min(1).max(300),
  text: z.string(),
  ...readingSchema,
});

const importOptions = {
  ...readingSchema,
  unblinded: z
    .enum(['drop', 'keep'])
    .default('drop')
    .describe('Votes that were not blind: into quarantine, or counted'),
  oversampled: z
    .enum(['keep', 'drop'])
    .default('keep')
    .describe('Votes on prompts that came too often (dedup_tag): counted, or into quarantine'),
  on_error: z
    .enum(['good', 'none'])
    .default('none')
    .describe('Rows with faults: import the good ones, or nothing'),
  create: z.boolean().default(false).describe('Make the campaign where there is none'),
  dry_run: z.boolean().default(false),
};

/**
 * Small files may stand in the body as texts. Files of any size and container come as multipart/form-data: a part
 * `options` with this object as JSON, without the texts, then one part `file` for each of `files`, in their order.
 */
export const createImportSchema = z
  .strictObject({ files: z.array(importFileSchema).min(1).max(200), ...importOptions })
  .meta({ id: 'NewImport' });
export type CreateImportBody = z.input<typeof createImportSchema>;

/** The part `options` of an import that comes as multipart/form-data; what it says of files goes by their order. */
export const importFormSchema = z.strictObject({
  files: z.array(z.strictObject(readingSchema)).max(200).default([]),
  ...importOptions,
});
export type ImportForm = z.input<typeof importFormSchema>;

/** Equal refusals are one entry: the first of them, and how many there are. */
export const refusedRowSchema = z.strictObject({
  file: z.string(),
  line: z.number().int(),
  column: z.string().nullable(),
  value: z.string().nullable(),
  reason: z.string(),
  count: z.number().int().min(1),
});

/** `read` = `imported` + `refused` + `duplicates`. A row that adds nothing, as all that it says is there, is a duplicate. */
const rowCountsSchema = z.strictObject({
  read: z.number().int().min(0),
  imported: z.number().int().min(0),
  refused: z.number().int().min(0),
  duplicates: z.number().int().min(0),
});

/** What reading a file found out about its columns. */
const foundSchema = {
  unused: z.array(z.string()).describe('Columns that nothing was read from'),
  models: z.array(z.string()).describe('A sheet of answers: columns that were taken for models'),
  labels: z
    .array(
      z.strictObject({
        value: z.string(),
        count: z.number().int(),
        means: z.string().nullable().describe('An outcome, or skip; null: not known'),
      }),
    )
    .describe('Values of the column of outcomes, at most 100'),
};

/** What judges may be given beside a prompt and its answers. */
export const MATERIAL_KINDS = ['reference', 'rubric', 'criteria', 'checklist', 'context'] as const;

/** The document of `agon import --json`, and the preview of a dry run. */
export const importResultSchema = z
  .strictObject({
    id: z.string().nullable().describe('Null for a dry run, or where nothing was imported'),
    campaign: z.string(),
    format: z.string().describe('Formats found, joined by +'),
    models: z.number().int(),
    prompts: z.number().int(),
    answers: z.number().int(),
    votes: z.number().int(),
    verdicts: z.number().int(),
    scores: z.number().int(),
    material: z.number().int().describe('References, rubrics, checklists, … for judges that are new'),
    rows: rowCountsSchema,
    errors: z.array(refusedRowSchema).describe('The first 1,000'),
    errors_total: z.number().int(),
    warnings: z.array(
      z.strictObject({
        code: z.string(),
        message: z.string(),
        count: z.number().int().optional().describe('Rows that it is about'),
        what: z.string().optional().describe('passed_over: what these rows are'),
      }),
    ),
    files: z.array(
      z.strictObject({
        name: z.string(),
        format: z.string(),
        rows: z.number().int(),
        ...foundSchema,
      }),
    ),
    preview: z
      .strictObject({
        columns: z.array(z.string()).describe('Columns of the first file, for mapping'),
        rows: z.array(z.array(z.string().nullable())),
        battles: z.array(
          z.strictObject({
            prompt: z.string(),
            answers: z.array(z.strictObject({ model: z.string(), text: z.string() })).max(2),
            outcome: z.string().nullable(),
            material: z
              .array(z.strictObject({ kind: z.enum(MATERIAL_KINDS), text: z.string() }))
              .describe('What judges are given beside it'),
          }),
        ),
      })
      .nullable()
      .describe('Dry run only: the first rows as battles'),
  })
  .meta({ id: 'ImportResult' });
export type ImportResult = z.infer<typeof importResultSchema>;

/** One line of a streamed import. The last one is `done` or `refused`; a stream that ends without it changed nothing. */
export const importEventSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('progress'),
      stage: z.enum(['waiting', 'reading', 'writing']),
      done: z.number().int().describe('Bytes read, or rows written; waiting: imports before this one'),
      total: z.number().int(),
    }),
    z.strictObject({ kind: z.literal('done'), result: importResultSchema }),
    z.strictObject({ kind: z.literal('refused'), problem: problemSchema }),
  ])
  .meta({ id: 'ImportEvent' });
export type ImportEvent = z.infer<typeof importEventSchema>;

/** A format that can be named. `fields` is empty where its columns cannot be mapped: they are its own. */
export const formatSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    fields: z.array(z.strictObject({ name: z.string(), required: z.boolean() })),
  })
  .meta({ id: 'Format' });
export type FormatJson = z.infer<typeof formatSchema>;
export const formatListSchema = pageOf(formatSchema);

export const inspectFileSchema = z.strictObject({
  name: z.string().min(1).max(300),
  text: z.string().describe('The file, or its first lines'),
});
/** The same as multipart/form-data, with one part `file`: of any container. */
export const inspectFormSchema = z.strictObject({});
export const fileInspectionSchema = z
  .strictObject({
    format: z.string().nullable().describe('Id of the format that its columns fit; null: none is known'),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string().nullable())).describe('The first rows, a value a column, shortened'),
    ...foundSchema,
  })
  .meta({ id: 'FileInspection' });
export type FileInspection = z.infer<typeof fileInspectionSchema>;

export const importRecordSchema = z
  .strictObject({
    id: z.string(),
    at: z.string(),
    format: z.string(),
    files: z.array(z.string()),
    rows: rowCountsSchema,
    undone_at: z.string().nullable(),
  })
  .meta({ id: 'Import' });
export const importListSchema = pageOf(importRecordSchema);

export const EXPORT_WHATS = [
  'votes',
  'prompts',
  'answers',
  'battles',
  'verdicts',
  'scores',
  'board',
  'completions',
] as const;
export const EXPORT_FORMATS = [
  'jsonl',
  'csv',
  'parquet',
  'fastchat',
  'alpaca-eval',
  'every-eval-ever',
  'dpo',
] as const;
export const exportQuerySchema = z.strictObject({
  what: z.enum(EXPORT_WHATS),
  as: z.enum(EXPORT_FORMATS).default('jsonl'),
});
