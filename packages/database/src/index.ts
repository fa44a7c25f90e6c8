export { createAccountStore } from './account-store.ts';
export { createAuditLog } from './audit-log.ts';
export { createBattleStore } from './battle-store.ts';
export { createBattleBrowser } from './battles/battle-browser.ts';
export { createBoardFeed } from './board-feed.ts';
export { openBoardFits } from './board-fits/open-board-fits.ts';
export { createBoardStore } from './board-store.ts';
export { createCampaignMemberStore } from './campaign-member-store.ts';
export { createCampaignStore } from './campaign-store.ts';
export { createComparisonStore } from './comparisons/comparison-store.ts';
export { checkRoom, checkServer, connect, type Database, OLDEST_POSTGRES, type Sql } from './connect.ts';
export { createContentStore } from './content-store.ts';
export { describeFault, type FaultDescription } from './describe-fault.ts';
export { createDriftStore } from './drift-store.ts';
export { explainRefusal } from './explain-refusal.ts';
export { createExporter } from './exports/create-exporter.ts';
export { createExportStore } from './exports/export-store.ts';
export { GroupCommit } from './group-commit.ts';
export { createIds } from './ids.ts';
export { createImportStore } from './import-store.ts';
export { createImporter } from './imports/create-importer.ts';
export { type ReadSource, runImport } from './imports/run-import.ts';
export { createInvitationStore } from './invitation-store.ts';
export { openJobProcesses } from './jobs/open-job-processes.ts';
export { createJudgeCardStore } from './judge-card-store.ts';
export { createJudgeStore } from './judge-store.ts';
export { createKeyStore } from './key-store.ts';
export { createLabStore } from './lab-store.ts';
export {
  emptyMigrationStatus,
  inspectDatabase,
  MIGRATIONS_FOLDER,
  type MigrationStatus,
  migrateDatabase,
  migrationStatus,
  readMigrationStatus,
} from './migrate.ts';
export { createOverviewStore } from './overview-store.ts';
export { createProviderStore } from './provider-store.ts';
export { createQuarantineStore } from './quarantine-store.ts';
export { createRaterStore } from './rater-store.ts';
export { openRunQueue, type RunQueueConnection } from './run-queue.ts';
export { createRunStore } from './run-store.ts';
export { createBatchStore } from './runs/batch-store.ts';
export { takeWorkerLock } from './runs/worker-lock.ts';
export * as schema from './schema.ts';
export { createSentBackStore } from './sent-back-store.ts';
export { CHAIN_START, chainHash } from './vote-chain.ts';
export { createVoteStore } from './vote-store.ts';
export { createVoterAddresses } from './voter-addresses.ts';
