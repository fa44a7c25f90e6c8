/** The table of every call of the API, in one place: client, routes and OpenAPI document are read from it. */
import { z } from 'zod';
import {
  apiKeyListSchema,
  changeMemberSchema,
  claimSetupSchema,
  createdKeySchema,
  createKeySchema,
  memberListSchema,
  memberSchema,
  meSchema,
} from './accounts.ts';
import {
  battleListSchema,
  battlePageSchema,
  battleQuerySchema,
  exportBattlesQuerySchema,
  listBattlesQuerySchema,
  verdictReplySchema,
} from './battles.ts';
import {
  boardCategoriesSchema,
  boardEventSchema,
  boardModelPageSchema,
  boardQuerySchema,
  boardSchema,
  createSnapshotSchema,
  keptSnapshotSchema,
  reportQuerySchema,
  snapshotListSchema,
  snapshotSchema,
  unifiedQuerySchema,
  unifiedSchema,
} from './board.ts';
import {
  addCampaignMemberSchema,
  campaignMemberListSchema,
  campaignMemberSchema,
  changeCampaignMemberSchema,
} from './campaign-members.ts';
import {
  activityListSchema,
  campaignListSchema,
  campaignProgressSchema,
  campaignSchema,
  changeCampaignSchema,
  createCampaignSchema,
} from './campaigns.ts';
import {
  createImportSchema,
  exportQuerySchema,
  fileInspectionSchema,
  formatListSchema,
  importEventSchema,
  importFormSchema,
  importListSchema,
  importRecordSchema,
  importResultSchema,
  inspectFileSchema,
  inspectFormSchema,
} from './imports.ts';
import {
  invitationListSchema,
  inviteVotersSchema,
  madeInvitationsSchema,
  revokedInvitationSchema,
} from './invitations.ts';
import {
  calibratedJudgeSchema,
  calibrateJudgeSchema,
  cardQuerySchema,
  judgeCardSchema,
  jurySchema,
} from './judge-card.ts';
import { checkDriftSchema, driftQuerySchema, judgeDriftSchema, judgeDriftsSchema } from './judge-drift.ts';
import {
  compareJudgesQuerySchema,
  judgeCheckSchema,
  judgeComparisonSchema,
  judgeSourceSchema,
  judgeTrialSchema,
  judgeVersionListSchema,
  savedJudgeSchema,
  startJudgeTrialSchema,
} from './judge-lab.ts';
import {
  archiveJudgeSchema,
  judgeListQuerySchema,
  judgeListSchema,
  judgeRunListSchema,
  judgeRunSchema,
  judgeSchema,
  startJudgeRunSchema,
} from './judges.ts';
import { overviewSchema } from './overview.ts';
import { pageQuerySchema } from './paging.ts';
import type { CallName } from './paths.ts';
import {
  addProviderSchema,
  changeProviderSchema,
  checkProviderSchema,
  providerListSchema,
  providerSchema,
} from './providers.ts';
import {
  quarantinedVotesSchema,
  quarantineReplySchema,
  quarantineVotesSchema,
  raterReportsSchema,
  voterGroupsSchema,
} from './raters.ts';
import {
  admitRunSchema,
  answerEstimateSchema,
  excludeRunSchema,
  judgeEstimateSchema,
  rereadReplySchema,
  resumeRunSchema,
  runHistorySchema,
  runListSchema,
  runQuerySchema,
  runReasonQuerySchema,
  runSchema,
  startAnswerRunSchema,
} from './runs.ts';
import { sendBackSchema, sentBackListSchema, sentBackSchema } from './sent-back.ts';
import {
  annotateReplySchema,
  annotateVoteSchema,
  castVoteSchema,
  consentReplySchema,
  drawBattlesReplySchema,
  drawBattlesSchema,
  giveConsentSchema,
  revealReplySchema,
  skipBattleSchema,
  skipReplySchema,
  undoReplySchema,
  voteReplySchema,
} from './voting.ts';

/** Who may make a call; use cases check it again. `public` needs no session, `voter` any session. */
export type Access = 'public' | 'voter' | 'researcher' | 'admin';

export type CallShape = {
  readonly summary: string;
  readonly tag: string;
  readonly access: Access;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The call takes files as multipart/form-data, too: this is its part `options`. */
  readonly form?: z.ZodType;
  readonly reply: z.ZodType;
  /** Default 200. */
  readonly status?: 200 | 201;
  /** Where the reply is no JSON document. */
  readonly replyType?: string;
};

function call<const Shape extends CallShape>(shape: Shape): Shape {
  return shape;
}

/** Schemas of every call, by the names of `PATHS`. Path parameters are always strings. */
export const CALLS = {
  getMe: call({
    summary: 'Who asks, and what they may do',
    tag: 'accounts',
    access: 'public',
    reply: meSchema,
  }),
  claimSetup: call({
    summary: 'Make the first admin with the one-time token of the first start',
    tag: 'accounts',
    access: 'public',
    body: claimSetupSchema,
    reply: meSchema,
    status: 201,
  }),

  listCampaigns: call({
    summary: 'Campaigns: open and closed ones for all, drafts for their members',
    tag: 'campaigns',
    access: 'public',
    query: pageQuerySchema,
    reply: campaignListSchema,
  }),
  createCampaign: call({
    summary: 'Create a campaign, as a draft',
    tag: 'campaigns',
    access: 'researcher',
    body: createCampaignSchema,
    reply: campaignSchema,
    status: 201,
  }),
  getCampaign: call({ summary: 'One campaign', tag: 'campaigns', access: 'public', reply: campaignSchema }),
  changeCampaign: call({
    summary: 'Change, open or close a campaign',
    tag: 'campaigns',
    access: 'researcher',
    body: changeCampaignSchema,
    reply: campaignSchema,
  }),
  getProgress: call({
    summary: 'How far a campaign is, by pair and by rater',
    tag: 'campaigns',
    access: 'researcher',
    reply: campaignProgressSchema,
  }),
  getRaters: call({
    summary: 'How far each voter can be relied on, and whose votes look like a habit',
    tag: 'campaigns',
    access: 'researcher',
    reply: raterReportsSchema,
  }),
  quarantineVoter: call({
    summary: 'Leave what a voter has cast so far out of every board; votes cast later count',
    tag: 'campaigns',
    access: 'researcher',
    reply: quarantineReplySchema,
  }),
  releaseVoter: call({
    summary: 'Let a voter’s votes count again',
    tag: 'campaigns',
    access: 'researcher',
    reply: quarantineReplySchema,
  }),
  inviteVoters: call({
    summary: 'Make links by which voters come into a campaign that takes invited ones',
    tag: 'campaigns',
    access: 'researcher',
    body: inviteVotersSchema,
    reply: madeInvitationsSchema,
    status: 201,
  }),
  listInvitations: call({
    summary: 'Invitations and how often they were used, without their links',
    tag: 'campaigns',
    access: 'researcher',
    query: pageQuerySchema,
    reply: invitationListSchema,
  }),
  revokeInvitation: call({
    summary: 'Take an invitation back; who came by it stays',
    tag: 'campaigns',
    access: 'researcher',
    reply: revokedInvitationSchema,
  }),
  listVoterGroups: call({
    summary: 'Voters by the address they came from, as keyed hashes',
    tag: 'campaigns',
    access: 'researcher',
    reply: voterGroupsSchema,
  }),
  quarantineVotes: call({
    summary: 'Put all votes that some conditions hold for into quarantine, or release them',
    tag: 'campaigns',
    access: 'researcher',
    body: quarantineVotesSchema,
    reply: quarantinedVotesSchema,
  }),

  listActivity: call({
    summary: 'What was done to a campaign, by whom, newest first',
    tag: 'campaigns',
    access: 'researcher',
    query: pageQuerySchema,
    reply: activityListSchema,
  }),
  listCampaignMembers: call({
    summary: 'Whose campaign it is, the first members first',
    tag: 'campaigns',
    access: 'researcher',
    query: pageQuerySchema,
    reply: campaignMemberListSchema,
  }),
  addCampaignMember: call({
    summary: 'Let a researcher into a campaign; the first member becomes its owner',
    tag: 'campaigns',
    access: 'researcher',
    body: addCampaignMemberSchema,
    reply: campaignMemberSchema,
    status: 201,
  }),
  changeCampaignMember: call({
    summary: 'Give a member of a campaign another role in it',
    tag: 'campaigns',
    access: 'researcher',
    body: changeCampaignMemberSchema,
    reply: campaignMemberSchema,
  }),
  removeCampaignMember: call({
    summary: 'Take a member out of a campaign; not its last owner',
    tag: 'campaigns',
    access: 'researcher',
    reply: campaignMemberSchema,
  }),
  getOverview: call({
    summary: 'Running work, what needs a look, recent snapshots',
    tag: 'campaigns',
    access: 'researcher',
    reply: overviewSchema,
  }),

  giveConsent: call({
    summary: 'Agree to take part; starts an anonymous session where there is none',
    tag: 'voting',
    access: 'public',
    body: giveConsentSchema,
    reply: consentReplySchema,
    status: 201,
  }),
  drawBattles: call({
    summary: 'Draw battles for this voter',
    tag: 'voting',
    access: 'voter',
    body: drawBattlesSchema,
    reply: drawBattlesReplySchema,
    status: 201,
  }),
  castVote: call({
    summary: 'Vote on a battle; the reply comes after the commit',
    tag: 'voting',
    access: 'voter',
    body: castVoteSchema,
    reply: voteReplySchema,
    status: 201,
  }),
  skipBattle: call({
    summary: 'Skip a battle, with a reason',
    tag: 'voting',
    access: 'voter',
    body: skipBattleSchema,
    reply: skipReplySchema,
    status: 201,
  }),
  revealVote: call({
    summary: 'The names behind one’s own vote, once it can no longer be undone',
    tag: 'voting',
    access: 'voter',
    reply: revealReplySchema,
  }),
  undoVote: call({
    summary: 'Take the last vote back within the grace period; kept as a revision',
    tag: 'voting',
    access: 'voter',
    reply: undoReplySchema,
  }),
  annotateVote: call({
    summary: 'Add reasons or a note to a vote',
    tag: 'voting',
    access: 'voter',
    body: annotateVoteSchema,
    reply: annotateReplySchema,
    status: 201,
  }),

  getBoard: call({
    summary: 'The board: ratings, intervals, head to head, scores',
    tag: 'board',
    access: 'public',
    query: boardQuerySchema,
    reply: boardSchema,
  }),
  watchBoard: call({
    summary: 'Server-sent events: one each time the board changed',
    tag: 'board',
    access: 'public',
    reply: boardEventSchema,
    replyType: 'text/event-stream',
  }),
  getBoardCategories: call({
    summary: 'Ratings in each category, each from its comparisons alone',
    tag: 'board',
    access: 'public',
    query: boardQuerySchema,
    reply: boardCategoriesSchema,
  }),
  getBoardModel: call({
    summary: 'One model: its ratings, head to head, categories, scores and history',
    tag: 'board',
    access: 'public',
    query: boardQuerySchema,
    reply: boardModelPageSchema,
  }),
  getBadge: call({
    summary: 'A picture for a README: who leads, with its margin',
    tag: 'board',
    access: 'public',
    reply: z.string(),
    replyType: 'image/svg+xml',
  }),
  getUnified: call({
    summary: 'People, judges and benchmarks in one ranking',
    tag: 'board',
    access: 'public',
    query: unifiedQuerySchema,
    reply: unifiedSchema,
  }),
  listSnapshots: call({
    summary: 'Kept snapshots of a board',
    tag: 'board',
    access: 'public',
    query: pageQuerySchema,
    reply: snapshotListSchema,
  }),
  createSnapshot: call({
    summary: 'Keep the board as it is now',
    tag: 'board',
    access: 'researcher',
    body: createSnapshotSchema,
    reply: snapshotSchema,
    status: 201,
  }),
  getSnapshot: call({
    summary: 'A kept snapshot, as it was',
    tag: 'board',
    access: 'public',
    reply: keptSnapshotSchema,
  }),
  getReport: call({
    summary: 'The report of a snapshot as a file: the same snapshot gives the same bytes',
    tag: 'board',
    access: 'public',
    query: reportQuerySchema,
    reply: z.string(),
    replyType: 'application/octet-stream',
  }),

  createImport: call({
    summary: 'Import files, or preview them',
    tag: 'data',
    access: 'researcher',
    body: createImportSchema,
    form: importFormSchema,
    reply: importResultSchema,
  }),
  streamImport: call({
    summary: 'Import files, with their progress: one JSON document a line; ending the request takes it back',
    tag: 'data',
    access: 'researcher',
    body: createImportSchema,
    form: importFormSchema,
    reply: importEventSchema,
    replyType: 'application/x-ndjson',
  }),
  listFormats: call({
    summary: 'Formats of files that can be imported, and the fields that columns can be mapped to',
    tag: 'data',
    access: 'public',
    query: pageQuerySchema,
    reply: formatListSchema,
  }),
  inspectFile: call({
    summary: 'Recognise a file by its first rows; nothing is kept',
    tag: 'data',
    access: 'researcher',
    body: inspectFileSchema,
    form: inspectFormSchema,
    reply: fileInspectionSchema,
  }),
  listImports: call({
    summary: 'Imports of a campaign',
    tag: 'data',
    access: 'researcher',
    query: pageQuerySchema,
    reply: importListSchema,
  }),
  undoImport: call({
    summary: 'Take a whole import back',
    tag: 'data',
    access: 'researcher',
    reply: importRecordSchema,
  }),
  exportCampaign: call({
    summary: 'Export a campaign',
    tag: 'data',
    access: 'researcher',
    query: exportQuerySchema,
    reply: z.string(),
    replyType: 'application/octet-stream',
  }),

  getJury: call({
    summary: 'The judges of a campaign beside people, rules without a model and each other',
    tag: 'judges',
    access: 'researcher',
    reply: jurySchema,
  }),
  getJudgeCard: call({
    summary: 'How good a judge is: its report card, against people',
    tag: 'judges',
    access: 'researcher',
    query: cardQuerySchema,
    reply: judgeCardSchema,
  }),
  listSentBack: call({
    summary: 'Battles that were sent back to people',
    tag: 'battles',
    access: 'researcher',
    reply: sentBackListSchema,
  }),
  sendBack: call({
    summary: 'Ask people about a battle again: a share of their draws is made from such battles',
    tag: 'battles',
    access: 'researcher',
    body: sendBackSchema,
    reply: sentBackSchema,
    status: 201,
  }),
  takeBack: call({
    summary: 'Take a battle off the list of those that are asked about again',
    tag: 'battles',
    access: 'researcher',
    reply: sentBackListSchema,
  }),

  listBattles: call({
    summary: 'Battles with what people and judges say of each; those about the same two answers are one',
    tag: 'battles',
    access: 'researcher',
    query: listBattlesQuerySchema,
    reply: battleListSchema,
  }),
  exportBattles: call({
    summary: 'The list of battles as a file',
    tag: 'battles',
    access: 'researcher',
    query: exportBattlesQuerySchema,
    reply: z.string(),
    replyType: 'application/octet-stream',
  }),
  getBattle: call({
    summary: 'Everything on one battle: texts, every vote, every verdict',
    tag: 'battles',
    access: 'researcher',
    query: battleQuerySchema,
    reply: battlePageSchema,
  }),
  getVerdictReply: call({
    summary: 'What a judge was asked for a verdict, and what it wrote',
    tag: 'battles',
    access: 'researcher',
    reply: verdictReplySchema,
  }),

  getJudgeDrift: call({
    summary: 'Whether the model behind a judge is still the one that it was: what checks found',
    tag: 'judges',
    access: 'researcher',
    query: driftQuerySchema,
    reply: judgeDriftsSchema,
  }),
  calibrateJudge: call({
    summary: 'Write people’s chances beside the verdicts of a reward model, by the votes as they are now',
    tag: 'judges',
    access: 'researcher',
    body: calibrateJudgeSchema,
    reply: calibratedJudgeSchema,
  }),
  checkJudgeDrift: call({
    summary: 'Ask a judge again what it was asked before, now and by schedule; nothing of it counts',
    tag: 'judges',
    access: 'researcher',
    body: checkDriftSchema,
    reply: judgeDriftSchema,
  }),
  listJudges: call({
    summary: 'Judges that can be asked',
    tag: 'judges',
    access: 'public',
    query: judgeListQuerySchema,
    reply: judgeListSchema,
  }),
  getJudge: call({
    summary: 'One judge: template, settings, identity',
    tag: 'judges',
    access: 'public',
    reply: judgeSchema,
  }),
  saveJudge: call({
    summary: 'Save a judge that was written here: a new version of it, or its first one',
    tag: 'judges',
    access: 'researcher',
    body: judgeSourceSchema,
    reply: savedJudgeSchema,
    status: 201,
  }),
  archiveJudge: call({
    summary: 'Take a judge that was written here out of lists, or put it back; its verdicts stay',
    tag: 'judges',
    access: 'researcher',
    body: archiveJudgeSchema,
    reply: judgeSchema,
  }),
  checkJudge: call({
    summary:
      'What is wrong with a judge’s text, which variables it uses, and how long it is; nothing is saved',
    tag: 'judges',
    access: 'researcher',
    body: judgeSourceSchema,
    reply: judgeCheckSchema,
  }),
  listJudgeVersions: call({
    summary: 'Versions of a judge, newest first',
    tag: 'judges',
    access: 'researcher',
    query: pageQuerySchema,
    reply: judgeVersionListSchema,
  }),
  compareJudges: call({
    summary: 'Two versions of a judge on the battles of a campaign that both were asked about',
    tag: 'judges',
    access: 'researcher',
    query: compareJudgesQuerySchema,
    reply: judgeComparisonSchema,
  }),
  startJudgeTrial: call({
    summary: 'Try a judge, or a draft of one, on a few battles: its verdicts count nowhere',
    tag: 'judges',
    access: 'researcher',
    body: startJudgeTrialSchema,
    reply: judgeTrialSchema,
    status: 201,
  }),
  getJudgeTrial: call({
    summary: 'A dry run: what was asked, what came back, how it was read, and what people said',
    tag: 'judges',
    access: 'researcher',
    reply: judgeTrialSchema,
  }),
  estimateJudgeRun: call({
    summary: 'What a judge run would ask and cost; nothing is asked',
    tag: 'judges',
    access: 'researcher',
    body: startJudgeRunSchema,
    reply: judgeEstimateSchema,
  }),
  startJudgeRun: call({
    summary: 'Ask a judge model about the battles of a campaign',
    tag: 'judges',
    access: 'researcher',
    body: startJudgeRunSchema,
    reply: judgeRunSchema,
    status: 201,
  }),
  listJudgeRuns: call({
    summary: 'Judge runs of a campaign',
    tag: 'judges',
    access: 'researcher',
    query: pageQuerySchema,
    reply: judgeRunListSchema,
  }),
  getJudgeRun: call({
    summary: 'One judge run, with its counts so far',
    tag: 'judges',
    access: 'researcher',
    reply: judgeRunSchema,
  }),
  cancelJudgeRun: call({
    summary: 'Stop a judge run; what is scored stays',
    tag: 'judges',
    access: 'researcher',
    reply: judgeRunSchema,
  }),

  listProviders: call({
    summary: 'Providers: where models are reached',
    tag: 'providers',
    access: 'researcher',
    reply: providerListSchema,
  }),
  addProvider: call({
    summary: 'Add a provider, with its key',
    tag: 'providers',
    access: 'admin',
    body: addProviderSchema,
    reply: providerSchema,
    status: 201,
  }),
  getProvider: call({
    summary: 'One provider, without its key',
    tag: 'providers',
    access: 'researcher',
    reply: providerSchema,
  }),
  changeProvider: call({
    summary: 'Change a provider; a new address drops its key unless it comes with one',
    tag: 'providers',
    access: 'admin',
    body: changeProviderSchema,
    reply: providerSchema,
  }),
  checkProvider: call({
    summary: 'Ask a provider what it can do: a run of probes',
    tag: 'providers',
    access: 'researcher',
    body: checkProviderSchema,
    reply: runSchema,
    status: 201,
  }),
  removeProvider: call({
    summary: 'Remove a provider and wipe its key; runs keep its name',
    tag: 'providers',
    access: 'admin',
    reply: providerSchema,
  }),

  estimateAnswerRun: call({
    summary: 'What an answer run would ask and cost; nothing is asked',
    tag: 'runs',
    access: 'researcher',
    body: startAnswerRunSchema,
    reply: answerEstimateSchema,
  }),
  startAnswerRun: call({
    summary: 'Ask a model for answers to the prompts of a campaign',
    tag: 'runs',
    access: 'researcher',
    body: startAnswerRunSchema,
    reply: runSchema,
    status: 201,
  }),
  listRuns: call({
    summary: 'Runs of every kind, newest first',
    tag: 'runs',
    access: 'researcher',
    query: runQuerySchema,
    reply: runListSchema,
  }),
  getRun: call({ summary: 'One run', tag: 'runs', access: 'researcher', reply: runSchema }),
  getRunHistory: call({
    summary: 'What a run went through: its speed over time, calls turned away, limits of its provider',
    tag: 'runs',
    access: 'researcher',
    reply: runHistorySchema,
  }),
  pauseRun: call({
    summary: 'Ask nothing new; replies in flight are kept',
    tag: 'runs',
    access: 'researcher',
    reply: runSchema,
  }),
  resumeRun: call({
    summary: 'Go on with a run that was paused or failed',
    tag: 'runs',
    access: 'researcher',
    body: resumeRunSchema,
    reply: runSchema,
  }),
  cancelRun: call({
    summary: 'End a run; what was read stays',
    tag: 'runs',
    access: 'researcher',
    reply: runSchema,
  }),
  retryRun: call({
    summary: 'Ask the calls again that were given up, all or those of one reason',
    tag: 'runs',
    access: 'researcher',
    query: runReasonQuerySchema,
    reply: runSchema,
  }),
  exportRunBundle: call({
    summary: 'A judge run as one file: its judge, requests, replies and verdicts, to be read again elsewhere',
    tag: 'runs',
    access: 'researcher',
    reply: z.string(),
    replyType: 'application/octet-stream',
  }),
  rereadRun: call({
    summary:
      'Read the stored replies again with the parser of today, all or those of one reason; nothing is asked',
    tag: 'runs',
    access: 'researcher',
    query: runReasonQuerySchema,
    reply: rereadReplySchema,
  }),
  admitRun: call({
    summary: 'Let boards count the verdicts of a run, whatever its checks say',
    tag: 'runs',
    access: 'researcher',
    body: admitRunSchema,
    reply: runSchema,
  }),
  excludeRun: call({
    summary: 'Keep the verdicts of a run off every board',
    tag: 'runs',
    access: 'researcher',
    body: excludeRunSchema,
    reply: runSchema,
  }),

  listMembers: call({
    summary: 'People with accounts',
    tag: 'accounts',
    access: 'admin',
    query: pageQuerySchema,
    reply: memberListSchema,
  }),
  changeMember: call({
    summary: 'Give a person another role',
    tag: 'accounts',
    access: 'admin',
    body: changeMemberSchema,
    reply: memberSchema,
  }),
  listKeys: call({
    summary: 'My API keys',
    tag: 'accounts',
    access: 'researcher',
    query: pageQuerySchema,
    reply: apiKeyListSchema,
  }),
  createKey: call({
    summary: 'Make an API key; it is shown once',
    tag: 'accounts',
    access: 'researcher',
    body: createKeySchema,
    reply: createdKeySchema,
    status: 201,
  }),
  deleteKey: call({
    summary: 'Revoke an API key',
    tag: 'accounts',
    access: 'researcher',
    reply: z.strictObject({ id: z.string() }),
  }),
} as const satisfies Record<CallName, CallShape>;

export type Calls = typeof CALLS;
export type ReplyOf<Name extends CallName> = z.output<Calls[Name]['reply']>;
export type BodyOf<Name extends CallName> = Calls[Name] extends {
  readonly body: infer Body extends z.ZodType;
}
  ? z.input<Body>
  : undefined;
export type ParsedBodyOf<Name extends CallName> = Calls[Name] extends {
  readonly body: infer Body extends z.ZodType;
}
  ? z.output<Body>
  : undefined;
export type QueryOf<Name extends CallName> = Calls[Name] extends {
  readonly query: infer Query extends z.ZodType;
}
  ? z.input<Query>
  : undefined;
export type ParsedQueryOf<Name extends CallName> = Calls[Name] extends {
  readonly query: infer Query extends z.ZodType;
}
  ? z.output<Query>
  : undefined;
