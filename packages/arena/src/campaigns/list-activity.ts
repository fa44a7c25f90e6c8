import type { ReplyOf } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { Ports } from '../ports/ports.ts';
import { requireCampaignRole } from './campaign-access.ts';

export type ListActivity = {
  readonly actor: Actor;
  readonly campaign: string;
  readonly cursor?: string;
  readonly limit: number;
};

/** What was done to a campaign and by whom, newest first. */
export async function listActivity(
  command: ListActivity,
  deps: Pick<Ports, 'campaigns' | 'members' | 'audit'>,
): Promise<ReplyOf<'listActivity'>> {
  const campaign = await requireCampaignRole(command.actor, command.campaign, 'viewer', deps);
  const records = await deps.audit.list(campaign.id, {
    after: command.cursor ?? null,
    limit: command.limit + 1,
  });
  const page = records.slice(0, command.limit);
  return {
    items: page.map(({ atMs, details, ...record }) => ({
      ...record,
      details: { ...details },
      at: new Date(atMs).toISOString(),
    })),
    next_cursor: records.length > command.limit ? (page.at(-1)?.id ?? null) : null,
  };
}
