export { auditLogContract } from './audit-log-contract.ts';
export { boardFeedContract } from './board-feed-contract.ts';
export { idsContract } from './ids-contract.ts';
export { keyStoreContract } from './key-store-contract.ts';
export { raterStoreContract } from './rater-store-contract.ts';
export { secretsContract } from './secrets-contract.ts';
export { textRendererContract } from './text-renderer-contract.ts';
export { ticketSignerContract } from './ticket-signer-contract.ts';
