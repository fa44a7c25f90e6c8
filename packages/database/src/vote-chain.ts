import { createHash } from 'node:crypto';
import type { TransactionSql } from 'postgres';

/** First link of every campaign's chain. */
export const CHAIN_START = '0'.repeat(64);

/** Next link: SHA-256 over the link before and the facts of the vote. Anyone with an export can check it. */
export function chainHash(
  previous: string,
  vote: { seq: number; id: string; battleId: string; raterId: string; outcome: string; atMs: number },
): string {
  const facts = [previous, vote.seq, vote.id, vote.battleId, vote.raterId, vote.outcome, vote.atMs].join(
    '\n',
  );
  return createHash('sha256').update(facts).digest('hex');
}

/** The last vote of a chain: its place, from 1, and its hash. */
export type ChainEnd = { readonly seq: number; readonly hash: string };

/** Locks a campaign's chain for the rest of the transaction and returns its end. */
export async function lockChain(tx: TransactionSql, campaignId: string): Promise<ChainEnd> {
  const [chain] = await tx<ChainEnd[]>`
    select seq, hash from vote_chains where campaign_id = ${campaignId} for update`;
  if (chain !== undefined) return chain;
  await tx`insert into vote_chains (campaign_id, seq, hash) values (${campaignId}, 0, ${CHAIN_START}) on conflict do nothing`;
  return lockChain(tx, campaignId);
}
