import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { isMine } from '#lib/workbench/campaign-role.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const call = loadClient(fetch);
  const [versions, all] = await Promise.all([
    orErrorPage(call('listJudgeVersions', { params, query: { limit: 500 } })),
    orErrorPage(call('listCampaigns', { query: { limit: 500 } })),
  ]);
  const campaigns = all.items.filter(isMine).map(({ slug, title }) => ({ slug, title }));
  const [newest, before] = versions.items;
  const asked = url.searchParams;
  const right = asked.get('right') ?? newest?.identity ?? params.judge;
  const left = asked.get('left') ?? before?.identity ?? right;
  const campaign = asked.get('campaign') ?? campaigns[0]?.slug ?? null;
  const model = asked.get('model') ?? undefined;
  const compared =
    campaign === null
      ? null
      : await orErrorPage(
          call('compareJudges', {
            params,
            query: { left, right, campaign, ...(model === undefined ? {} : { model }) },
          }),
        );
  return { judge: params.judge, versions: versions.items, campaigns, left, right, campaign, compared };
};
