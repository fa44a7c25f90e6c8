import { ERROR_CODES, type ErrorCode } from '@agon/domain';
import { z } from 'zod';
import { judgeFaultSchema } from './judge-faults.ts';

const codes = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

export const filePlaceSchema = z
  .strictObject({
    file: z.string().optional(),
    line: z.number().int().positive().optional(),
    column: z.union([z.string(), z.number()]).optional(),
    value: z.string().optional(),
  })
  .meta({ id: 'FilePlace' });

/** RFC 9457 problem details, as application/problem+json. */
export const problemSchema = z
  .strictObject({
    type: z.string().describe('Link to the page that explains the code'),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(codes),
    detail: z.string().describe('What is wrong'),
    hint: z.string().nullable().describe('What to do about it'),
    at: filePlaceSchema.nullable(),
    retry_after_ms: z.number().nullable(),
    faults: z.array(judgeFaultSchema).optional().describe('With `judge_invalid`: everything that is wrong'),
  })
  .meta({ id: 'Problem' });

export type Problem = z.infer<typeof problemSchema>;
