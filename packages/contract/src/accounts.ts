import { z } from 'zod';
import { pageOf } from './paging.ts';

export const ROLES = ['voter', 'researcher', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export const meSchema = z
  .strictObject({
    signed_in: z.boolean().describe('Has a session, an anonymous one too'),
    anonymous: z.boolean(),
    user: z.strictObject({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    role: z.enum(ROLES).nullable(),
    setup_open: z.boolean().describe('No admin exists yet'),
  })
  .meta({ id: 'Me' });
export type Me = z.infer<typeof meSchema>;

/** Makes the first admin: needs the one-time token that the first start printed. */
export const claimSetupSchema = z.strictObject({
  token: z.string(),
  name: z.string().trim().min(1).max(100),
  email: z.email(),
  password: z.string().min(10).max(128),
});

export const memberSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    role: z.enum(ROLES),
    created_at: z.string(),
  })
  .meta({ id: 'Member' });
export const memberListSchema = pageOf(memberSchema);
export const changeMemberSchema = z.strictObject({ role: z.enum(ROLES) });

export const KEY_SCOPES = ['read', 'vote', 'write', 'admin'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
export const apiKeySchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('First characters, to recognise it'),
    scopes: z.array(z.enum(KEY_SCOPES)),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
export const apiKeyListSchema = pageOf(apiKeySchema);
export const createKeySchema = z.strictObject({
  name: z.string().trim().min(1).max(100),
  scopes: z.array(z.enum(KEY_SCOPES)).min(1),
});
export const createdKeySchema = z.strictObject({
  key: z.string().describe('Shown once'),
  record: apiKeySchema,
});
