import {
  addCampaignMember,
  changeCampaign,
  changeCampaignMember,
  createCampaign,
  getCampaign,
  getOverview,
  getProgress,
  getRaters,
  listActivity,
  listCampaignMembers,
  listCampaigns,
  quarantineVoter,
  releaseVoter,
  removeCampaignMember,
} from '@agon/arena';
import type { RouteDeps } from './route-deps.ts';

export function campaignRoutes({ serve, ports, guard }: RouteDeps): void {
  serve('listCampaigns', ({ actor, query }) => listCampaigns({ actor, ...query }, ports));
  serve('createCampaign', ({ actor, body }) => createCampaign({ actor, ...body }, ports));
  serve('getCampaign', ({ actor, params }) => getCampaign({ actor, campaign: params.campaign }, ports));
  serve('changeCampaign', ({ actor, params, body }) =>
    changeCampaign({ actor, campaign: params.campaign, ...body }, ports),
  );
  serve('listActivity', ({ actor, params, query }) =>
    listActivity({ actor, campaign: params.campaign, ...query }, ports),
  );
  serve('listCampaignMembers', ({ actor, params, query }) =>
    listCampaignMembers({ actor, campaign: params.campaign, ...query }, ports),
  );
  serve('addCampaignMember', ({ actor, params, body }) =>
    addCampaignMember({ actor, campaign: params.campaign, ...body }, ports),
  );
  serve('changeCampaignMember', ({ actor, params, body }) =>
    changeCampaignMember({ actor, ...params, ...body }, ports),
  );
  serve('removeCampaignMember', ({ actor, params }) => removeCampaignMember({ actor, ...params }, ports));
  serve('getOverview', ({ actor }) => getOverview({ actor }, ports));
  serve('getProgress', ({ actor, params }) => getProgress({ actor, campaign: params.campaign }, ports));
  serve('getRaters', ({ actor, params, address }) => {
    guard('boards', actor, address);
    return getRaters({ actor, campaign: params.campaign }, ports);
  });
  serve('quarantineVoter', ({ actor, params }) => quarantineVoter({ actor, ...params }, ports));
  serve('releaseVoter', ({ actor, params }) => releaseVoter({ actor, ...params }, ports));
}
