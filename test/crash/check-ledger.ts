import type { Database } from '@agon/database';
import { countBrokenLinks } from '@agon/testkit/chains';
import type { Acknowledged } from './voter.ts';

export type Ledger = {
  readonly acknowledged: number;
  /** Votes that were cast here; imported ones are none. */
  readonly stored: number;
  /** Acknowledged and not in the database, or there with another outcome. */
  readonly lost: number;
  /** Votes beyond the first of one voter on one battle. */
  readonly doubled: number;
  readonly chainBroken: number;
};

type Row = { battle_id: string; rater_id: string; outcome: string };

/** Compares what voters were told with what the database holds. */
export async function checkLedger(
  database: Database,
  acknowledged: readonly Acknowledged[],
): Promise<Ledger> {
  const rows = await database.sql<Row[]>`
    select battle_id, rater_id, outcome from votes where import_id is null order by campaign_id, seq`;
  const byBattle = new Map<string, Row[]>();
  for (const row of rows) byBattle.set(row.battle_id, [...(byBattle.get(row.battle_id) ?? []), row]);
  const lost = acknowledged.filter(
    ({ battle, outcome }) => !(byBattle.get(battle) ?? []).some((row) => row.outcome === outcome),
  ).length;
  let doubled = 0;
  for (const votes of byBattle.values())
    doubled += votes.length - new Set(votes.map((vote) => vote.rater_id)).size;
  const chainBroken = await countBrokenLinks(database);
  return { acknowledged: acknowledged.length, stored: rows.length, lost, doubled, chainBroken };
}
