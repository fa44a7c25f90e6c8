import { z } from 'zod';
import { pageOf } from './paging.ts';

/** From least to most: each may do what the ones before it may. */
export const CAMPAIGN_ROLES = ['viewer', 'editor', 'owner'] as const;
export type CampaignRole = (typeof CAMPAIGN_ROLES)[number];

export const campaignRoleSchema = z
  .enum(CAMPAIGN_ROLES)
  .describe(
    'viewer: reads everything; editor: changes content and settings and starts runs; owner: decides who is a member, too',
  );

export const campaignMemberSchema = z
  .strictObject({
    user: z.string().describe('Id of the person'),
    name: z.string(),
    email: z.string(),
    role: campaignRoleSchema,
    added_at: z.string(),
  })
  .meta({ id: 'CampaignMember' });
export type CampaignMemberJson = z.infer<typeof campaignMemberSchema>;
export const campaignMemberListSchema = pageOf(campaignMemberSchema);

export const addCampaignMemberSchema = z
  .strictObject({
    email: z.email().describe('Of a researcher of this arena'),
    role: campaignRoleSchema,
  })
  .meta({ id: 'NewCampaignMember' });
export const changeCampaignMemberSchema = z.strictObject({ role: campaignRoleSchema });
