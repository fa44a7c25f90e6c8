import { z } from 'zod';
import { pageOf } from './paging.ts';
import { problemSchema } from './problem.ts';

/** What a person may say about one file that the file does not say itself; it goes before what is said of all. */
export const importFileSchema = z.strictObject({
  name: z.string().min(1).max(300),
  text: z.string(),
  format: z.string().optional(),
  map: z.record(z.string(), z.string()).optional().describe('Column of the file → field of the format'),
  scale: z.union([z.literal(1), z.literal(100)]).optional(),
});

export const createImportSchema = z
  .strictObject({
    files: z.array(importFileSchema).min(1).max(200),
    format: z.string().optional().describe('Absent: detected from each file'),
    map: z.record(z.string(), z.string()).default({}).describe('Column of the file → field of the format'),
    scale: z
      .union([z.literal(1), z.literal(100)])
      .optional()
      .describe('Scores: as fractions or in per cent'),
    on_error: z
      .enum(['good', 'none'])
      .default('none')
      .describe('Rows with faults: import the good ones, or nothing'),
    dry_run: z.boolean().default(false),
  })
  .meta({ id: 'NewImport' });
export type CreateImportBody = z.input<typeof createImportSchema>;

export const refusedRowSchema = z.strictObject({
  file: z.string(),
  line: z.number().int(),
  column: z.string().nullable(),
  value: z.string().nullable(),
  reason: z.string(),
});

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
    rows: z.strictObject({ read: z.number().int(), imported: z.number().int(), refused: z.number().int() }),
    errors: z.array(refusedRowSchema).describe('The first 1,000'),
    errors_total: z.number().int(),
    preview: z
      .strictObject({
        columns: z.array(z.string()).describe('Columns of the first file, for mapping'),
        rows: z.array(z.array(z.string().nullable())),
        battles: z.array(
          z.strictObject({
            prompt: z.string(),
            answers: z.array(z.strictObject({ model: z.string(), text: z.string() })).max(2),
            outcome: z.string().nullable(),
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
      stage: z.enum(['reading', 'writing']),
      done: z.number().int().describe('Files read, or rows written'),
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
export const fileInspectionSchema = z
  .strictObject({
    format: z.string().nullable().describe('Id of the format that its columns fit; null: none is known'),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string().nullable())).describe('The first rows, a value a column, shortened'),
  })
  .meta({ id: 'FileInspection' });
export type FileInspection = z.infer<typeof fileInspectionSchema>;

export const importRecordSchema = z
  .strictObject({
    id: z.string(),
    at: z.string(),
    format: z.string(),
    files: z.array(z.string()),
    rows: z.strictObject({ read: z.number().int(), imported: z.number().int(), refused: z.number().int() }),
    undone_at: z.string().nullable(),
  })
  .meta({ id: 'Import' });
export const importListSchema = pageOf(importRecordSchema);

export const EXPORT_WHATS = ['votes', 'answers', 'battles', 'verdicts', 'scores', 'board'] as const;
export const EXPORT_FORMATS = [
  'jsonl',
  'csv',
  'parquet',
  'fastchat',
  'alpaca-eval',
  'every-eval-ever',
] as const;
export const exportQuerySchema = z.strictObject({
  what: z.enum(EXPORT_WHATS),
  as: z.enum(EXPORT_FORMATS).default('jsonl'),
});
