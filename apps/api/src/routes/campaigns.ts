import {
  addCampaignMember,
  changeCampaign,
  changeCampaignMember,
  createCampaign,
  getCampaign,
  getOverview,
  getProgress,
  getRaters,
  inviteVoters,
  listActivity,
  listCampaignMembers,
  listCampaigns,
  listInvitations,
  listVoterGroups,
  quarantineVoter,
  quarantineVotes,
  releaseVoter,
  removeCampaignMember,
  revokeInvitation,
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
  serve('inviteVoters', ({ actor, params, body: { most_uses: mostUses, ...body } }) =>
    inviteVoters({ actor, ...params, ...body, mostUses }, ports),
  );
  serve('listInvitations', ({ actor, params, query }) =>
    listInvitations({ actor, ...params, ...query }, ports),
  );
  serve('revokeInvitation', ({ actor, params }) => revokeInvitation({ actor, ...params }, ports));
  serve('listVoterGroups', ({ actor, params }) => listVoterGroups({ actor, ...params }, ports));
  serve('quarantineVotes', ({ actor, params, body }) => {
    const { from, to, most_votes: mostVotes, dry_run: dryRun, ...rest } = body;
    const msOf = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));
    return quarantineVotes(
      { actor, ...params, ...rest, fromMs: msOf(from), toMs: msOf(to), mostVotes, dryRun },
      ports,
    );
  });
  serve('quarantineVoter', ({ actor, params }) => quarantineVoter({ actor, ...params }, ports));
  serve('releaseVoter', ({ actor, params }) => releaseVoter({ actor, ...params }, ports));
}
