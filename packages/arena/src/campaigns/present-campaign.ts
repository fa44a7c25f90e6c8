import type { Campaign } from '@agon/contract';
import type { Actor } from '../actor.ts';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';
import { campaignRolesOf } from './campaign-access.ts';

const NOTHING: Campaign['counts'] = { models: 0, prompts: 0, answers: 0, battles: 0, votes: 0, verdicts: 0 };

/** Campaigns as the contract shows them to whoever asks, with their counts. */
export async function presentCampaigns(
  records: readonly CampaignRecord[],
  actor: Actor,
  deps: Pick<Ports, 'campaigns' | 'members'>,
): Promise<Campaign[]> {
  const slugs = records.map((record) => record.slug);
  const [counts, roles] = await Promise.all([
    deps.campaigns.counts(records.map((record) => record.id)),
    campaignRolesOf(actor, slugs, deps),
  ]);
  return records.map((record) => {
    const role = roles.get(record.slug) ?? null;
    return {
      slug: record.slug,
      title: record.title,
      description: record.description,
      attribution: record.attribution,
      state: record.state,
      // a completion code is for those who finished, not for whoever asks
      settings: role === null ? { ...record.settings, completion_code: null } : record.settings,
      counts: counts.get(record.id) ?? NOTHING,
      my_role: role,
      created_at: new Date(record.createdAtMs).toISOString(),
    };
  });
}
