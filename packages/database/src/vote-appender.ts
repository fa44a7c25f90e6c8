import type { AppendResult, NewVote } from '@agon/arena';
import type { BySlot } from '@agon/domain';
import { appendUnderLock } from './append-under-lock.ts';
import type { Database } from './connect.ts';
import { GroupCommit } from './group-commit.ts';
import { type ChainEnd, chainHash } from './vote-chain.ts';
import { voterMemoryOf } from './voter-memory.ts';

/** Names of models by id; a model keeps its name. */
type ModelNames = Map<string, string>;

/**
 * Appends votes to their campaigns' chains, many in one commit. Ordinary votes (first votes on open battles) go in one
 * statement that holds only where the chain ends as this process saw it last and every battle is open; everything
 * else, and everything that this statement refuses, goes through the whole rule under the chain's lock.
 */
export function createVoteAppender(database: Database): { append(vote: NewVote): Promise<AppendResult> } {
  const { sql } = database;
  const memory = voterMemoryOf(database);
  const ends = new Map<string, ChainEnd>();
  const names: ModelNames = new Map();

  async function appendOrdinary(
    campaignId: string,
    votes: readonly NewVote[],
  ): Promise<AppendResult[] | null> {
    const end = ends.get(campaignId);
    const battles = new Set(votes.map((vote) => vote.battleId));
    if (end === undefined || battles.size < votes.length) return null;
    let { seq, hash } = end;
    const links = votes.map((vote) => {
      seq += 1;
      hash = chainHash(hash, { ...vote, seq });
      return { seq, hash };
    });
    const raters = [...new Set(votes.map((vote) => vote.raterId as string))];
    const rows = await sql<
      { id: string; rater_id: string; model_a: string; model_b: string; votes: number; changes: number }[]
    >`
      with chain as materialized (
        select 1 from vote_chains where campaign_id = ${campaignId} and seq = ${end.seq} and hash = ${end.hash} for update),
      given as (
        select * from unnest(${votes.map((vote) => vote.id as string)}::uuid[], ${links.map((link) => link.seq)}::bigint[],
          ${votes.map((vote) => vote.battleId as string)}::uuid[], ${votes.map((vote) => vote.raterId as string)}::uuid[],
          ${votes.map((vote) => vote.outcome)}::text[], ${votes.map((vote) => vote.idempotencyKey)}::text[],
          ${votes.map((vote) => vote.shownMs)}::int[], ${votes.map((vote) => new Date(vote.atMs).toISOString())}::timestamptz[],
          ${links.map((link) => link.hash)}::text[])
          as v(id, seq, battle_id, rater_id, outcome, idempotency_key, shown_ms, at, hash)),
      judged as (
        update battles b set state = 'voted' from given v, chain
        where b.id = v.battle_id and b.campaign_id = ${campaignId} and b.rater_id = v.rater_id and b.state in ('issued', 'expired')
        returning b.id, b.rater_id, b.model_a, b.model_b),
      stored as (
        insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, shown_ms, at, hash)
        select v.id, ${campaignId}::uuid, v.seq, v.battle_id, v.rater_id, v.outcome, v.idempotency_key, v.shown_ms, v.at,
          v.hash
        from given v join judged on judged.id = v.battle_id),
      locked as materialized (
        select rater_id from voter_progress where campaign_id = ${campaignId} and rater_id = any(${raters}::uuid[])
        order by rater_id for update),
      progress as (
        update voter_progress p set votes = p.votes + n.votes, changes = p.changes + n.votes
        from locked, (select rater_id, count(*)::int as votes from judged group by rater_id) n
        where p.campaign_id = ${campaignId} and p.rater_id = locked.rater_id and n.rater_id = locked.rater_id
        returning p.rater_id, p.votes, p.changes),
      -- all or nothing: a division by zero takes the statement back
      whole as (
        select 1 / ((select count(*) from judged) = ${votes.length} and (select count(*) from progress) = ${raters.length})::int as is_whole),
      moved as (
        update vote_chains set seq = ${seq}, hash = ${hash} from whole where campaign_id = ${campaignId} and is_whole = 1)
      select judged.id, judged.rater_id, judged.model_a, judged.model_b, progress.votes, progress.changes
      from judged join progress on progress.rater_id = judged.rater_id`;
    if (rows.length !== votes.length) return null;
    ends.set(campaignId, { seq, hash });
    const found = new Map(rows.map((row) => [row.id, row]));
    await learnNames(sql, names, rows);
    for (const [rater, own] of Map.groupBy(rows, (row) => row.rater_id)) {
      memory.voted(
        campaignId,
        rater,
        own.map((row) => row.id),
        own[0]!,
      );
    }
    // a voter's votes in one batch are told in their order: the last one sees the sum
    const later = new Map<string, number>();
    return votes
      .toReversed()
      .map((vote): AppendResult => {
        const row = found.get(vote.battleId)!;
        const after = later.get(vote.raterId) ?? 0;
        later.set(vote.raterId, after + 1);
        const { id, battleId, raterId, campaignId: campaign, outcome, atMs } = vote;
        const models: BySlot<string> = { a: names.get(row.model_a)!, b: names.get(row.model_b)! };
        return {
          kind: 'appended',
          vote: { id, battleId, raterId, campaignId: campaign, outcome, atMs },
          models,
          votesOfRater: row.votes - after,
        };
      })
      .reverse();
  }

  async function appendAnyhow(
    campaignId: string,
    votes: readonly NewVote[],
  ): Promise<readonly AppendResult[]> {
    const { results, end } = await sql.begin((tx) => appendUnderLock(tx, campaignId, votes));
    ends.set(campaignId, end);
    for (const vote of votes) memory.forget(campaignId, vote.raterId);
    return results;
  }

  const appends = new GroupCommit<NewVote, AppendResult>(async (campaignId, votes) => {
    try {
      const results = await appendOrdinary(campaignId, votes);
      if (results !== null) return results;
    } catch (error) {
      // refused as a whole; a lost connection is told by the next statement, if it lasts
      ends.delete(campaignId);
      if (!isRefusal(error)) throw error;
    }
    return appendAnyhow(campaignId, votes);
  });
  return { append: (vote) => appends.add(vote.campaignId, vote) };
}

/** Division by zero (not all battles were open, or the chain went on), a unique key, a deadlock with another batch. */
function isRefusal(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return code === '22012' || code === '23505' || code === '40P01';
}

async function learnNames(
  sql: Database['sql'],
  names: ModelNames,
  rows: readonly { readonly model_a: string; readonly model_b: string }[],
): Promise<void> {
  const unknown = new Set(rows.flatMap((row) => [row.model_a, row.model_b]).filter((id) => !names.has(id)));
  if (unknown.size === 0) return;
  for (const { id, name } of await sql<{ id: string; name: string }[]>`
    select id, name from models where id = any(${[...unknown]}::uuid[])`)
    names.set(id, name);
}
