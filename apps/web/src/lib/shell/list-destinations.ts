import type { Role } from '@agon/contract';
import { api } from '#lib/api/browser-client.ts';
import { isMine } from '#lib/workbench/campaign-role.ts';
import { partName } from '#lib/workbench/part-name.ts';
import { m } from '#paraglide/messages.js';
import {
  boardPath,
  CAMPAIGN_PARTS,
  campaignPath,
  homePath,
  judgesPath,
  keysPath,
  membersPath,
  newCampaignPath,
  providersPath,
  runsPath,
  votePath,
  workbenchPath,
} from './paths.ts';

export type Destination = {
  readonly href: string;
  readonly label: string;
  /** What it belongs to: a campaign, or a kind of page. */
  readonly of: string;
};

/** Everywhere that this person can go, what is near first. What cannot be listed now is left out. */
export async function listDestinations(
  role: Role | null,
  current: string | null,
): Promise<readonly Destination[]> {
  const isResearcher = role === 'researcher' || role === 'admin';
  const [campaigns, judges] = await Promise.all([
    api('listCampaigns', { query: { limit: 500 } }).catch(() => ({ items: [] })),
    isResearcher && current !== null
      ? api('listJudges', { query: { limit: 500 } }).catch(() => ({ items: [] }))
      : { items: [] },
  ]);
  const here = campaigns.items.find((campaign) => campaign.slug === current);
  const partsOf = ({ slug, title }: { slug: string; title: string }) =>
    CAMPAIGN_PARTS.map((part) => ({ href: campaignPath(slug, part), label: partName(part), of: title }));
  const page = (href: string, label: string) => ({ href, label, of: m.common_page() });
  return [
    ...(here !== undefined && isMine(here) ? partsOf(here) : []),
    ...judges.items.map((judge) => ({
      href: `${campaignPath(current ?? '', 'judges')}?judge=${encodeURIComponent(judge.id)}`,
      label: judge.title,
      of: m.workbench_judge(),
    })),
    page(homePath, m.common_nav_campaigns()),
    ...(isResearcher
      ? [
          page(workbenchPath, m.common_nav_workbench()),
          page(newCampaignPath, m.workbench_new()),
          page(judgesPath, m.lab_judges()),
          page(runsPath, m.runs_title()),
          page(providersPath, m.providers_title()),
          page(keysPath, m.workbench_keys()),
        ]
      : []),
    ...(role === 'admin' ? [page(membersPath, m.workbench_members())] : []),
    ...campaigns.items.flatMap((campaign) => [
      { href: boardPath(campaign.slug), label: m.common_board(), of: campaign.title },
      ...(campaign.state === 'open'
        ? [{ href: votePath(campaign.slug), label: m.common_vote(), of: campaign.title }]
        : []),
      ...(isMine(campaign) && campaign !== here ? partsOf(campaign) : []),
    ]),
  ];
}
