import type { Campaign } from '@agon/contract';
import type { CampaignRecord } from '../ports/campaign-store.ts';
import type { Ports } from '../ports/ports.ts';

const NOTHING: Campaign['counts'] = { models: 0, prompts: 0, answers: 0, battles: 0, votes: 0, verdicts: 0 };

/** Campaigns as the contract shows them, with their counts. */
export async function presentCampaigns(
  records: readonly CampaignRecord[],
  deps: Pick<Ports, 'campaigns'>,
): Promise<Campaign[]> {
  const counts = await deps.campaigns.counts(records.map((record) => record.id));
  return records.map((record) => ({
    slug: record.slug,
    title: record.title,
    description: record.description,
    attribution: record.attribution,
    state: record.state,
    settings: record.settings,
    counts: counts.get(record.id) ?? NOTHING,
    created_at: new Date(record.createdAtMs).toISOString(),
  }));
}
