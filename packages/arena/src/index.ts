export { type ChangeMember, changeMember } from './accounts/change-member.ts';
export { type ClaimSetup, claimSetup } from './accounts/claim-setup.ts';
export { type CreateKey, createKey, KEY_PREFIX } from './accounts/create-key.ts';
export { deleteKey } from './accounts/delete-key.ts';
export { getMe } from './accounts/get-me.ts';
export { identifyKey } from './accounts/identify-key.ts';
export { type ListKeys, listKeys } from './accounts/list-keys.ts';
export { type ListMembers, listMembers } from './accounts/list-members.ts';
export { offerSetup } from './accounts/offer-setup.ts';
export { presentKey } from './accounts/present-key.ts';
export { presentMember } from './accounts/present-member.ts';
export {
  ACTOR_ROLES,
  type Actor,
  type ActorRole,
  hasRole,
  PUBLIC_ACTOR,
  requireRole,
  requireScope,
  SYSTEM_ACTOR,
} from './actor.ts';
export { exportBattles } from './battles/export-battles.ts';
export { getBattle } from './battles/get-battle.ts';
export { getVerdictReply } from './battles/get-verdict-reply.ts';
export { listBattles } from './battles/list-battles.ts';
export { summariseAgreement } from './board/agreement-summary.ts';
export { createBoardFits } from './board/create-board-fits.ts';
export { findUnsettled } from './board/find-unsettled.ts';
export { getBadge } from './board/get-badge.ts';
export { type BoardParts, type BoardPorts, getBoard, readBoard } from './board/get-board.ts';
export { getBoardCategories } from './board/get-board-categories.ts';
export { getBoardModel } from './board/get-board-model.ts';
export { getUnified, parseEach, readUnified } from './board/get-unified.ts';
export { parseAnchor, toRatingSettings } from './board/rating-query.ts';
export { createSnapshot, getReport, getSnapshot, listSnapshots } from './board/snapshots.ts';
export { writePairs } from './board/write-pairs.ts';
export {
  type CampaignAccess,
  campaignRolesOf,
  requireCampaignRole,
  viewerOf,
} from './campaigns/campaign-access.ts';
export {
  addCampaignMember,
  changeCampaignMember,
  listCampaignMembers,
  removeCampaignMember,
} from './campaigns/campaign-members.ts';
export { type ChangeCampaign, changeCampaign } from './campaigns/change-campaign.ts';
export { type CreateCampaign, createCampaign } from './campaigns/create-campaign.ts';
export { getCampaign } from './campaigns/get-campaign.ts';
export { getOverview } from './campaigns/get-overview.ts';
export { getProgress } from './campaigns/get-progress.ts';
export { getRaters } from './campaigns/get-raters.ts';
export { inviteVoters, listInvitations, revokeInvitation } from './campaigns/invite-voters.ts';
export { type ListActivity, listActivity } from './campaigns/list-activity.ts';
export { type ListCampaigns, listCampaigns } from './campaigns/list-campaigns.ts';
export { presentCampaigns } from './campaigns/present-campaign.ts';
export { quarantineVoter, releaseVoter } from './campaigns/quarantine-voter.ts';
export {
  ADDRESSES_KEPT_DAYS,
  listVoterGroups,
  quarantineVotes,
} from './campaigns/quarantine-votes.ts';
export { refuseUnlessOpen, requireCampaignById } from './campaigns/require-campaign.ts';
export { type ExportCampaign, exportCampaign } from './data/export-campaign.ts';
export { EXPORT_COLUMNS } from './data/export-columns.ts';
export { rowOf, storedRows } from './data/export-rows.ts';
export { type ImportFiles, importFiles, inspectFile, listImports, undoImport } from './data/import-files.ts';
export { listFormats } from './data/list-formats.ts';
export { DEMO_SLUG, type DemoCampaign, loadDemo } from './data/load-demo.ts';
export type { Exported } from './data/streamed-export.ts';
export { archiveJudge } from './judging/archive-judge.ts';
export { type CheckJudgeDrift, checkJudgeDrift, getJudgeDrift } from './judging/drift/judge-drift.ts';
export { startDueChecks } from './judging/drift/start-due-checks.ts';
export { estimateJudgeRun } from './judging/estimate-judge-run.ts';
export { calibrateJudge } from './judging/judge-card/calibrate-verdicts.ts';
export { getJudgeCard } from './judging/judge-card/get-judge-card.ts';
export { getJury } from './judging/judge-card/get-jury.ts';
export { cancelJudgeRun, getJudgeRun, listJudgeRuns } from './judging/judge-runs.ts';
export { checkJudgeSource } from './judging/lab/check-judge.ts';
export { type CompareJudgeVersions, compareJudgeVersions } from './judging/lab/compare-judge-versions.ts';
export { getJudgeTrial } from './judging/lab/get-judge-trial.ts';
export { listJudgeVersions } from './judging/lab/judge-versions.ts';
export { saveJudge } from './judging/lab/save-judge.ts';
export { type StartJudgeTrial, startJudgeTrial } from './judging/lab/start-judge-trial.ts';
export { getJudge, listJudges } from './judging/list-judges.ts';
export { presentJudgeRun } from './judging/present-judge-run.ts';
export { startControlRuns } from './judging/start-control-runs.ts';
export { type StartJudgeRun, startJudgeRun } from './judging/start-judge-run.ts';
export type { AccountRecord, AccountStore } from './ports/account-store.ts';
export type { AuditLog } from './ports/audit-log.ts';
export type {
  BattleAgreement,
  BattleBrowser,
  BattleFilter,
  BattleQuery,
  BattleRecord,
  BattleSort,
  BattleVerdict,
  BattleVote,
  ListedBattle,
  ListedJudge,
  ListedVerdict,
  VoteChange,
} from './ports/battle-browser.ts';
export type {
  AnswerPair,
  BattleSides,
  BattleStore,
  DrawBasis,
  GivenBattles,
  NewBattle,
  NewVoterBattle,
  OpenBattle,
} from './ports/battle-store.ts';
export type { BoardFeed } from './ports/board-feed.ts';
export type {
  BoardAnswer,
  BoardAnswers,
  BoardFits,
  BoardQuestion,
  Freshness,
  PairColumns,
} from './ports/board-fits.ts';
export type {
  BenchmarkRecord,
  BoardStore,
  KeptRatings,
  ScoreRecord,
  SnapshotRecord,
} from './ports/board-store.ts';
export type { CampaignMember, CampaignMemberStore, Viewer } from './ports/campaign-member-store.ts';
export type { CampaignChange, CampaignRecord, CampaignStore } from './ports/campaign-store.ts';
export type { Clock } from './ports/clock.ts';
export {
  type CampaignComparisons,
  type CodedNames,
  type ComparisonBlock,
  type ComparisonStore,
  GONE,
  type RowChange,
  type RowChanges,
} from './ports/comparison-store.ts';
export type { CompletionCodes } from './ports/completion-codes.ts';
export type {
  AnswerColumns,
  AnswerText,
  CampaignContent,
  ContentStore,
  DrawableContent,
  JudgedPrompt,
  ModelRecord,
  PromptMaterial,
  PromptText,
  SelfNamingSpan,
  Unanswered,
} from './ports/content-store.ts';
export type {
  DriftCheck,
  DriftReading,
  DriftSet,
  DriftStore,
  NewDriftSet,
  WatchedSet,
} from './ports/drift-store.ts';
export type {
  ExportedAnswer,
  ExportedBattle,
  ExportedPrompt,
  ExportedScore,
  ExportedVerdict,
  ExportedVote,
  ExportStore,
} from './ports/export-store.ts';
export type { ExportedFile, Exporter, StoredKind } from './ports/exporter.ts';
export type { Ids } from './ports/ids.ts';
export type {
  ImportedModel,
  Importer,
  ImportJob,
  ImportOutcome,
  ImportProgress,
  ImportRecord,
  ImportSource,
  ImportStore,
  ImportWatch,
} from './ports/import-store.ts';
export type { InvitationRecord, InvitationStore, NewInvitation } from './ports/invitation-store.ts';
export type {
  CellVerdict,
  JudgeCardStore,
  JudgedCell,
  JudgedCells,
  JudgeSubject,
  SubjectFilter,
  SubjectRun,
  VerdictCosts,
} from './ports/judge-card-store.ts';
export type {
  JudgeCatalogue,
  JudgedCall,
  JudgeStore,
  JudgeVersion,
  ScoredAnswer,
} from './ports/judge-store.ts';
export type { KeyRecord, KeyStore } from './ports/key-store.ts';
export type { AskedCall, LabStore, LastReading, PeopleCounts, TriedBattle } from './ports/lab-store.ts';
export {
  type Asked,
  type BatchFile,
  type BatchLine,
  CALL_FAULTS,
  type CallFault,
  type CallFaultReason,
  type ChatSettings,
  type ModelBatches,
  type ModelClient,
  type ModelClients,
  type ModelReply,
  type ModelRequest,
  type RemoteBatch,
  type ReplyLimit,
  type ScoreInput,
  type TokenLogprobs,
  type Tried,
} from './ports/model-client.ts';
export type { OverviewStore } from './ports/overview-store.ts';
export type { Ports } from './ports/ports.ts';
export type { ProviderAuthority, ProviderRules } from './ports/provider-rules.ts';
export {
  type KeyVault,
  type NewProvider,
  PROVIDER_FEATURES,
  type ProviderCapabilities,
  type ProviderChange,
  type ProviderLimits,
  type ProviderRecord,
  type ProviderStore,
} from './ports/provider-store.ts';
export type {
  QuarantinedVotes,
  QuarantineStore,
  VoteFilter,
  VotesInFilter,
} from './ports/quarantine-store.ts';
export type { RaterStore } from './ports/rater-store.ts';
export type { Reports } from './ports/reports.ts';
export type {
  BatchRecord,
  BatchStore,
  BundledVerdict,
  LeasedCall,
  NewCall,
  NewRun,
  OrderCount,
  ProbeCount,
  Read,
  Reading,
  RunCounts,
  RunFilter,
  RunHistory,
  RunKindName,
  RunPace,
  RunPrices,
  RunQueue,
  RunRecord,
  RunStanding,
  RunState,
  RunStore,
  RunTally,
  Settled,
  StoredReply,
} from './ports/run-store.ts';
export type { Secrets } from './ports/secrets.ts';
export type { SentBackBattle, SentBackStore } from './ports/sent-back-store.ts';
export type { OpenedSession, SessionRecord, SessionStore, Sessions } from './ports/session.ts';
export type { SnapshotSigner } from './ports/snapshot-signer.ts';
export type { TextRenderer } from './ports/text-renderer.ts';
export type { TicketSigner } from './ports/ticket-signer.ts';
export type { Timers } from './ports/timers.ts';
export type {
  AppendResult,
  FinalVote,
  NewVote,
  StoredVote,
  VoteNote,
  VoteStore,
} from './ports/vote-store.ts';
export type { AddressLimits, VoterAddresses, VoterGroup } from './ports/voter-addresses.ts';
export { type AddProvider, addProvider } from './providers/add-provider.ts';
export { type ChangeProvider, changeProvider } from './providers/change-provider.ts';
export { type ChooseProvider, chooseProvider } from './providers/choose-provider.ts';
export { getProvider, listProviders } from './providers/list-providers.ts';
export { presentProvider } from './providers/present-provider.ts';
export { providerKeyContext } from './providers/provider-key.ts';
export { removeProvider } from './providers/remove-provider.ts';
export { type Resealed, resealKeys } from './providers/reseal-keys.ts';
export { checkProvider } from './runs/check-provider.ts';
export { estimateAnswerRun } from './runs/estimate-answer-run.ts';
export { exportRunBundle } from './runs/export-run-bundle.ts';
export {
  cancelRun,
  getRun,
  getRunHistory,
  listRuns,
  pauseRun,
  resumeRun,
  retryRun,
} from './runs/manage-runs.ts';
export { Paces } from './runs/pace.ts';
export { presentRun } from './runs/present-run.ts';
export { rereadRun } from './runs/reread-run.ts';
export { admitRun, excludeRun } from './runs/run-standing.ts';
export { type StartAnswerRun, startAnswerRun } from './runs/start-answer-run.ts';
export type { WorkPorts } from './runs/work-ports.ts';
export { type WorkResult, workRun } from './runs/work-run.ts';
export { defaultAliases } from './self-naming/default-aliases.ts';
export { findOwnName } from './self-naming/find-own-name.ts';
export { type AnnotateVote, annotateVote } from './voting/annotate-vote.ts';
export { showBattles } from './voting/blind-battle.ts';
export { type CastVote, castVote } from './voting/cast-vote.ts';
export { type DrawBattles, drawBattles } from './voting/draw-battles.ts';
export { type GiveConsent, giveConsent } from './voting/give-consent.ts';
export { identifyVoter } from './voting/identify-voter.ts';
export { type PairIndex, pairIndexOf } from './voting/pair-index.ts';
export { type DrawnPair, drawPair } from './voting/pair-sampler.ts';
export { mayVote, requireMayVote } from './voting/require-may-vote.ts';
export { type RevealVote, revealVote } from './voting/reveal-vote.ts';
export { SeenContent } from './voting/seen-content.ts';
export { listSentBack, sendBack, takeBack } from './voting/send-back.ts';
export { type SkipBattle, skipBattle } from './voting/skip-battle.ts';
export { readTicket, refuseExpired, type Ticket, writeTicket } from './voting/ticket.ts';
export { type UndoVote, undoVote } from './voting/undo-vote.ts';
export { voterProgress } from './voting/voter-progress.ts';
