/**
 * Who may make which call, in words; the test asks every call of the contract for all of it. A call that is missing here
 * fails the test by its name.
 */
import type { CallName, KeyScope } from '@agon/contract';

type Level = 'nobody' | 'voter' | 'researcher' | 'admin' | 'system';
type Member = 'viewer' | 'editor' | 'owner';
export type Identity = {
  readonly level: Level;
  /** In the campaigns of the owner. */
  readonly member: Member | null;
  /** Null: a session, or the owner of the data folder. */
  readonly scopes: readonly KeyScope[] | null;
  /** Started the probe. */
  readonly isOwner?: boolean;
};

export const IDENTITIES = {
  'no session': { level: 'nobody', member: null, scopes: null },
  voter: { level: 'voter', member: null, scopes: null },
  stranger: { level: 'researcher', member: null, scopes: null },
  viewer: { level: 'researcher', member: 'viewer', scopes: null },
  editor: { level: 'researcher', member: 'editor', scopes: null },
  owner: { level: 'researcher', member: 'owner', scopes: null, isOwner: true },
  admin: { level: 'admin', member: null, scopes: null },
  'data folder': { level: 'system', member: null, scopes: null },
  'read key': { level: 'researcher', member: 'owner', scopes: ['read'], isOwner: true },
  'vote key': { level: 'researcher', member: 'owner', scopes: ['vote'], isOwner: true },
  'write key': { level: 'researcher', member: 'owner', scopes: ['write'], isOwner: true },
  'admin key': { level: 'researcher', member: 'owner', scopes: ['admin'], isOwner: true },
  'key of a stranger': { level: 'researcher', member: null, scopes: ['read', 'vote', 'write'] },
} as const satisfies Record<string, Identity>;
export type IdentityName = keyof typeof IDENTITIES;

/** Campaigns of the owner in each state; one, a draft, that nobody signed in made; and a run of no campaign. */
export const OBJECTS = ['draft', 'open', 'closed', 'arena', 'probe'] as const;
export type ObjectName = (typeof OBJECTS)[number];

export type Outcome = 'in' | 'sign in' | 'refused' | 'not there';

const LEVELS: readonly Level[] = ['nobody', 'voter', 'researcher', 'admin', 'system'];
const MEMBERS: readonly Member[] = ['viewer', 'editor', 'owner'];
const reaches = (who: Identity, level: Level) => LEVELS.indexOf(who.level) >= LEVELS.indexOf(level);
const SCOPES: Readonly<Record<KeyScope, readonly KeyScope[]>> = {
  read: ['read', 'write', 'admin'],
  vote: ['vote', 'admin'],
  write: ['write', 'admin'],
  admin: ['admin'],
};
const holds = (who: Identity, scope: KeyScope) =>
  who.scopes === null || who.scopes.some((held) => SCOPES[scope].includes(held));

function gate(who: Identity, level: Level, scope: KeyScope): Outcome {
  if (!reaches(who, level)) return who.level === 'nobody' ? 'sign in' : 'refused';
  return holds(who, scope) ? 'in' : 'refused';
}

function roleIn(who: Identity, object: ObjectName): Member | null {
  if (!reaches(who, 'researcher') || !holds(who, 'read')) return null;
  if (reaches(who, 'admin')) return 'owner';
  return object === 'arena' ? 'editor' : who.member;
}

function page(who: Identity, object: ObjectName): Outcome {
  const isPublic = object === 'open' || object === 'closed';
  return isPublic || roleIn(who, object) !== null ? 'in' : 'not there';
}

function role(who: Identity, object: ObjectName, needed: Member, outside: 'page' | 'nothing'): Outcome {
  const gated = gate(who, 'researcher', needed === 'viewer' ? 'read' : 'write');
  if (gated !== 'in') return gated;
  if (object === 'probe') {
    return needed === 'viewer' || who.isOwner === true || reaches(who, 'admin') ? 'in' : 'refused';
  }
  const held = roleIn(who, object);
  if (held === null) return outside === 'page' && page(who, object) === 'in' ? 'refused' : 'not there';
  if (MEMBERS.indexOf(held) < MEMBERS.indexOf(needed)) return 'refused';
  return needed !== 'owner' || holds(who, 'admin') ? 'in' : 'refused';
}

/** A vote is somebody's: the owner of the data folder is nobody here, and a key must be made for votes. */
function vote(who: Identity): Outcome {
  if (who.level === 'nobody' || who.level === 'system') return 'sign in';
  return who.scopes === null || who.scopes.includes('vote') ? 'in' : 'refused';
}

const WORDS = {
  anyone: () => 'in',
  'voter: vote': vote,
  'researcher: read': (who) => gate(who, 'researcher', 'read'),
  'researcher: write': (who) => gate(who, 'researcher', 'write'),
  'researcher: admin': (who) => gate(who, 'researcher', 'admin'),
  'admin: write': (who) => gate(who, 'admin', 'write'),
  'admin: admin': (who) => gate(who, 'admin', 'admin'),
  /** What visitors see of an open or closed campaign, and members of a draft. */
  page,
  /** As `page`, with the right to vote; whoever has no session gets one. */
  'page: consent': (who, object) =>
    who.level === 'nobody' || vote(who) === 'in' ? page(who, object) : vote(who),
  'page: vote': (who, object) => (vote(who) === 'in' ? page(who, object) : vote(who)),
  viewer: (who, object) => role(who, object, 'viewer', 'page'),
  editor: (who, object) => role(who, object, 'editor', 'page'),
  owner: (who, object) => role(who, object, 'owner', 'page'),
  /** Of what lies behind a campaign and has an id of its own: nobody else learns that there is such an id. */
  'viewer behind': (who, object) => role(who, object, 'viewer', 'nothing'),
  'editor behind': (who, object) => role(who, object, 'editor', 'nothing'),
} as const satisfies Record<string, (who: Identity, object: ObjectName) => Outcome>;
export type Word = keyof typeof WORDS;

export function expected(word: Word, who: IdentityName, object: ObjectName): Outcome {
  return (WORDS[word] as (who: Identity, object: ObjectName) => Outcome)(IDENTITIES[who], object);
}

export const TABLE: Readonly<Record<CallName, Word>> = {
  getMe: 'anyone',
  claimSetup: 'anyone',
  listCampaigns: 'anyone',
  createCampaign: 'researcher: write',
  getCampaign: 'page',
  changeCampaign: 'editor',
  getProgress: 'viewer',
  getRaters: 'viewer',
  quarantineVoter: 'editor',
  releaseVoter: 'editor',
  inviteVoters: 'editor',
  listInvitations: 'viewer',
  revokeInvitation: 'editor',
  listVoterGroups: 'viewer',
  quarantineVotes: 'editor',
  listActivity: 'viewer',
  listCampaignMembers: 'viewer',
  addCampaignMember: 'owner',
  changeCampaignMember: 'owner',
  removeCampaignMember: 'owner',
  getOverview: 'researcher: read',
  giveConsent: 'page: consent',
  drawBattles: 'page: vote',
  castVote: 'voter: vote',
  revealVote: 'voter: vote',
  skipBattle: 'voter: vote',
  undoVote: 'voter: vote',
  annotateVote: 'voter: vote',
  getBoard: 'page',
  watchBoard: 'page',
  getBoardCategories: 'page',
  getBoardModel: 'page',
  getBadge: 'page',
  getUnified: 'page',
  listSnapshots: 'page',
  createSnapshot: 'editor',
  getSnapshot: 'page',
  getReport: 'page',
  createImport: 'editor',
  streamImport: 'editor',
  listFormats: 'anyone',
  inspectFile: 'researcher: write',
  listImports: 'viewer',
  undoImport: 'editor behind',
  exportCampaign: 'viewer',
  getJury: 'viewer',
  getJudgeCard: 'viewer',
  getJudgeDrift: 'viewer',
  calibrateJudge: 'editor',
  checkJudgeDrift: 'editor',
  listSentBack: 'viewer',
  sendBack: 'editor',
  takeBack: 'editor',
  listBattles: 'viewer',
  exportBattles: 'viewer',
  getBattle: 'viewer',
  getVerdictReply: 'viewer',
  listJudges: 'anyone',
  getJudge: 'anyone',
  saveJudge: 'researcher: write',
  archiveJudge: 'researcher: write',
  checkJudge: 'researcher: write',
  listJudgeVersions: 'researcher: read',
  compareJudges: 'viewer',
  startJudgeTrial: 'editor',
  getJudgeTrial: 'viewer behind',
  estimateJudgeRun: 'editor',
  startJudgeRun: 'editor',
  listJudgeRuns: 'viewer',
  getJudgeRun: 'viewer behind',
  cancelJudgeRun: 'editor behind',
  listProviders: 'researcher: read',
  addProvider: 'admin: write',
  getProvider: 'researcher: read',
  changeProvider: 'admin: write',
  checkProvider: 'researcher: write',
  removeProvider: 'admin: write',
  startAnswerRun: 'editor',
  estimateAnswerRun: 'editor',
  listRuns: 'viewer',
  getRun: 'viewer behind',
  pauseRun: 'editor behind',
  resumeRun: 'editor behind',
  cancelRun: 'editor behind',
  getRunHistory: 'viewer behind',
  retryRun: 'editor behind',
  exportRunBundle: 'viewer behind',
  rereadRun: 'editor behind',
  admitRun: 'editor behind',
  excludeRun: 'editor behind',
  listMembers: 'admin: admin',
  changeMember: 'admin: admin',
  listKeys: 'researcher: admin',
  createKey: 'researcher: admin',
  deleteKey: 'researcher: admin',
};
