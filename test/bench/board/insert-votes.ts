import type { Sql } from '@agon/database';
import type { CampaignId } from '@agon/domain';

const VOTERS = 20_000;
/** Rows a statement: small enough for the server's memory. */
const BATCH = 500_000;

/**
 * Makes room for many votes: voters, numbered models and prompts, no indexes that boards do not read and no checks of
 * foreign keys, which would take most of the time.
 */
export async function prepareVotes(sql: Sql, campaign: CampaignId): Promise<void> {
  await sql`insert into raters (id, campaign_id, external)
    select lpad(to_hex(n), 32, '0')::uuid, ${campaign}, 'voter ' || n from generate_series(1, ${VOTERS}::int) n`;
  await sql`create table bench_models as select model_id, row_number() over (order by model_id) - 1 as k
    from campaign_models where campaign_id = ${campaign}`;
  await sql`create table bench_prompts as select prompt_id, row_number() over (order by prompt_id) - 1 as k
    from campaign_prompts where campaign_id = ${campaign}`;
  await sql`create table bench_answers as select a.id, m.k as model, p.k as prompt
    from answers a join bench_models m using (model_id) join bench_prompts p using (prompt_id)`;
  await sql`create unique index on bench_answers (prompt, model)`;
  await sql`create unique index on bench_models (k)`;
  await sql`create unique index on bench_prompts (k)`;
  await sql`drop index votes_idempotency`;
  await sql`drop index votes_rater`;
  await sql`drop index battles_rater`;
  await sql`drop index battles_open`;
  await sql`insert into vote_chains (campaign_id, seq, hash) values (${campaign}, 0, 'start')
    on conflict (campaign_id) do nothing`;
}

/** Adds votes at the end of the chain: about 20 % ties, the higher model of the list the stronger one. */
export async function insertVotes(sql: Sql, campaign: CampaignId, count: number): Promise<void> {
  for (let left = count; left > 0; left -= BATCH) {
    await sql.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await insertBatch(tx as unknown as Sql, campaign, Math.min(left, BATCH));
    });
  }
}

async function insertBatch(sql: Sql, campaign: CampaignId, count: number): Promise<void> {
  const [chain] = await sql<{ seq: number }[]>`select seq from vote_chains where campaign_id = ${campaign}`;
  const from = chain!.seq;
  await sql`
    create temporary table made on commit drop as
    with size as (select (select count(*) from bench_models)::int as models, (select count(*) from bench_prompts)::int as prompts),
    drawn as (
      select ${from}::int8 + n as seq, floor(random() * models)::int8 as a, floor(random() * (models - 1))::int8 as step,
        floor(random() * random() * prompts)::int8 as prompt, 1 + floor(random() * random() * ${VOTERS})::int8 as voter,
        random() as luck, random() as tie, models
      from generate_series(1, ${count}::int) n, size
    )
    select seq, lpad(to_hex(seq), 32, '0')::uuid as id, a, (a + 1 + step) % models as b, prompt, voter,
      case when tie < 0.2 then case when tie < 0.05 then 'both_bad' else 'tie' end
        when luck < 1 / (1 + exp((((a + 1 + step) % models) - a)::float8 / models * 3)) then 'a' else 'b' end as outcome
    from drawn`;
  await sql`
    insert into battles (id, campaign_id, prompt_id, model_a, model_b, answer_a, answer_b, origin, rater_id, state, drawn_at)
    select v.id, ${campaign}, p.prompt_id, ma.model_id, mb.model_id, aa.id, ab.id, 'draw',
      lpad(to_hex(v.voter), 32, '0')::uuid, 'voted', now()
    from made v join bench_models ma on ma.k = v.a join bench_models mb on mb.k = v.b join bench_prompts p on p.k = v.prompt
    join bench_answers aa on aa.prompt = v.prompt and aa.model = v.a
    join bench_answers ab on ab.prompt = v.prompt and ab.model = v.b
    order by v.seq`;
  await sql`
    insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, at, hash)
    select id, ${campaign}, seq, id, lpad(to_hex(voter), 32, '0')::uuid, outcome, 'key', now(), 'made'
    from made order by seq`;
  await sql`update vote_chains set seq = ${from + count} where campaign_id = ${campaign}`;
}
