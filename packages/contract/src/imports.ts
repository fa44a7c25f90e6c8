import { z } from 'zod';
import { pageOf } from './paging.ts';

export const importFileSchema = z.strictObject({ name: z.string().min(1).max(300), text: z.string() });

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
export const EXPORT_FORMATS = ['jsonl', 'csv', 'fastchat', 'alpaca-eval'] as const;
export const exportQuerySchema = z.strictObject({
  what: z.enum(EXPORT_WHATS),
  as: z.enum(EXPORT_FORMATS).default('jsonl'),
});
