import { z } from 'zod';
import { pageOf } from './paging.ts';

export const invitationSchema = z
  .strictObject({
    id: z.string(),
    label: z.string(),
    uses: z.number().int().describe('Voters who came by it'),
    most_uses: z.number().int().describe('Voters who may'),
    created_at: z.string(),
    revoked_at: z.string().nullable(),
  })
  .meta({ id: 'Invitation' });
export type InvitationJson = z.infer<typeof invitationSchema>;
export const invitationListSchema = pageOf(invitationSchema);

export const inviteVotersSchema = z
  .strictObject({
    count: z.number().int().min(1).max(1000).default(1).describe('Links to make'),
    most_uses: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(1)
      .describe('Voters who may come by each; 1: a link is good once'),
    label: z.string().trim().max(200).default(''),
  })
  .meta({ id: 'NewInvitations' });

export const madeInvitationsSchema = z
  .strictObject({
    invitations: z.array(
      invitationSchema.extend({
        path: z.string().describe('The link, without the arena’s address; shown once, and not kept'),
      }),
    ),
  })
  .meta({ id: 'MadeInvitations' });
export type MadeInvitations = z.infer<typeof madeInvitationsSchema>;

export const revokedInvitationSchema = z.strictObject({ id: z.string() }).meta({ id: 'RevokedInvitation' });
