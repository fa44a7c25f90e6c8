import { randomUUID } from 'node:crypto';
import type { Database } from '@agon/database';
import type { CampaignId, Comparison, ImportId } from '@agon/domain';
import type { TransactionSql } from 'postgres';

/**
 * Puts an import of these rows into the tables, straight, as readers of them find it: each row on a battle of its own, in
 * the order given. Committed as a whole.
 */
export async function insertImport(
  { sql }: Pick<Database, 'sql'>,
  campaign: CampaignId,
  rows: readonly Comparison[],
): Promise<{ readonly id: ImportId; undo(): Promise<void> }> {
  const id = randomUUID() as ImportId;
  await sql.begin(async (tx) => {
    await tx`insert into vote_chains (campaign_id, seq, hash) values (${campaign}, 0, '') on conflict do nothing`;
    const [chain] = await tx<{ seq: number }[]>`
      select seq from vote_chains where campaign_id = ${campaign} for update`;
    const votes = rows.filter((row) => row.source === 'people').length;
    const link = votes === 0 ? null : chain!.seq + 1;
    await tx`insert into imports (id, campaign_id, format, files, rows, errors, votes, verdicts, chain_seq)
      values (${id}, ${campaign}, 'rows', '[]', '{}', '[]', ${votes}, ${rows.length - votes}, ${link})`;
    let seq = 0;
    for (const row of rows) {
      const battle = await insertBattle(tx, campaign, id, row);
      const common = {
        id: randomUUID(),
        campaign_id: campaign,
        battle_id: battle,
        outcome: row.outcome,
        weight: row.weight ?? null,
        share_a: row.shareA ?? null,
        at: row.atMs === undefined ? null : new Date(row.atMs),
        import_id: id,
      };
      if (row.source === 'judges') {
        const judge = await idOf(tx, 'judges', row.rater!);
        await tx`insert into verdicts ${tx({ ...common, judge_id: judge, slot_order: 'unknown' })}`;
        continue;
      }
      seq += 1;
      const rater = row.rater === undefined ? null : await raterOf(tx, campaign, row.rater);
      await tx`insert into votes ${tx({ ...common, seq, rater_id: rater })}`;
    }
    if (link !== null) await tx`update vote_chains set seq = ${link} where campaign_id = ${campaign}`;
  });
  return {
    id,
    async undo() {
      await sql`update imports set undone_at = now() where id = ${id}`;
    },
  };
}

async function insertBattle(
  tx: TransactionSql,
  campaign: CampaignId,
  importId: ImportId,
  row: Comparison,
): Promise<string> {
  const id = randomUUID();
  await tx`insert into battles ${tx({
    id,
    campaign_id: campaign,
    model_a: await idOf(tx, 'models', row.modelA),
    model_b: await idOf(tx, 'models', row.modelB),
    turns: row.turn ?? null,
    prompt_key: row.promptKey ?? null,
    category: row.category ?? null,
    language: row.language ?? null,
    origin: 'import',
    state: 'kept',
    import_id: importId,
  })}`;
  return id;
}

async function idOf(tx: TransactionSql, table: 'models' | 'judges', name: string): Promise<string> {
  const row = { id: randomUUID(), name, title: name };
  const rows =
    table === 'models'
      ? await tx`insert into models ${tx(row)} on conflict (name) do update set name = excluded.name returning id`
      : await tx`insert into judges ${tx({ ...row, identity: `imported:${name}`, origin: 'imported' })}
          on conflict (identity) do update set name = excluded.name returning id`;
  return (rows[0] as { id: string }).id;
}

async function raterOf(tx: TransactionSql, campaign: CampaignId, name: string): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into raters (id, campaign_id, external) values (${randomUUID()}, ${campaign}, ${name})
    on conflict (campaign_id, external) where external is not null do update set external = excluded.external returning id`;
  return row!.id;
}
