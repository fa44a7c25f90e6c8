import type { Ports } from '@agon/arena';
import {
  createAuditLog,
  createBattleStore,
  createCampaignMemberStore,
  createCampaignStore,
  createContentStore,
  createIds,
  createJudgeStore,
  createProviderStore,
  createRunStore,
  type Database,
} from '@agon/database';
import { judgeFiles } from '@agon/inference/judges';
import { createProviderRules } from '@agon/inference/rules';

/** What runs of every kind are started with; nobody is told of them. */
export type StartingPorts = Pick<
  Ports,
  | 'campaigns'
  | 'members'
  | 'content'
  | 'battles'
  | 'judgeStore'
  | 'judges'
  | 'providers'
  | 'providerRules'
  | 'runs'
  | 'runQueue'
  | 'audit'
  | 'clock'
  | 'ids'
>;

export function startingPorts(database: Database, now: () => number = Date.now): StartingPorts {
  const clock = { now };
  return {
    campaigns: createCampaignStore(database, now),
    members: createCampaignMemberStore(database),
    content: createContentStore(database),
    battles: createBattleStore(database),
    judgeStore: createJudgeStore(database),
    judges: judgeFiles(),
    providers: createProviderStore(database),
    providerRules: createProviderRules({ environment: {}, ownPorts: () => [] }),
    runs: createRunStore(database),
    runQueue: { announce: async () => {} },
    audit: createAuditLog(database),
    clock,
    ids: createIds(clock),
  };
}
