import { z } from 'zod';
import { numberText } from './number-text.ts';

/** Lists are walked with a cursor: pass `next_cursor` back until it is null. */
export const pageQuerySchema = z.strictObject({
  cursor: z.string().optional(),
  limit: numberText(z.number().int().min(1).max(500)).default(100),
});

export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next_cursor: z.string().nullable() });
}
