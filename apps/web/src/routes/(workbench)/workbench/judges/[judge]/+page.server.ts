import { loadClient, orErrorPage } from '#lib/api/load-client.ts';
import { mayEdit } from '#lib/workbench/campaign-role.ts';
import type { PageServerLoad } from './$types';

/** `new` is no judge yet: it is written from another one. */
export const load: PageServerLoad = async ({ fetch, params, url }) => {
  const call = loadClient(fetch);
  const from = params.judge === 'new' ? url.searchParams.get('from') : params.judge;
  const name = from ?? (await orErrorPage(call('listJudges'))).items[0]?.id ?? '';
  const [judge, versions, campaigns, { providers }] = await Promise.all([
    orErrorPage(call('getJudge', { params: { judge: name } })),
    params.judge === 'new'
      ? { items: [] }
      : orErrorPage(call('listJudgeVersions', { params: { judge: name }, query: { limit: 500 } })),
    orErrorPage(call('listCampaigns', { query: { limit: 500 } })),
    orErrorPage(call('listProviders')),
  ]);
  return {
    judge,
    isNew: params.judge === 'new',
    versions: versions.items,
    campaigns: campaigns.items.filter(mayEdit).map(({ slug, title }) => ({ slug, title })),
    providers,
  };
};
