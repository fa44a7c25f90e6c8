import { z } from 'zod';
import { snapshotSchema } from './board.ts';
import { runSchema } from './runs.ts';

const place = { campaign: z.string().describe('Its slug'), title: z.string() };

const runOf = { run: z.string(), model: z.string(), subject: z.string() };

/** What a researcher should look at first. */
export const attentionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('failed_run'), ...place, ...runOf, why: z.string() }),
  z.strictObject({ kind: z.literal('suspect_run'), ...place, ...runOf }),
  z.strictObject({ kind: z.literal('paused_run'), ...place, ...runOf, why: z.string() }),
  z
    .strictObject({
      kind: z.literal('drifted_judge'),
      ...place,
      judge: z.string(),
      identity: z.string(),
      model: z.string(),
    })
    .describe('The model behind a judge is not the one any more that gave its verdicts'),
  z.strictObject({
    kind: z.literal('few_votes'),
    ...place,
    models: z.array(z.string()).describe('Models of an open campaign with too few votes for a firm rating'),
    fewer_than: z.number().int(),
  }),
  z.strictObject({
    kind: z.literal('below_target'),
    ...place,
    votes: z.number().int(),
    target: z.number().int(),
  }),
  z.strictObject({ kind: z.literal('excluded_votes'), ...place, count: z.number().int() }),
]);
export type Attention = z.infer<typeof attentionSchema>;

export const overviewSchema = z
  .strictObject({
    running: z.array(runSchema),
    attention: z.array(attentionSchema),
    snapshots: z.array(snapshotSchema).describe('The newest ten of all campaigns'),
  })
  .meta({ id: 'Overview' });
export type Overview = z.infer<typeof overviewSchema>;
