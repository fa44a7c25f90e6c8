import { z } from 'zod';

export const sendBackSchema = z
  .strictObject({
    votes: z.number().int().min(1).max(100).default(3).describe('Votes that it is to have more'),
  })
  .meta({ id: 'SendBack' });

export const sentBackSchema = z
  .strictObject({
    battle: z.string(),
    wanted: z.number().int().describe('Votes that it is to have more'),
    votes: z.number().int().describe('Votes on the same two answers since then'),
    at: z.string(),
  })
  .meta({ id: 'SentBack' });
export type SentBackJson = z.infer<typeof sentBackSchema>;

export const sentBackListSchema = z
  .strictObject({
    share: z
      .number()
      .describe('Share of the draws that are made from this list, for voters who have not seen all of it'),
    items: z.array(sentBackSchema),
  })
  .meta({ id: 'SentBackList' });
export type SentBackListJson = z.infer<typeof sentBackListSchema>;
