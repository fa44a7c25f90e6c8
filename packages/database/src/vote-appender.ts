import type { AppendResult, FinalVote, NewVote } from '@agon/arena';
import type { BattleId, BySlot, VoteId } from '@agon/domain';
import { appendUnderLock } from './append-under-lock.ts';
import type { Database } from './connect.ts';
import { GroupCommit } from './group-commit.ts';
import { type ChainEnd, chainHash } from './vote-chain.ts';
import { voterMemoryOf } from './voter-memory.ts';

/** Names of models by id; a model keeps its name. */
type ModelNames = Map<string, string>;

type JudgedRow = {
  readonly id: string;
  readonly rater_id: string;
  readonly model_a: string;
  readonly model_b: string;
  /** After the whole batch. */
  readonly votes: number;
  readonly changes: number;
  /** The voter's vote before the batch, where it could be undone, with its battle. */
  readonly before: string | null;
  readonly before_battle: string | null;
  readonly before_a: string | null;
  readonly before_b: string | null;
};

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
    const lastOf = new Map(votes.map((vote) => [vote.raterId as string, vote.id as string]));
    const raters = [...lastOf.keys()];
    const rows = await sql<JudgedRow[]>`
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
        insert into votes (id, campaign_id, seq, battle_id, rater_id, outcome, idempotency_key, shown_ms, at, hash, revealed)
        select v.id, ${campaignId}::uuid, v.seq, v.battle_id, v.rater_id, v.outcome, v.idempotency_key, v.shown_ms, v.at,
          v.hash, v.id = any(${votes.filter((vote) => vote.revealed).map((vote) => vote.id as string)}::uuid[])
        from given v join judged on judged.id = v.battle_id),
      locked as materialized (
        select p.rater_id, p.last_vote as before, l.last_vote from voter_progress p
        join unnest(${raters}::uuid[], ${[...lastOf.values()]}::uuid[]) as l(rater_id, last_vote) on l.rater_id = p.rater_id
        where p.campaign_id = ${campaignId} order by p.rater_id for update of p),
      progress as (
        update voter_progress p set votes = p.votes + n.votes, changes = p.changes + n.votes, last_vote = locked.last_vote
        from locked, (select rater_id, count(*)::int as votes from judged group by rater_id) n
        where p.campaign_id = ${campaignId} and p.rater_id = locked.rater_id and n.rater_id = locked.rater_id
        returning p.rater_id, p.votes, p.changes, locked.before),
      -- all or nothing: a division by zero takes the statement back
      whole as (
        select 1 / ((select count(*) from judged) = ${votes.length} and (select count(*) from progress) = ${raters.length})::int as is_whole),
      moved as (
        update vote_chains set seq = ${seq}, hash = ${hash} from whole where campaign_id = ${campaignId} and is_whole = 1)
      select judged.id, judged.rater_id, judged.model_a, judged.model_b, progress.votes, progress.changes, progress.before,
        b.id as before_battle, b.model_a as before_a, b.model_b as before_b
      from judged join progress on progress.rater_id = judged.rater_id
      left join votes v on v.id = progress.before left join battles b on b.id = v.battle_id`;
    if (rows.length !== votes.length) return null;
    ends.set(campaignId, { seq, hash });
    const found = new Map(rows.map((row) => [row.id, row]));
    await learnNames(
      sql,
      names,
      rows.flatMap((row) => [row.model_a, row.model_b, row.before_a, row.before_b]),
    );
    for (const [rater, own] of Map.groupBy(rows, (row) => row.rater_id)) {
      memory.voted(
        campaignId,
        rater,
        own.map((row) => row.id),
        own[0]!,
      );
    }
    const namesOf = (a: string, b: string): BySlot<string> => ({ a: names.get(a)!, b: names.get(b)! });
    // a voter's votes in one batch are told in their order: the last one sees the sum
    const left = new Map<string, number>();
    for (const vote of votes) left.set(vote.raterId, (left.get(vote.raterId) ?? 0) + 1);
    const followed = new Map<string, FinalVote | null>();
    return votes.map((vote): AppendResult => {
      const row = found.get(vote.battleId)!;
      const after = left.get(vote.raterId)! - 1;
      left.set(vote.raterId, after);
      const { id, battleId, raterId, campaignId: campaign, outcome, revealed, atMs } = vote;
      const models = namesOf(row.model_a, row.model_b);
      const before = followed.has(raterId) ? followed.get(raterId)! : beforeOf(row, namesOf);
      followed.set(raterId, { id, battleId, models });
      return {
        kind: 'appended',
        vote: { id, battleId, raterId, campaignId: campaign, outcome, revealed, atMs },
        models,
        votesOfRater: row.votes - after,
        before,
      };
    });
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

/** The vote that the voter could undo before, which may be none. */
function beforeOf(row: JudgedRow, namesOf: (a: string, b: string) => BySlot<string>): FinalVote | null {
  const { before, before_battle: battle, before_a: a, before_b: b } = row;
  if (before === null || battle === null || a === null || b === null) return null;
  return { id: before as VoteId, battleId: battle as BattleId, models: namesOf(a, b) };
}

async function learnNames(
  sql: Database['sql'],
  names: ModelNames,
  models: readonly (string | null)[],
): Promise<void> {
  const unknown = new Set(models.filter((id) => id !== null && !names.has(id)));
  if (unknown.size === 0) return;
  for (const { id, name } of await sql<{ id: string; name: string }[]>`
    select id, name from models where id = any(${[...unknown]}::uuid[])`)
    names.set(id, name);
}
