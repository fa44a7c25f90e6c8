import { CHAIN_START, chainHash, type Database } from '@agon/database';
import type { Acknowledged } from './voter.ts';

export type Ledger = {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged and not in the database, or there with another outcome. */
  readonly lost: number;
  /** Votes beyond the first of one voter on one battle. */
  readonly doubled: number;
  readonly chainBroken: number;
};

type Row = {
  id: string;
  seq: number;
  battle_id: string;
  rater_id: string;
  outcome: string;
  at: Date;
  hash: string;
};

/** Compares what voters were told with what the database holds. */
export async function checkLedger(
  database: Database,
  acknowledged: readonly Acknowledged[],
): Promise<Ledger> {
  const rows = await database.sql<
    Row[]
  >`select * from votes where import_id is null order by campaign_id, seq`;
  const byBattle = new Map<string, Row[]>();
  for (const row of rows) byBattle.set(row.battle_id, [...(byBattle.get(row.battle_id) ?? []), row]);
  const lost = acknowledged.filter(
    ({ battle, outcome }) => !(byBattle.get(battle) ?? []).some((row) => row.outcome === outcome),
  ).length;
  let doubled = 0;
  for (const votes of byBattle.values())
    doubled += votes.length - new Set(votes.map((vote) => vote.rater_id)).size;
  let chainBroken = 0;
  let previous = CHAIN_START;
  for (const [i, row] of rows.entries()) {
    const expected = chainHash(previous, {
      seq: i + 1,
      id: row.id,
      battleId: row.battle_id,
      raterId: row.rater_id,
      outcome: row.outcome,
      atMs: row.at.getTime(),
    });
    if (row.seq !== i + 1 || row.hash !== expected) chainBroken += 1;
    previous = row.hash;
  }
  return { acknowledged: acknowledged.length, stored: rows.length, lost, doubled, chainBroken };
}
