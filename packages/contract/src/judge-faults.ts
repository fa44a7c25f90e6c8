import { z } from 'zod';

/** What is wrong with a judge's file, and where. */
export const judgeFaultSchema = z
  .strictObject({
    line: z.number().int().positive(),
    column: z.number().int().positive().nullable(),
    message: z.string(),
    hint: z.string().nullable(),
  })
  .meta({ id: 'JudgeFault' });
export type JudgeFaultJson = z.infer<typeof judgeFaultSchema>;
