import { randomUUID } from 'node:crypto';
import { connect } from '@agon/database';
import { processorSeconds } from './processor-time.ts';

export type Commits = {
  /** Rows a second. */
  readonly rate: number;
  /** Processor time of one row. */
  readonly clientMicros: number;
  readonly serverMicros: number;
};

/**
 * The peer: what a client does that writes each vote by itself, as `pgbench` would with a script of one insert. One
 * row a transaction, prepared, each client waiting for its commit. The table has the columns, unique keys, indexes and
 * foreign keys of `votes`, because that is the least that a vote needs: the battle and the rater must exist, and the
 * pair of them must be new. What the api does beyond it (marking the battle, the hash chain, the voter's count, the
 * draw, sessions, HTTP) is on the api's side alone.
 *
 * pgbench runs one client unless told otherwise (`-c 1`): that is the number that the goal is measured against. With
 * ten clients, PostgreSQL itself shares one disk flush among several commits.
 */
export async function singleRowCommits(
  server: { readonly url: string; readonly pid: number },
  clients: number,
  seconds: number,
): Promise<Commits> {
  const { url } = server;
  const { sql, close } = connect(url, { connections: clients });
  const most = 12_000 * seconds;
  try {
    await sql`drop table if exists bench_votes`;
    await sql`drop table if exists bench_battles`;
    await sql`create table bench_battles (like battles including all)`;
    await sql`create table bench_votes (like votes including all)`;
    await sql`alter table bench_votes add foreign key (campaign_id) references campaigns, add foreign key (rater_id) references raters,
      add foreign key (battle_id) references bench_battles, add foreign key (import_id) references imports`;
    const [from] = await sql<{ campaign_id: string; model: string }[]>`
      select campaign_id, model_id as model from campaign_models limit 1`;
    const { campaign_id: campaign, model } = from!;
    const raters = (await sql<{ id: string }[]>`select id from raters limit 200`).map((row) => row.id);
    const battles = Array.from({ length: most }, () => randomUUID());
    await sql`insert into bench_battles (id, campaign_id, model_a, model_b, origin, state)
      select id, ${campaign}::uuid, ${model}::uuid, ${model}::uuid, 'draw', 'issued' from unnest(${battles}::uuid[]) as id`;
    await sql`vacuum analyze bench_battles`;
    const hash = '0'.repeat(64);
    let done = 0;
    const serverBefore = processorSeconds(server.pid);
    const clientBefore = process.cpuUsage();
    const startMs = performance.now();
    await Promise.all(
      Array.from({ length: clients }, async () => {
        while (done < most && performance.now() - startMs < seconds * 1000) {
          const i = done;
          done += 1;
          await sql`insert into bench_votes
            (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, at, hash)
            values (${randomUUID()}, ${campaign}, ${i}, ${battles[i]!}, ${raters[i % raters.length]!}, 'a', ${randomUUID()}, now(),
              ${hash})`;
        }
      }),
    );
    const elapsed = (performance.now() - startMs) / 1000;
    const { user, system } = process.cpuUsage(clientBefore);
    return {
      rate: done / elapsed,
      clientMicros: (user + system) / done,
      serverMicros: (1e6 * (processorSeconds(server.pid) - serverBefore)) / done,
    };
  } finally {
    await sql`drop table if exists bench_votes, bench_battles`;
    await close();
  }
}
