export { accountStoreContract } from './account-store-contract.ts';
export { allOf } from './all-of.ts';
export { auditLogContract } from './audit-log-contract.ts';
export { battleBrowserContract } from './battle-browser-contract.ts';
export { battleStoreContract } from './battle-store-contract.ts';
export { boardFeedContract } from './board-feed-contract.ts';
export { boardFitsContract } from './board-fits-contract.ts';
export { boardStoreContract } from './board-store-contract.ts';
export { campaignMemberStoreContract } from './campaign-member-store-contract.ts';
export { campaignStoreContract } from './campaign-store-contract.ts';
export { clockContract } from './clock-contract.ts';
export { comparisonStoreContract } from './comparison-store-contract.ts';
export { contentStoreContract } from './content-store-contract.ts';
export {
  type ArenaStores,
  AT,
  bundleOf,
  importedModel,
  makeContest,
  type TwoArenas,
} from './contest.ts';
export { driftStoreContract } from './drift-store-contract.ts';
export { exportStoreContract } from './export-store-contract.ts';
export { exporterContract } from './exporter-contract.ts';
export { idsContract } from './ids-contract.ts';
export { importStoreContract } from './import-store-contract.ts';
export { importerContract, voteRows } from './importer-contract.ts';
export { judgeCardStoreContract } from './judge-card-store-contract.ts';
export { judgeCatalogueContract } from './judge-catalogue-contract.ts';
export { judgeStoreContract } from './judge-store-contract.ts';
export { keyStoreContract } from './key-store-contract.ts';
export { keyVaultContract } from './key-vault-contract.ts';
export { listComparisons } from './list-comparisons.ts';
export { modelClientContract } from './model-client-contract.ts';
export { modelClientsContract } from './model-clients-contract.ts';
export { overviewStoreContract } from './overview-store-contract.ts';
export { providerRulesContract } from './provider-rules-contract.ts';
export { providerStoreContract } from './provider-store-contract.ts';
export { quarantineStoreContract } from './quarantine-store-contract.ts';
export { raterStoreContract } from './rater-store-contract.ts';
export { runCallsContract } from './run-calls-contract.ts';
export { runQueueContract } from './run-queue-contract.ts';
export { runStoreContract } from './run-store-contract.ts';
export { sampleBundle } from './sample-bundle.ts';
export { sampleProvider } from './sample-provider.ts';
export { secretsContract } from './secrets-contract.ts';
export { sentBackStoreContract } from './sent-back-store-contract.ts';
export { sessionStoreContract } from './session-store-contract.ts';
export { sessionsContract } from './sessions-contract.ts';
export { textRendererContract } from './text-renderer-contract.ts';
export { ticketSignerContract } from './ticket-signer-contract.ts';
export { voteStoreContract } from './vote-store-contract.ts';
export { voterAddressesContract } from './voter-addresses-contract.ts';
