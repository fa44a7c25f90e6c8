/**
 * Every call of the API: name → method and path. Plain strings, so that the browser's client carries no schema library.
 * Paths are resources, names are use cases.
 */
export const PATHS = {
  getMe: 'GET /api/v1/me',
  claimSetup: 'POST /api/v1/setup',

  listCampaigns: 'GET /api/v1/campaigns',
  createCampaign: 'POST /api/v1/campaigns',
  getCampaign: 'GET /api/v1/campaigns/{campaign}',
  changeCampaign: 'PATCH /api/v1/campaigns/{campaign}',
  getProgress: 'GET /api/v1/campaigns/{campaign}/progress',
  getRaters: 'GET /api/v1/campaigns/{campaign}/raters',
  quarantineVoter: 'POST /api/v1/campaigns/{campaign}/raters/{rater}/quarantine',
  releaseVoter: 'DELETE /api/v1/campaigns/{campaign}/raters/{rater}/quarantine',
  inviteVoters: 'POST /api/v1/campaigns/{campaign}/invitations',
  listInvitations: 'GET /api/v1/campaigns/{campaign}/invitations',
  revokeInvitation: 'DELETE /api/v1/campaigns/{campaign}/invitations/{invitation}',
  listVoterGroups: 'GET /api/v1/campaigns/{campaign}/voter-groups',
  quarantineVotes: 'POST /api/v1/campaigns/{campaign}/quarantines',

  listActivity: 'GET /api/v1/campaigns/{campaign}/activity',
  listCampaignMembers: 'GET /api/v1/campaigns/{campaign}/members',
  addCampaignMember: 'POST /api/v1/campaigns/{campaign}/members',
  changeCampaignMember: 'PATCH /api/v1/campaigns/{campaign}/members/{user}',
  removeCampaignMember: 'DELETE /api/v1/campaigns/{campaign}/members/{user}',
  getOverview: 'GET /api/v1/overview',

  giveConsent: 'POST /api/v1/campaigns/{campaign}/consents',
  drawBattles: 'POST /api/v1/campaigns/{campaign}/battles',
  castVote: 'POST /api/v1/battles/{battle}/votes',
  skipBattle: 'POST /api/v1/battles/{battle}/skips',
  revealVote: 'POST /api/v1/votes/{vote}/reveal',
  undoVote: 'POST /api/v1/votes/{vote}/undo',
  annotateVote: 'POST /api/v1/votes/{vote}/annotations',

  getBoard: 'GET /api/v1/campaigns/{campaign}/board',
  watchBoard: 'GET /api/v1/campaigns/{campaign}/board/events',
  getBoardCategories: 'GET /api/v1/campaigns/{campaign}/board/categories',
  getBoardModel: 'GET /api/v1/campaigns/{campaign}/board/models/{model}',
  getUnified: 'GET /api/v1/campaigns/{campaign}/unified',
  listSnapshots: 'GET /api/v1/campaigns/{campaign}/snapshots',
  createSnapshot: 'POST /api/v1/campaigns/{campaign}/snapshots',
  getSnapshot: 'GET /api/v1/snapshots/{snapshot}',

  createImport: 'POST /api/v1/campaigns/{campaign}/imports',
  streamImport: 'POST /api/v1/campaigns/{campaign}/imports/stream',
  listFormats: 'GET /api/v1/formats',
  inspectFile: 'POST /api/v1/formats/inspect',
  listImports: 'GET /api/v1/campaigns/{campaign}/imports',
  undoImport: 'DELETE /api/v1/imports/{import}',
  exportCampaign: 'GET /api/v1/campaigns/{campaign}/export',

  getJury: 'GET /api/v1/campaigns/{campaign}/judges',
  getJudgeCard: 'GET /api/v1/campaigns/{campaign}/judges/{judge}/card',
  listSentBack: 'GET /api/v1/campaigns/{campaign}/sent-back',
  sendBack: 'POST /api/v1/campaigns/{campaign}/battles/{battle}/send-back',
  takeBack: 'DELETE /api/v1/campaigns/{campaign}/battles/{battle}/send-back',

  listJudges: 'GET /api/v1/judges',
  getJudge: 'GET /api/v1/judges/{judge}',
  startJudgeRun: 'POST /api/v1/campaigns/{campaign}/judge-runs',
  listJudgeRuns: 'GET /api/v1/campaigns/{campaign}/judge-runs',
  getJudgeRun: 'GET /api/v1/judge-runs/{run}',
  cancelJudgeRun: 'POST /api/v1/judge-runs/{run}/cancel',

  listProviders: 'GET /api/v1/providers',
  addProvider: 'POST /api/v1/providers',
  getProvider: 'GET /api/v1/providers/{provider}',
  changeProvider: 'PATCH /api/v1/providers/{provider}',
  checkProvider: 'POST /api/v1/providers/{provider}/checks',
  removeProvider: 'DELETE /api/v1/providers/{provider}',

  startAnswerRun: 'POST /api/v1/campaigns/{campaign}/answer-runs',
  listRuns: 'GET /api/v1/runs',
  getRun: 'GET /api/v1/runs/{run}',
  pauseRun: 'POST /api/v1/runs/{run}/pause',
  resumeRun: 'POST /api/v1/runs/{run}/resume',
  cancelRun: 'POST /api/v1/runs/{run}/cancel',
  retryRun: 'POST /api/v1/runs/{run}/retry',
  rereadRun: 'POST /api/v1/runs/{run}/readings',

  listMembers: 'GET /api/v1/members',
  changeMember: 'PATCH /api/v1/members/{user}',
  listKeys: 'GET /api/v1/keys',
  createKey: 'POST /api/v1/keys',
  deleteKey: 'DELETE /api/v1/keys/{key}',
} as const;

export type CallName = keyof typeof PATHS;
